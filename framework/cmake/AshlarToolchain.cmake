# How everything is compiled and linked: the standard, the warnings, the sanitizers, ccache and a fast linker.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(THREADS_PREFER_PTHREAD_FLAG ON)
# What a module finds for itself is also found where it is linked: in the application and in its tests.
set(CMAKE_FIND_PACKAGE_TARGETS_GLOBAL ON)

find_program(ASHLAR_CCACHE ccache)
mark_as_advanced(ASHLAR_CCACHE)
if(ASHLAR_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${ASHLAR_CCACHE})
endif()

find_program(ASHLAR_MOLD mold)
find_program(ASHLAR_LLD ld.lld)
mark_as_advanced(ASHLAR_MOLD ASHLAR_LLD)
if(ASHLAR_MOLD)
  add_link_options(-fuse-ld=mold)
elseif(ASHLAR_LLD)
  add_link_options(-fuse-ld=lld)
endif()

set(ASHLAR_WARNINGS
    -Wall
    -Wextra
    -Wpedantic
    -Wshadow
    -Wconversion
    -Werror
    # An event is written with designated initializers, and a field that is not named is meant to be empty.
    -Wno-missing-field-initializers)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # GCC 12 sees overlapping copies inside std::string's operator+ that are not there (GCC bug 105651).
  list(APPEND ASHLAR_WARNINGS -Wno-restrict)
endif()
if(ASHLAR_SANITIZE)
  add_compile_options(-fsanitize=${ASHLAR_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${ASHLAR_SANITIZE})
  # The instrumented code confuses the flow analysis behind this warning; the plain build keeps it.
  list(APPEND ASHLAR_WARNINGS -Wno-maybe-uninitialized)
endif()

# Our own code is held to every warning; what others wrote comes in through system include directories.
function(ashlar_strict target)
  target_compile_options(${target} PRIVATE ${ASHLAR_WARNINGS})
endfunction()

# What has no source may still be a static library, which CMake does not make of nothing.
set(ASHLAR_NOTHING ${PROJECT_BINARY_DIR}/generated/nothing.cpp)
file(CONFIGURE OUTPUT ${ASHLAR_NOTHING} CONTENT "// Stands where a library has no source yet.\n")
