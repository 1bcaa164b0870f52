# SPDX-FileCopyrightText: The CDRA workbench authors
# SPDX-License-Identifier: Apache-2.0
# Run by cpack: the package's dependencies, as dpkg-shlibdeps reads them off the programs. LibTorch's own libraries
# belong to no package and are left out.
set(_work ${CPACK_CDRA_BINARIES}/../package/depends)
file(MAKE_DIRECTORY ${_work}/debian)
file(WRITE ${_work}/debian/control "Source: cdra-workbench\n\nPackage: cdra-workbench\nArchitecture: any\n")
set(_programs)
foreach(_name cdra cdra-engine cdra-workbench)
  if(EXISTS ${CPACK_CDRA_BINARIES}/${_name})
    list(APPEND _programs -e${CPACK_CDRA_BINARIES}/${_name})
  endif()
endforeach()
list(JOIN CPACK_CDRA_LIBRARIES ":" _libraries)
execute_process(COMMAND ${CMAKE_COMMAND} -E env LD_LIBRARY_PATH=${_libraries} dpkg-shlibdeps --ignore-missing-info -O ${_programs}
  WORKING_DIRECTORY ${_work} OUTPUT_VARIABLE _depends ERROR_VARIABLE _notes RESULT_VARIABLE _code OUTPUT_STRIP_TRAILING_WHITESPACE)
if(NOT _code EQUAL 0)
  message(FATAL_ERROR "dpkg-shlibdeps failed: ${_notes}")
endif()
string(REGEX REPLACE "^shlibs:Depends=" "" _depends "${_depends}")
set(CPACK_DEBIAN_PACKAGE_DEPENDS "${_depends}, bash, python3-venv, ca-certificates")
