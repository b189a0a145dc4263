# Installs headers, library, command, data sets, CMake package and pkg-config file.
include(CMakePackageConfigHelpers)

install(TARGETS grove EXPORT grove-targets)
install(DIRECTORY include/grove DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(DIRECTORY datasets/ DESTINATION ${CMAKE_INSTALL_DATADIR}/grove/datasets)
if(TARGET grove_cli)
  install(TARGETS grove_cli)
endif()

set(grove_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/grove)
install(EXPORT grove-targets NAMESPACE grove:: DESTINATION ${grove_package_dir})
configure_package_config_file(cmake/grove-config.cmake.in grove-config.cmake
                              INSTALL_DESTINATION ${grove_package_dir})
write_basic_package_version_file(grove-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/grove-config.cmake
              ${CMAKE_CURRENT_BINARY_DIR}/grove-config-version.cmake
        DESTINATION ${grove_package_dir})

# A static grove needs its private libraries named; a shared one brings them along.
file(RELATIVE_PATH GROVE_PC_UP /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
set(GROVE_PC_REQUIRES eigen3)
set(GROVE_PC_LIBS "")
if(NOT BUILD_SHARED_LIBS)
  string(APPEND GROVE_PC_REQUIRES " zlib libcrypto")
  list(JOIN OpenMP_CXX_LIBRARIES " " GROVE_PC_LIBS)
endif()
configure_file(cmake/grove.pc.in grove.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/grove.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
