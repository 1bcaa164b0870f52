# SPDX-FileCopyrightText: The CDRA workbench authors
# SPDX-License-Identifier: Apache-2.0
# What is installed beside the programs, and the Debian package: `cpack` in the build folder.
include(GNUInstallDirs)
set(CDRA_TORCH_VERSION 2.11.0)
set(_linux ${CMAKE_SOURCE_DIR}/packaging/linux)

if(CDRA_ENGINE)
  # cdra-engine.bin is the program; cdra-engine finds LibTorch for it.
  configure_file(${_linux}/cdra-engine.sh ${CMAKE_BINARY_DIR}/package/cdra-engine @ONLY)
  install(PROGRAMS ${CMAKE_BINARY_DIR}/package/cdra-engine DESTINATION libexec/cdra)
  install(PROGRAMS ${_linux}/cdra-setup.sh DESTINATION ${CMAKE_INSTALL_BINDIR} RENAME cdra-setup)
  install(FILES ${CMAKE_SOURCE_DIR}/packaging/libtorch.sh ${CMAKE_SOURCE_DIR}/packaging/common.sh
    DESTINATION ${CMAKE_INSTALL_DATADIR}/cdra-workbench/setup)
endif()
if(CDRA_DESKTOP)
  install(FILES ${_linux}/cdra-workbench.desktop DESTINATION ${CMAKE_INSTALL_DATADIR}/applications)
  install(FILES ${_linux}/org.cdra.workbench.metainfo.xml DESTINATION ${CMAKE_INSTALL_DATADIR}/metainfo)
  install(FILES ${_linux}/cdra-workbench-mime.xml DESTINATION ${CMAKE_INSTALL_DATADIR}/mime/packages RENAME cdra-workbench.xml)
  install(FILES ${CMAKE_SOURCE_DIR}/resources/icons/cdra-workbench.svg DESTINATION ${CMAKE_INSTALL_DATADIR}/icons/hicolor/scalable/apps)
endif()
install(FILES ${_linux}/copyright ${CMAKE_SOURCE_DIR}/CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR})

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME cdra-workbench)
set(CPACK_PACKAGE_VENDOR "The CDRA workbench authors")
set(CPACK_PACKAGE_CONTACT "The CDRA workbench authors <cdra-workbench@localhost>")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION "sensitivity analysis and CDRA fine-tuning of vision transformers
 Computes which weights of a vision transformer matter for a task, reorganises
 them into compact sub-matrices and trains low-rank changes of just those.
 .
 LibTorch is not part of the package: 'cdra-setup' fetches it once for a user.")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "fonts-dejavu, qt6-qpa-plugins")
# Runs when the package is made: the programs are there then, and their libraries' packages can be asked for.
set(CPACK_PROJECT_CONFIG_FILE ${CMAKE_SOURCE_DIR}/packaging/cmake/CdraPackageDepends.cmake)
set(CPACK_CDRA_BINARIES ${CMAKE_BINARY_DIR}/bin)
set(CPACK_CDRA_LIBRARIES ${LIBTORCH_RUNTIME_DIRS})
set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON)
include(CPack)
