# How everything here is compiled and linked: the standard, warnings that are errors, the sanitizers, ccache and a fast
# linker.

include(AshlarTarget)

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(THREADS_PREFER_PTHREAD_FLAG ON)
# What a room finds for itself is also found where it is linked.
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

list(APPEND ASHLAR_WARNINGS -Werror)
if(ASHLAR_SANITIZE)
  add_compile_options(-fsanitize=${ASHLAR_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${ASHLAR_SANITIZE})
  # The instrumented code confuses the flow analysis behind this warning; the plain build keeps it.
  list(APPEND ASHLAR_WARNINGS -Wno-maybe-uninitialized)
endif()
