# install: the headers, the compiled parts and facet_add_experiment() for find_package(facet).
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(facet_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/facet)
install(TARGETS facet EXPORT facet FILE_SET HEADERS)
install(EXPORT facet NAMESPACE facet:: DESTINATION ${facet_package_dir})
