# install: the headers, the compiled parts, and facet_add_experiment() for projects that say find_package(facet).
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(facet_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/facet)
install(TARGETS facet EXPORT facet FILE_SET HEADERS)
install(EXPORT facet NAMESPACE facet:: FILE facetTargets.cmake DESTINATION ${facet_package_dir})
install(
  FILES cmake/FindLibTorch.cmake cmake/facet_dependencies.cmake cmake/facet_flags.cmake cmake/facet_units.cmake cmake/facet_experiment.cmake cmake/itk_clang.h
  DESTINATION ${facet_package_dir})

set(facet_library_dir "")
set(facet_libtorch "")
if(TARGET facet_engine)
  install(TARGETS facet_engine facet_dataset ARCHIVE)
  set(facet_library_dir ${CMAKE_INSTALL_LIBDIR})
  get_target_property(facet_libtorch LibTorch::c10 IMPORTED_LOCATION)
  cmake_path(GET facet_libtorch PARENT_PATH facet_libtorch)
  cmake_path(GET facet_libtorch PARENT_PATH facet_libtorch)
endif()
configure_package_config_file(cmake/facetConfig.cmake.in ${CMAKE_CURRENT_BINARY_DIR}/facetConfig.cmake
  INSTALL_DESTINATION ${facet_package_dir} PATH_VARS CMAKE_INSTALL_INCLUDEDIR CMAKE_INSTALL_LIBDIR)
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/facetConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/facetConfig.cmake ${CMAKE_CURRENT_BINARY_DIR}/facetConfigVersion.cmake DESTINATION ${facet_package_dir})
