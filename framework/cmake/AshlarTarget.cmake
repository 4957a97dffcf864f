# What every target of ours needs, also in a project that uses the framework, installed or as a folder of its own; so what is set
# here is set for the whole build.

set(warnings
    -Wall
    -Wextra
    -Wpedantic
    -Wshadow
    -Wconversion
    # An event is written with designated initializers, and a field that is not named is meant to be empty.
    -Wno-missing-field-initializers)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # GCC 12 sees overlapping copies inside std::string's operator+ that are not there (GCC bug 105651).
  list(APPEND warnings -Wno-restrict)
endif()
set(ASHLAR_WARNINGS ${warnings} CACHE INTERNAL "")

# Our own code is held to every warning; what others wrote comes in through system include directories.
function(ashlar_strict target)
  target_compile_options(${target} PRIVATE ${ASHLAR_WARNINGS})
endfunction()

# What has no source may still be a static library, which CMake does not make of nothing.
set(ASHLAR_NOTHING ${CMAKE_BINARY_DIR}/generated/nothing.cpp CACHE INTERNAL "")
file(CONFIGURE OUTPUT ${ASHLAR_NOTHING} CONTENT "// Stands where a library has no source yet.\n")

# Sets `result` to a hash of the headers below `folders`. When one of them changes, the configure step runs again.
function(ashlar_hash_of_headers result)
  set(all "")
  foreach(folder IN LISTS ARGN)
    file(GLOB_RECURSE headers CONFIGURE_DEPENDS ${folder}/*.hpp)
    set_property(DIRECTORY ${PROJECT_SOURCE_DIR} APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${headers})
    list(SORT headers)
    foreach(header IN LISTS headers)
      cmake_path(RELATIVE_PATH header BASE_DIRECTORY ${folder} OUTPUT_VARIABLE name)
      file(SHA256 ${header} hash)
      string(APPEND all "${name} ${hash}\n")
    endforeach()
  endforeach()
  string(SHA256 all "${all}")
  string(SUBSTRING ${all} 0 16 all)
  set(${result} ${all} PARENT_SCOPE)
endfunction()
