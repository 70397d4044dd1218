# The project's own programs: experiments, tests, benchmarks, and every header on its own.
facet_make_libraries()

file(GLOB experiments CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/experiments/*.cpp)
foreach(source IN LISTS experiments)
  cmake_path(GET source STEM name)
  facet_add_experiment(${name} ${source})
  if(TARGET ${name})
    set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/experiments)
  endif()
endforeach()

enable_testing()
if(EXISTS ${PROJECT_SOURCE_DIR}/tests/CMakeLists.txt)
  add_subdirectory(tests)
endif()
if(EXISTS ${PROJECT_SOURCE_DIR}/bench/CMakeLists.txt)
  add_subdirectory(bench)
endif()

# `all_verify_interface_header_sets` compiles every header alone, without a precompiled header.
add_library(facet_verify INTERFACE)
set(verified_headers ${facet_headers})
if(NOT FACET_ITK)
  list(FILTER verified_headers EXCLUDE REGEX "/(data|io|app)/")
endif()
target_sources(facet_verify INTERFACE FILE_SET HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR}/include FILES ${verified_headers})
target_link_libraries(facet_verify INTERFACE facet::torch facet::data facet_flags)
set_target_properties(facet_verify PROPERTIES VERIFY_INTERFACE_HEADER_SETS TRUE)
