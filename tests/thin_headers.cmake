# cmake -DCOMPILER=<c++> -DINCLUDE=<folder> -DTORCH=<folder> -P thin_headers.cmake
#
# <facet/facet.hpp> must stay cheap to include: of LibTorch it may take ATen/core and what that needs, never torch/ (about 20 seconds), and
# none of the libraries that belong to the compiled parts.
cmake_minimum_required(VERSION 3.25)
file(CONFIGURE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/thin_headers.cpp CONTENT "#include <facet/facet.hpp>\n")
execute_process(
  COMMAND ${COMPILER} -std=c++20 -DFACET_COMPILED -M -I${INCLUDE} -isystem ${TORCH}/include -isystem ${TORCH}/include/torch/csrc/api/include
          ${CMAKE_CURRENT_BINARY_DIR}/thin_headers.cpp
  RESULT_VARIABLE status OUTPUT_VARIABLE headers ERROR_VARIABLE errors)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "the headers cannot be read:\n${errors}")
endif()
string(REGEX REPLACE "[ \\\n]+" ";" headers "${headers}")
foreach(header IN LISTS headers)
  if(header MATCHES "/include/torch/(csrc|[a-z_]+\\.h)|/include/ATen/(ATen|TensorOperators|Functions)\\.h|/(nlohmann|CLI|xtensor|range|fmt|ITK-[0-9.]+)/|-inl\\.hpp$")
    list(APPEND heavy ${header})
  endif()
endforeach()
if(heavy)
  list(JOIN heavy "\n  " heavy)
  message(FATAL_ERROR "<facet/facet.hpp> includes headers that every experiment would pay for:\n  ${heavy}")
endif()
