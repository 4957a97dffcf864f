# ashlar_room(core LINK fmt::fmt …): a room of the framework, made of api/ (what others may include) and src/ (what they
# may not). It becomes the static library ashlar_core, known to others as ashlar::core.
#
#   USES  other rooms, whose api this room's api may include
#   LINK  libraries that stay behind the room's src/

function(ashlar_room name)
  cmake_parse_arguments(PARSE_ARGV 1 room "" "" "USES;LINK")
  if(room_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "ashlar_room(${name}): '${room_UNPARSED_ARGUMENTS}' is unknown here, use USES or LINK")
  endif()

  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/src/*.cpp)
  if(NOT sources)
    set(sources ${ASHLAR_NOTHING})
  endif()

  add_library(ashlar_${name} STATIC ${sources})
  add_library(ashlar::${name} ALIAS ashlar_${name})
  target_include_directories(ashlar_${name} PUBLIC api PRIVATE src)
  list(TRANSFORM room_USES PREPEND ashlar::)
  target_link_libraries(ashlar_${name} PUBLIC ${room_USES} PRIVATE ${room_LINK})
  ashlar_strict(ashlar_${name})
  set_property(GLOBAL APPEND PROPERTY ASHLAR_ROOMS ${name})
endfunction()
