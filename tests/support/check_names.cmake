# cmake -DPROGRAM=<test program> -P check_names.cmake
# A bracket, semicolon or backslash in the name of a test case breaks CMake's lists: CTest would then swallow that case and its neighbours.
cmake_minimum_required(VERSION 3.25)
execute_process(COMMAND ${PROGRAM} --list-test-names-only OUTPUT_VARIABLE names)
if(names STREQUAL "")
  message(FATAL_ERROR "${PROGRAM} lists no test case")
elseif(names MATCHES "[^\n]*[][;\\\\][^\n]*")
  message(FATAL_ERROR "rename this test case, without brackets, semicolons and backslashes: ${CMAKE_MATCH_0}")
endif()
