# ashlar_room(core LINK fmt::fmt …): a room of the framework, made of api/ (what others may include) and src/ (what they
# may not). It becomes two targets:
#
#   ashlar_core_api  the headers of api/ and what they need, known to others as ashlar::core_api
#   ashlar_core      the static library with them, known to others as ashlar::core
#
#   USES     other rooms, whose api this room's api may include
#   LINK     libraries that stay behind the room's src/
#   HEADERS  the same for libraries that are headers alone, of which nothing is left when the room is compiled

function(ashlar_room name)
  cmake_parse_arguments(PARSE_ARGV 1 room "" "" "USES;LINK;HEADERS")
  if(room_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "ashlar_room(${name}): '${room_UNPARSED_ARGUMENTS}' is unknown here, use USES, LINK or HEADERS")
  endif()

  set(apis ${room_USES})
  list(TRANSFORM apis PREPEND ashlar::)
  list(TRANSFORM apis APPEND _api)
  add_library(ashlar_${name}_api INTERFACE)
  add_library(ashlar::${name}_api ALIAS ashlar_${name}_api)
  # Installed, each room keeps a folder of its own, so that what is not linked is not on the include path either.
  target_include_directories(ashlar_${name}_api INTERFACE $<BUILD_INTERFACE:${CMAKE_CURRENT_SOURCE_DIR}/api>
                                                          $<INSTALL_INTERFACE:include/ashlar/${name}>)
  target_compile_features(ashlar_${name}_api INTERFACE cxx_std_20)
  target_link_libraries(ashlar_${name}_api INTERFACE ${apis})

  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/src/*.cpp)
  if(NOT sources)
    set(sources ${ASHLAR_NOTHING})
  endif()
  add_library(ashlar_${name} STATIC ${sources})
  add_library(ashlar::${name} ALIAS ashlar_${name})
  target_include_directories(ashlar_${name} PRIVATE src)
  list(TRANSFORM room_USES PREPEND ashlar::)
  list(TRANSFORM room_HEADERS REPLACE "(.+)" "$<BUILD_INTERFACE:\\1>")
  target_link_libraries(ashlar_${name} PUBLIC ashlar::${name}_api ${room_USES} PRIVATE ${room_LINK} ${room_HEADERS})
  ashlar_strict(ashlar_${name})
  set_target_properties(ashlar_${name} PROPERTIES EXPORT_NAME ${name})
  set_target_properties(ashlar_${name}_api PROPERTIES EXPORT_NAME ${name}_api)
  set_property(GLOBAL APPEND PROPERTY ASHLAR_ROOMS ${name})
endfunction()
