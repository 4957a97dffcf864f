# What `cmake --install` puts where: the rooms' libraries and headers, and what find_package(ashlar) needs to make modules and
# applications of them elsewhere. And what `cpack -G DEB` makes a package of.

include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

get_property(rooms GLOBAL PROPERTY ASHLAR_ROOMS)
set(targets ashlar_event)
foreach(room IN LISTS rooms)
  list(APPEND targets ashlar_${room} ashlar_${room}_api)
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/framework/${room}/api/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/ashlar/${room})
endforeach()

set(package ${CMAKE_INSTALL_LIBDIR}/cmake/ashlar)
install(TARGETS ${targets} EXPORT ashlarTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(EXPORT ashlarTargets NAMESPACE ashlar:: DESTINATION ${package})
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/ashlarConfig.cmake.in
                              ${PROJECT_BINARY_DIR}/generated/ashlarConfig.cmake INSTALL_DESTINATION ${package})
# Before 1.0 a new minor version may change what modules are written against.
write_basic_package_version_file(${PROJECT_BINARY_DIR}/generated/ashlarConfigVersion.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/generated/ashlarConfig.cmake
              ${PROJECT_BINARY_DIR}/generated/ashlarConfigVersion.cmake
              ${CMAKE_CURRENT_LIST_DIR}/AshlarHttplib.cmake
              ${CMAKE_CURRENT_LIST_DIR}/AshlarModule.cmake
              ${CMAKE_CURRENT_LIST_DIR}/AshlarTarget.cmake
        DESTINATION ${package})
install(PROGRAMS ${CMAKE_CURRENT_LIST_DIR}/new-module DESTINATION ${package})
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/libashlar-dev RENAME copyright)

set(CPACK_PACKAGE_NAME ashlar)
set(CPACK_PACKAGE_VENDOR Ashlar)
set(CPACK_PACKAGE_VERSION ${ASHLAR_VERSION})
set(CPACK_GENERATOR DEB)
set(CPACK_STRIP_FILES OFF)
set(CPACK_DEBIAN_PACKAGE_NAME libashlar-dev)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_PACKAGE_MAINTAINER "The authors of Ashlar <ashlar@ashlar.example>")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION "framework for modular monoliths in C++20
Many modules in one executable that speak through typed events: static libraries,
headers, and CMake functions that make modules and applications of them.")
# What the static libraries are linked with, and the headers that theirs include. Nobody needs what they were compiled with.
set(CPACK_DEBIAN_PACKAGE_DEPENDS
    "libboost1.81-dev, libcpp-httplib-dev, libfmt-dev, libspdlog-dev, libsqlite3-dev, libyaml-cpp-dev")
if(TARGET ashlar::rabbitmq)
  string(APPEND CPACK_DEBIAN_PACKAGE_DEPENDS ", librabbitmq-dev, libssl-dev")
endif()
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "cmake (>= 3.25), g++")
include(CPack)
