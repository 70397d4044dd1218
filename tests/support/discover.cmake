# cmake -DPROGRAM=<test program> -DLABEL=<label> -DOUT=<file> -P discover.cmake
#
# Writes the CTest file of a Catch2 program: one test for each test case. Names are sentences and may hold brackets, semicolons and commas, which
# the list of names that Catch2's own script makes does not survive.
cmake_minimum_required(VERSION 3.25)

# Catch2 2 answers with the number of test cases as its exit status; Catch2 3 has other options.
execute_process(COMMAND ${PROGRAM} --list-test-names-only OUTPUT_VARIABLE names RESULT_VARIABLE status ERROR_VARIABLE errors)
if(names STREQUAL "")
  execute_process(COMMAND ${PROGRAM} --list-tests --verbosity quiet OUTPUT_VARIABLE names RESULT_VARIABLE status ERROR_VARIABLE errors)
endif()
if(names STREQUAL "")
  message(FATAL_ERROR "${PROGRAM} lists no test case (${status}): ${errors}")
endif()

set(text "")
set(count 0)
while(NOT names STREQUAL "")
  string(FIND "${names}" "\n" at)
  string(SUBSTRING "${names}" 0 ${at} name)
  math(EXPR at "${at} + 1")
  string(SUBSTRING "${names}" ${at} -1 names)
  if(name STREQUAL "")
    continue()
  endif()
  # What Catch2 reads as a filter: these characters mean themselves after a backslash.
  string(REGEX REPLACE "([],\\[\\\\])" "\\\\\\1" filter "${name}")
  string(APPEND text "add_test([==[${name}]==] [==[${PROGRAM}]==] [==[${filter}]==] --warn NoAssertions)\n"
    "set_tests_properties([==[${name}]==] PROPERTIES LABELS ${LABEL} FAIL_REGULAR_EXPRESSION \"No test cases matched\")\n")
  math(EXPR count "${count} + 1")
endwhile()
file(WRITE ${OUT} "${text}")
message(STATUS "${LABEL}: ${count} test cases")
