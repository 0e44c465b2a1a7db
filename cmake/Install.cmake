# What is installed, in parts that can be had by themselves: the runtime needs neither the compiler nor its
# libraries. `cmake --install build/release --prefix DIR [--component runtime]`; `cpack` in the build folder makes
# Debian packages.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(config_folder ${CMAKE_INSTALL_LIBDIR}/cmake/Proviso)

# proviso_install_library(<runtime|compiler> <description> <packages of ours that pkg-config should bring>)
function(proviso_install_library name description requires)
  install(TARGETS proviso_${name}_shared EXPORT Proviso_${name}
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT ${name} NAMELINK_COMPONENT ${name}_dev)
  install(DIRECTORY ${name}/include/proviso DESTINATION include COMPONENT ${name}_dev)
  string(SUBSTRING ${name} 0 1 first)
  string(TOUPPER ${first} first)
  string(SUBSTRING ${name} 1 -1 rest)
  install(EXPORT Proviso_${name} FILE Proviso${first}${rest}.cmake NAMESPACE Proviso::
    DESTINATION ${config_folder} COMPONENT ${name}_dev)
  configure_file(cmake/proviso-library.pc.in proviso-${name}.pc @ONLY)
  install(FILES ${CMAKE_CURRENT_BINARY_DIR}/proviso-${name}.pc
    DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT ${name}_dev)
endfunction()

proviso_install_library(runtime "Decides records by compiled packs of rules" "")
proviso_install_library(compiler "Compiles packs of rules" "proviso-runtime = ${PROJECT_VERSION}")

configure_package_config_file(cmake/ProvisoConfig.cmake.in ProvisoConfig.cmake
  INSTALL_DESTINATION ${config_folder} NO_SET_AND_CHECK_MACRO)
# While the first number is 0, another second number may be another interface.
write_basic_package_version_file(ProvisoConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES
  ${CMAKE_CURRENT_BINARY_DIR}/ProvisoConfig.cmake ${CMAKE_CURRENT_BINARY_DIR}/ProvisoConfigVersion.cmake
  DESTINATION ${config_folder} COMPONENT runtime_dev)

if(TARGET proviso_jit_plugin)
  install(TARGETS proviso_jit_plugin LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/proviso COMPONENT jit)
endif()
if(TARGET proviso)
  install(TARGETS proviso RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT tool)
  install(DIRECTORY stdlib-rules DESTINATION ${CMAKE_INSTALL_DATADIR}/proviso COMPONENT tool
    FILES_MATCHING PATTERN "*.prv" PATTERN "*.csv" PATTERN "*.md")
endif()

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME proviso)
set(CPACK_PACKAGE_CONTACT "Proviso maintainers <maintainers@proviso.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "Rules from law, payors and policy, applied to visit records")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
set(CPACK_COMPONENTS_ALL runtime runtime_dev compiler compiler_dev)
foreach(part tool python jit)
  if((part STREQUAL "jit" AND TARGET proviso_jit_plugin) OR (part STREQUAL "tool" AND TARGET proviso) OR (part STREQUAL "python" AND PROVISO_PYTHON))
    list(APPEND CPACK_COMPONENTS_ALL ${part})
  endif()
endforeach()
set(CPACK_STRIP_FILES ON)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ${CMAKE_BINARY_DIR}/runtime/api ${CMAKE_BINARY_DIR}/compiler/api)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
# proviso_package(<component> <package> <section> <dependencies> <summary>)
macro(proviso_package component package section depends summary)
  string(TOUPPER ${component} upper)
  set(CPACK_DEBIAN_${upper}_PACKAGE_NAME ${package})
  set(CPACK_DEBIAN_${upper}_PACKAGE_SECTION ${section})
  set(CPACK_DEBIAN_${upper}_PACKAGE_DEPENDS "${depends}")
  set(CPACK_COMPONENT_${upper}_DESCRIPTION "${summary}")
endmacro()
set(same "(= ${PROJECT_VERSION})")
proviso_package(runtime libproviso-runtime0 libs "" "Decides records by compiled packs of rules")
proviso_package(compiler libproviso-compiler0 libs "libproviso-runtime0 ${same}" "Compiles packs of rules")
proviso_package(runtime_dev libproviso-runtime-dev libdevel "libproviso-runtime0 ${same}"
  "Decides records by compiled packs of rules: headers")
proviso_package(compiler_dev libproviso-compiler-dev libdevel
  "libproviso-compiler0 ${same}, libproviso-runtime-dev ${same}" "Compiles packs of rules: headers")
proviso_package(jit proviso-jit libs "" "Proviso rules compiled to machine code")
proviso_package(tool proviso utils "" "The proviso command and the standard rules")
proviso_package(python python3-proviso python "libproviso-compiler0 ${same}, python3" "Proviso for Python")
include(CPack)
