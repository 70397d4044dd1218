# Imports LibTorch from its folder (the one with include/ and lib/), which may be the `torch` folder of a pip wheel.
#
# Looked for, in this order: FACET_LIBTORCH (variable, or environment when first configured), Torch_DIR, .venv of the source tree, the one an installed facet was
# built with, a python3 that has torch.
# LibTorch's own package config is not used: it demands the CUDA toolkit even where no CUDA is wanted.
#
# Targets: LibTorch::LibTorch, and LibTorch::CUDA where FACET_CUDA is on.
include(FindPackageHandleStandardArgs)
set(FACET_LIBTORCH "$ENV{FACET_LIBTORCH}" CACHE PATH "Folder of LibTorch: the one with include/ and lib/")

function(_libtorch_candidates out)
  set(roots ${FACET_LIBTORCH})
  foreach(dir IN ITEMS ${Torch_DIR} $ENV{Torch_DIR})
    cmake_path(SET root NORMALIZE "${dir}/../../..")
    list(APPEND roots ${root})
  endforeach()
  file(GLOB venv ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/../.venv/lib/python3*/site-packages/torch
                 ${CMAKE_SOURCE_DIR}/.venv/lib/python3*/site-packages/torch)
  set(${out} ${roots} ${venv} ${FACET_LIBTORCH_BUILT_WITH} PARENT_SCOPE)
endfunction()

# The torch folder of the python3 on the path; found without importing it, which would take seconds.
function(_libtorch_of_python out)
  execute_process(
    COMMAND python3 -c "import importlib.util as u; s = u.find_spec('torch'); print(s.submodule_search_locations[0] if s else '')"
    OUTPUT_VARIABLE root OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  set(${out} ${root} PARENT_SCOPE)
endfunction()

set(LibTorch_ROOT_DIR "")
_libtorch_candidates(_roots)
foreach(_root IN LISTS _roots)
  if(NOT LibTorch_ROOT_DIR AND EXISTS "${_root}/lib/libtorch_cpu.so")
    set(LibTorch_ROOT_DIR "${_root}")
  endif()
endforeach()
if(FACET_LIBTORCH AND NOT EXISTS "${FACET_LIBTORCH}/lib/libtorch_cpu.so")
  message(FATAL_ERROR "facet: FACET_LIBTORCH names '${FACET_LIBTORCH}', which has no lib/libtorch_cpu.so")
endif()
if(NOT LibTorch_ROOT_DIR)
  _libtorch_of_python(_root)
  if(EXISTS "${_root}/lib/libtorch_cpu.so")
    set(LibTorch_ROOT_DIR "${_root}")
  endif()
endif()

if(LibTorch_ROOT_DIR)
  foreach(_header IN ITEMS torch/headeronly/version.h torch/csrc/api/include/torch/version.h)
    if(NOT LibTorch_VERSION AND EXISTS "${LibTorch_ROOT_DIR}/include/${_header}")
      file(STRINGS "${LibTorch_ROOT_DIR}/include/${_header}" _lines REGEX "define TORCH_VERSION_(MAJOR|MINOR|PATCH) [0-9]+")
      string(REGEX MATCHALL "[0-9]+" _numbers "${_lines}")
      list(JOIN _numbers "." LibTorch_VERSION)
    endif()
  endforeach()
endif()

find_package_handle_standard_args(LibTorch
  REQUIRED_VARS LibTorch_ROOT_DIR VERSION_VAR LibTorch_VERSION
  REASON_FAILURE_MESSAGE "facet: LibTorch 2.11 or newer is needed: run ./facet, which installs it into .venv, or set FACET_LIBTORCH to its folder")

if(LibTorch_FOUND AND NOT TARGET LibTorch::LibTorch)
  file(STRINGS "${LibTorch_ROOT_DIR}/lib/libc10.so" _new_abi LIMIT_COUNT 1 REGEX "NSt7__cxx11")
  if(NOT _new_abi)
    message(FATAL_ERROR "facet: the LibTorch in ${LibTorch_ROOT_DIR} uses the old C++ ABI of libstdc++, which ITK and this project do not; take the cxx11-abi build")
  endif()

  foreach(_library IN ITEMS c10 torch_cpu)
    add_library(LibTorch::${_library} SHARED IMPORTED GLOBAL)
    set_target_properties(LibTorch::${_library} PROPERTIES IMPORTED_LOCATION "${LibTorch_ROOT_DIR}/lib/lib${_library}.so")
  endforeach()
  add_library(LibTorch::LibTorch INTERFACE IMPORTED GLOBAL)
  target_include_directories(LibTorch::LibTorch SYSTEM INTERFACE
    "${LibTorch_ROOT_DIR}/include" "${LibTorch_ROOT_DIR}/include/torch/csrc/api/include")
  target_link_libraries(LibTorch::LibTorch INTERFACE LibTorch::torch_cpu LibTorch::c10)
  # The OpenMP runtime LibTorch brings, for parallel loops on its threads; a second runtime would bring threads of its own.
  file(GLOB _gomp ${LibTorch_ROOT_DIR}/lib/libgomp*.so* ${LibTorch_ROOT_DIR}/../torch.libs/libgomp*.so*)
  if(_gomp)
    list(GET _gomp 0 _gomp)
  else()
    set(_gomp gomp)
  endif()
  target_link_libraries(LibTorch::LibTorch INTERFACE ${_gomp})
  # The wheel's CPU library names CUDA's runtime and profiler; they are resolved when the program starts, not when it is linked.
  target_link_options(LibTorch::LibTorch INTERFACE "LINKER:--allow-shlib-undefined")
endif()

# Headers and runtime of CUDA 13, from the wheel's neighbours or a toolkit. Only CUDA-calling translation units see them.
if(LibTorch_FOUND AND NOT TARGET LibTorch::CUDA)
  file(GLOB _toolkits /usr/local/cuda-13* /usr/local/cuda)
  find_path(LibTorch_CUDA_INCLUDE_DIR cuda_runtime_api.h
    PATHS $ENV{CUDA_HOME} "${LibTorch_ROOT_DIR}/../nvidia/cu13" ${_toolkits} PATH_SUFFIXES include NO_DEFAULT_PATH)
  find_file(LibTorch_CUDART NAMES libcudart.so.13 libcudart.so
    PATHS "${LibTorch_ROOT_DIR}/../nvidia/cu13" "${LibTorch_ROOT_DIR}" $ENV{CUDA_HOME} ${_toolkits} PATH_SUFFIXES lib lib64 NO_DEFAULT_PATH)
  mark_as_advanced(LibTorch_CUDA_INCLUDE_DIR LibTorch_CUDART)
  if(LibTorch_CUDA_INCLUDE_DIR AND LibTorch_CUDART AND EXISTS "${LibTorch_ROOT_DIR}/lib/libtorch_cuda.so")
    add_library(LibTorch::CUDA INTERFACE IMPORTED GLOBAL)
    target_include_directories(LibTorch::CUDA SYSTEM INTERFACE "${LibTorch_CUDA_INCLUDE_DIR}")
    target_compile_definitions(LibTorch::CUDA INTERFACE FACET_CUDA)
    # --no-as-needed: libtorch_cuda registers its kernels when it is loaded, whether or not a symbol of it is used.
    target_link_options(LibTorch::CUDA INTERFACE
      "LINKER:--push-state,--no-as-needed,${LibTorch_ROOT_DIR}/lib/libtorch_cuda.so,${LibTorch_ROOT_DIR}/lib/libc10_cuda.so,${LibTorch_CUDART},--pop-state")
    target_link_libraries(LibTorch::CUDA INTERFACE LibTorch::LibTorch)
  elseif(FACET_CUDA)
    message(FATAL_ERROR "facet: FACET_CUDA needs libtorch_cuda.so and the headers and runtime of CUDA 13 (pip package nvidia-cuda-runtime, or a toolkit named by CUDA_HOME)")
  endif()
endif()
