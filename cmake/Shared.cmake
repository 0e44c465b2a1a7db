# proviso_shared(<target> OF <static api library> NAME <name> ROOMS <library>... [SHARED <library>...])
# The shared library that people install: the objects of a public interface, over rooms that it takes into itself.
# Only what the public headers declare can be seen from outside.
function(proviso_shared target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "OF;NAME" "ROOMS;SHARED")
  add_library(${target} SHARED $<TARGET_OBJECTS:${arg_OF}>)
  set_target_properties(${target} PROPERTIES
    OUTPUT_NAME proviso_${arg_NAME} EXPORT_NAME ${arg_NAME} LINKER_LANGUAGE CXX
    VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR}
    LINK_DEPENDS ${PROJECT_SOURCE_DIR}/cmake/exported.map)
  target_link_libraries(${target} PRIVATE ${arg_ROOMS} PUBLIC ${arg_SHARED})
  target_link_options(${target} PRIVATE
    -Wl,--exclude-libs,ALL -Wl,--version-script=${PROJECT_SOURCE_DIR}/cmake/exported.map)
  if(NOT PROVISO_SANITIZE)
    # Sanitizers leave their own functions to the program.
    target_link_options(${target} PRIVATE -Wl,--no-undefined)
  endif()
  target_include_directories(${target} INTERFACE
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/${arg_NAME}/include> $<INSTALL_INTERFACE:include>)
  target_compile_features(${target} INTERFACE cxx_std_20)
  add_library(Proviso::${arg_NAME} ALIAS ${target})
endfunction()
