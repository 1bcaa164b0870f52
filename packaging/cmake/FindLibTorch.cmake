# SPDX-FileCopyrightText: The CDRA workbench authors
# SPDX-License-Identifier: Apache-2.0
# Imported targets for LibTorch, made here because the CUDA wheel's own TorchConfig stops with a fatal error where no
# CUDA toolkit is installed.
#
# Looks in CDRA_LIBTORCH (the folder that holds lib/ and include/), CMAKE_PREFIX_PATH, then where packaging/setup.sh
# puts the wheel. Defines LibTorch::LibTorch, LIBTORCH_DIR and LIBTORCH_WITH_CUDA.
set(_home $ENV{XDG_CACHE_HOME})
if(NOT _home)
  set(_home $ENV{HOME}/.cache)
endif()
if(DEFINED ENV{CDRA_CACHE})
  set(_wheel $ENV{CDRA_CACHE}/torch-2.11.0/torch)
else()
  set(_wheel ${_home}/cdra-workbench/torch-2.11.0/torch)
endif()

find_path(LIBTORCH_INCLUDE_DIR torch/csrc/api/include/torch/torch.h
  HINTS ${CDRA_LIBTORCH} ${CMAKE_PREFIX_PATH} ${_wheel} PATH_SUFFIXES include torch/include)
if(LIBTORCH_INCLUDE_DIR)
  get_filename_component(LIBTORCH_DIR ${LIBTORCH_INCLUDE_DIR} DIRECTORY)
endif()
find_library(LIBTORCH_CPU_LIBRARY torch_cpu HINTS ${LIBTORCH_DIR}/lib NO_DEFAULT_PATH)
find_library(LIBTORCH_C10_LIBRARY c10 HINTS ${LIBTORCH_DIR}/lib NO_DEFAULT_PATH)
find_library(LIBTORCH_LIBRARY torch HINTS ${LIBTORCH_DIR}/lib NO_DEFAULT_PATH)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(LibTorch
  REQUIRED_VARS LIBTORCH_CPU_LIBRARY LIBTORCH_C10_LIBRARY LIBTORCH_LIBRARY LIBTORCH_INCLUDE_DIR
  REASON_FAILURE_MESSAGE "run packaging/setup.sh, or point CDRA_LIBTORCH at an unpacked LibTorch 2.11, or configure with -DCDRA_ENGINE=OFF")

# CUDA headers and libraries come from a toolkit or, without one, from NVIDIA's wheels beside torch/ (a machine with a
# driver alone). Where neither is complete, nothing of the CUDA half is linked: libtorch.so itself would pull it in.
set(LIBTORCH_WITH_CUDA OFF)
file(GLOB LIBTORCH_NVIDIA_DIRS LIST_DIRECTORIES true ${LIBTORCH_DIR}/../nvidia/*/lib)
if(CDRA_CUDA)
  find_package(CUDAToolkit 13 QUIET)
  find_library(LIBTORCH_CUDA_LIBRARY torch_cuda HINTS ${LIBTORCH_DIR}/lib NO_DEFAULT_PATH)
  find_library(LIBTORCH_C10_CUDA_LIBRARY c10_cuda HINTS ${LIBTORCH_DIR}/lib NO_DEFAULT_PATH)
  find_path(LIBTORCH_CUDA_INCLUDE_DIR cuda_runtime_api.h HINTS ${CUDAToolkit_INCLUDE_DIRS} ${LIBTORCH_DIR}/../nvidia/cu13/include NO_DEFAULT_PATH)
  file(GLOB _cublas ${LIBTORCH_DIR}/../nvidia/cu13/lib/libcublas.so*)
  if(LIBTORCH_CUDA_LIBRARY AND LIBTORCH_C10_CUDA_LIBRARY AND LIBTORCH_CUDA_INCLUDE_DIR AND (CUDAToolkit_FOUND OR _cublas))
    set(LIBTORCH_WITH_CUDA ON)
  endif()
endif()

if(LibTorch_FOUND AND NOT TARGET LibTorch::LibTorch)
  add_library(LibTorch::LibTorch INTERFACE IMPORTED)
  target_include_directories(LibTorch::LibTorch SYSTEM INTERFACE
    ${LIBTORCH_INCLUDE_DIR} ${LIBTORCH_INCLUDE_DIR}/torch/csrc/api/include)
  target_link_libraries(LibTorch::LibTorch INTERFACE ${LIBTORCH_CPU_LIBRARY} ${LIBTORCH_C10_LIBRARY})
  # at::parallel_for lies in LibTorch's headers: compiled without OpenMP it is a loop on one thread, and says nothing.
  find_package(OpenMP REQUIRED COMPONENTS CXX)
  target_link_libraries(LibTorch::LibTorch INTERFACE OpenMP::OpenMP_CXX)
  # The libraries the wheel does not carry (libcudart, libcupti) lie beside it or in the toolkit.
  set(LIBTORCH_RUNTIME_DIRS ${LIBTORCH_DIR}/lib ${LIBTORCH_NVIDIA_DIRS})
  if(CUDAToolkit_FOUND)
    list(APPEND LIBTORCH_RUNTIME_DIRS ${CUDAToolkit_LIBRARY_DIR} ${CUDAToolkit_LIBRARY_ROOT}/extras/CUPTI/lib64)
  endif()
  foreach(dir IN LISTS LIBTORCH_RUNTIME_DIRS)
    target_link_options(LibTorch::LibTorch INTERFACE -Wl,-rpath-link,${dir})
  endforeach()
  if(LIBTORCH_WITH_CUDA)
    target_include_directories(LibTorch::LibTorch SYSTEM INTERFACE ${LIBTORCH_CUDA_INCLUDE_DIR})
    target_compile_definitions(LibTorch::LibTorch INTERFACE CDRA_WITH_CUDA=1)
    # Kernels register themselves: the linker must not drop the library that nobody names.
    target_link_libraries(LibTorch::LibTorch INTERFACE
      -Wl,--no-as-needed ${LIBTORCH_LIBRARY} ${LIBTORCH_CUDA_LIBRARY} ${LIBTORCH_C10_CUDA_LIBRARY} -Wl,--as-needed)
  endif()
endif()
