# SPDX-FileCopyrightText: The CDRA workbench authors
# SPDX-License-Identifier: Apache-2.0
# House settings for every target of the project.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()

find_program(CDRA_CCACHE ccache)
if(CDRA_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${CDRA_CCACHE})
endif()

add_library(cdra_flags INTERFACE)
target_include_directories(cdra_flags INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_options(cdra_flags INTERFACE -Wall -Wextra -fno-math-errno)
target_compile_definitions(cdra_flags INTERFACE CDRA_VERSION="${PROJECT_VERSION}")
if(CDRA_SANITIZE)
  target_compile_options(cdra_flags INTERFACE -fsanitize=${CDRA_SANITIZE} -fno-omit-frame-pointer)
  target_link_options(cdra_flags INTERFACE -fsanitize=${CDRA_SANITIZE})
endif()

if(CDRA_FUZZ)
  target_compile_options(cdra_flags INTERFACE -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
  target_link_options(cdra_flags INTERFACE -fsanitize=address,undefined)
endif()

# cdra_library(NAME DIR...): a static library of every .cpp below the folders given.
function(cdra_library name)
  set(sources)
  foreach(dir IN LISTS ARGN)
    file(GLOB found CONFIGURE_DEPENDS ${dir}/*.cpp ${dir}/*.h)
    list(APPEND sources ${found})
  endforeach()
  add_library(${name} STATIC ${sources})
  set_target_properties(${name} PROPERTIES LINKER_LANGUAGE CXX)
  target_link_libraries(${name} PUBLIC cdra_flags)
endfunction()
