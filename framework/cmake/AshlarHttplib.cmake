# cpp-httplib as the target ashlar_httplib. The library brings no CMake package, and its classes are laid out by these three
# switches, with which it was built.

find_path(HTTPLIB_INCLUDE_DIR httplib.h REQUIRED)
find_library(HTTPLIB_LIBRARY cpp-httplib REQUIRED)
mark_as_advanced(HTTPLIB_INCLUDE_DIR HTTPLIB_LIBRARY)
if(NOT TARGET ashlar_httplib)
  add_library(ashlar_httplib SHARED IMPORTED GLOBAL)
  set_target_properties(
    ashlar_httplib
    PROPERTIES IMPORTED_LOCATION ${HTTPLIB_LIBRARY}
               INTERFACE_INCLUDE_DIRECTORIES ${HTTPLIB_INCLUDE_DIR}
               INTERFACE_COMPILE_DEFINITIONS
               "CPPHTTPLIB_OPENSSL_SUPPORT;CPPHTTPLIB_ZLIB_SUPPORT;CPPHTTPLIB_BROTLI_SUPPORT")
endif()
