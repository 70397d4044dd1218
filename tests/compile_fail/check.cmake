# cmake -DCOMMANDS=<compile_commands.json> -DTARGET=<library> -DSOURCE=<file> -DSAID=<file> -P check.cmake
#
# Compiles SOURCE with the command the build would use. Its first line says what must come of it:
#   // expect: <words>      one error, a failed static assertion that starts "facet:" and contains the words
#   // expect: no error     it compiles; such twins show that the others fail for the reason they name
# The whole sentence is written to SAID, for the page of mistakes.
cmake_minimum_required(VERSION 3.25)

file(STRINGS ${SOURCE} first LIMIT_COUNT 1)
if(NOT first MATCHES "^// expect: (.+)$")
  message(FATAL_ERROR "${SOURCE} must start with '// expect: ' and the words of the error")
endif()
string(REPLACE "\\;" ";" expected "${CMAKE_MATCH_1}") # file(STRINGS) makes a list, and escapes for it

# The entry's lines hold JSON strings: undo its escapes and let a shell split the words, as the build tool does.
cmake_path(GET SOURCE FILENAME name)
string(REPLACE "." "\\." name_regex "${name}")
file(STRINGS ${COMMANDS} line REGEX "\"command\": .*${TARGET}\\.dir/([a-z]+/)?${name_regex}\\.o ")
if(NOT line MATCHES "\"command\": \"(.*)\",?$")
  message(FATAL_ERROR "${COMMANDS} has no command for ${name}; configure again")
endif()
string(REPLACE "\\\"" "\"" command "${CMAKE_MATCH_1}")
string(REPLACE "\\\\" "\\" command "${command}")
string(REGEX REPLACE " -o [^ ]+ -c " " -fsyntax-only " command "${command}")
cmake_path(GET COMMANDS PARENT_PATH build)
execute_process(COMMAND sh -c "${command}" WORKING_DIRECTORY ${build} RESULT_VARIABLE status OUTPUT_VARIABLE text ERROR_VARIABLE text)

string(REGEX MATCHALL "error: " errors "${text}")
list(LENGTH errors count)
if(expected STREQUAL "no error")
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "${name} must compile:\n${text}")
  endif()
  return()
endif()
# The sentence comes last in the error, after the condition, which may run over several lines.
string(REGEX MATCH "error: static assertion failed.*" sentence "${text}")
string(REGEX MATCH ": facet: [^\n]*" sentence "${sentence}")
string(REGEX REPLACE "^: " "" sentence "${sentence}")
string(FIND "${sentence}" "${expected}" at)
if(status EQUAL 0)
  message(FATAL_ERROR "${name} compiles, but must fail with: ${expected}")
elseif(NOT count EQUAL 1)
  message(FATAL_ERROR "${name} gives ${count} errors instead of one:\n${text}")
elseif(at EQUAL -1)
  message(FATAL_ERROR "${name} does not say '${expected}':\n${text}")
endif()
message(STATUS "${sentence}")
file(WRITE ${SAID} "${sentence}")
