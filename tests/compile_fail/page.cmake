# cmake -DSOURCES=<this folder> -DSAID=<folder of sentences> -DPAGE=<docs/mistakes.md> [-DWRITE=ON] -P page.cmake
#
# Makes the page of mistakes from the files here and from what the compiler said to each, and checks that PAGE is that page, or writes it.
cmake_minimum_required(VERSION 3.25)

function(facet_append_mistakes folder prefix)
  file(GLOB sources ${folder}/*.cpp)
  foreach(source IN LISTS sources)
    cmake_path(GET source STEM name)
    file(READ ${source} code)
    if(code MATCHES "^// expect: no error")
      continue()
    endif()
    if(NOT EXISTS ${SAID}/${prefix}${name}.txt)
      message(FATAL_ERROR "what the compiler says to ${prefix}${name} is not known; run the tests compile_fail first")
    endif()
    file(READ ${SAID}/${prefix}${name}.txt sentence)
    # What every file has is left out.
    string(REGEX REPLACE "^// expect: [^\n]*\n" "" code "${code}")
    string(REGEX REPLACE "#include <facet/[a-z]+\\.hpp>\n" "" code "${code}")
    string(REGEX REPLACE "using namespace facet;\n" "" code "${code}")
    string(REGEX REPLACE "int main\\(int argc[^\n]*\n" "" code "${code}")
    string(STRIP "${code}" code)
    string(APPEND page "\n## ${prefix}${name}\n\n```cpp\n${code}\n```\n\n> ${sentence}\n")
  endforeach()
  set(page "${page}" PARENT_SCOPE)
endfunction()

set(page "# Mistakes that do not compile

Each is a file of `tests/compile_fail/`, shown without `#include`, `using namespace facet;` and `main`, with the one sentence the compiler
says. The tests compile every one and compare this page with what came of it.
")
facet_append_mistakes(${SOURCES} "")
facet_append_mistakes(${SOURCES}/dataset dataset.)

if(WRITE)
  file(WRITE ${PAGE} "${page}")
  return()
endif()
set(actual "")
if(EXISTS ${PAGE})
  file(READ ${PAGE} actual)
endif()
if(NOT actual STREQUAL page)
  message(FATAL_ERROR "docs/mistakes.md is not current; build the target mistakes_page and commit the page")
endif()
