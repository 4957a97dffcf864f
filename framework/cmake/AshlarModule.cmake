# ashlar_module(orders SERVICES inventory catalog EVENTS payments LINK SQLite::SQLite3)
#
# Declares the business module whose folder this is. It makes two targets:
#
#   orders_api  the include directory api/; what its events need of the framework comes with it, nothing else
#   orders      the static library of src/**/*.cpp; it sees its own api/ and src/, the framework's core and store, and the
#               api/ of the modules that are named here. Everything else is not on its include path.
#
#   SERVICES  modules whose services this one calls; a cycle of these fails the configure step
#   EVENTS    modules whose events this one handles; these may be mutual
#   LINK      libraries for src/
#
# ashlar_discover_modules(modules)
#
# Adds every folder below `modules` that has a CMakeLists.txt; with -DASHLAR_MODULES="orders;payments" only those, which
# must name no others, and with -DASHLAR_MODULES=none nothing.
#
# ashlar_plugin(audit)
#
# Makes the target audit_plugin: the same module from the same sources as the shared library <build>/plugins/audit.so, which
# an application loads with --plugins. It has no framework of its own but uses the application's. With
# -DASHLAR_PLUGINS="audit;search" these modules are made so, and are part of those applications only that name them.
#
# ashlar_application(shop MAIN src/main.cpp [MODULES orders payments])
#
# Makes an executable of `MAIN` and the named modules, by default all that were discovered, and writes their list to
# <build>/generated/shop/modules.cpp. The other sources beside and below `MAIN` become the library shop_sources, which the
# application's tests link too. A tree may have several applications, each with its `MAIN` in a folder of its own.

set(ASHLAR_MODULES "" CACHE STRING "The modules to build; all that are found when empty")
set(ASHLAR_PLUGINS "" CACHE STRING "The modules that become plug-ins instead of parts of the applications")

function(ashlar_module name)
  cmake_parse_arguments(PARSE_ARGV 1 module "" "" "SERVICES;EVENTS;LINK")
  set(call "ashlar_module(${name})")
  if(module_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "${call}: '${module_UNPARSED_ARGUMENTS}' is unknown here, use SERVICES, EVENTS or LINK")
  endif()

  cmake_path(GET CMAKE_CURRENT_SOURCE_DIR FILENAME folder)
  if(NOT folder STREQUAL name)
    message(FATAL_ERROR "${call} is called in the folder '${folder}': the folder and the module have one name, "
                        "rename either")
  endif()
  if(NOT name MATCHES "^[a-z][a-z0-9_]*$")
    message(FATAL_ERROR "${call}: a module's name is made of lower-case letters, digits and '_', as in 'orders'")
  endif()
  set(taken core store bridge rabbitmq ops testing app all clean edit_cache help install package rebuild_cache test)
  if(name IN_LIST taken OR TARGET ${name} OR TARGET ${name}_api)
    message(FATAL_ERROR "${call}: the name '${name}' is taken, choose another")
  endif()
  foreach(other IN LISTS module_SERVICES module_EVENTS)
    if(other STREQUAL name)
      message(FATAL_ERROR "${call} names itself: its own services and events need no mention")
    endif()
    if(ASHLAR_MODULES AND NOT other IN_LIST ASHLAR_MODULES)
      message(FATAL_ERROR "${call} names the module '${other}', which -DASHLAR_MODULES leaves out: add it there")
    endif()
    if(NOT TARGET ${other}_api AND NOT EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/../${other}/CMakeLists.txt)
      message(FATAL_ERROR "${call} names the module '${other}', which does not exist: add it, or remove the name "
                          "(${CMAKE_CURRENT_LIST_FILE})")
    endif()
  endforeach()

  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/src/*.cpp)
  set(entries "")
  foreach(source IN LISTS sources)
    file(READ ${source} text)
    if(text MATCHES "ASHLAR_MODULE\\([ \t\r\n]*${name}[ \t\r\n]*,")
      cmake_path(RELATIVE_PATH source BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR})
      list(APPEND entries ${source})
    endif()
  endforeach()
  list(LENGTH entries count)
  if(count EQUAL 0)
    message(FATAL_ERROR "${call}: no file below src/ says ASHLAR_MODULE(${name}, ${name}::TheModule): write it once, in "
                        "the .cpp of the class that is the module (${CMAKE_CURRENT_SOURCE_DIR}/src)")
  elseif(count GREATER 1)
    list(JOIN entries ", " entries)
    message(FATAL_ERROR "${call}: ASHLAR_MODULE(${name}, …) is said in ${entries}: one module has one class, remove the "
                        "others (${CMAKE_CURRENT_SOURCE_DIR})")
  endif()

  add_library(${name}_api INTERFACE)
  target_include_directories(${name}_api INTERFACE api)
  target_link_libraries(${name}_api INTERFACE ashlar::event)

  set(others ${module_SERVICES} ${module_EVENTS})
  list(REMOVE_DUPLICATES others)
  list(TRANSFORM others APPEND _api)
  add_library(${name} STATIC ${sources})
  target_include_directories(${name} PRIVATE src)
  target_link_libraries(${name} PUBLIC ${name}_api PRIVATE ashlar::core ${others} ${module_LINK})
  if(TARGET ashlar::store)
    target_link_libraries(${name} PRIVATE ashlar::store)
  endif()
  ashlar_strict(${name})

  ashlar_hash_of_headers(api ${CMAKE_CURRENT_SOURCE_DIR}/api)
  set_property(GLOBAL PROPERTY ASHLAR_API_OF_${name} ${api})
  set_property(GLOBAL PROPERTY ASHLAR_FOLDER_OF_${name} ${CMAKE_CURRENT_SOURCE_DIR})
  set_property(GLOBAL APPEND PROPERTY ASHLAR_MODULES ${name})
  set_property(GLOBAL PROPERTY ASHLAR_SERVICES_OF_${name} ${module_SERVICES})
  set_property(GLOBAL PROPERTY ASHLAR_EVENTS_OF_${name} ${module_EVENTS})
  set_property(GLOBAL PROPERTY ASHLAR_LIBRARIES_OF_${name} ${module_LINK})
endfunction()

function(ashlar_plugin name)
  get_property(folder GLOBAL PROPERTY ASHLAR_FOLDER_OF_${name})
  if(NOT folder OR NOT ARGC EQUAL 1)
    message(FATAL_ERROR "ashlar_plugin(${ARGV}) takes the name of one module, which ashlar_module() has declared")
  endif()
  if(TARGET ${name}_plugin)
    return()
  endif()
  get_property(services GLOBAL PROPERTY ASHLAR_SERVICES_OF_${name})
  get_property(events GLOBAL PROPERTY ASHLAR_EVENTS_OF_${name})
  get_property(libraries GLOBAL PROPERTY ASHLAR_LIBRARIES_OF_${name})

  set(others ${name} ${services} ${events})
  list(REMOVE_DUPLICATES others)
  set(apis "")
  foreach(other IN LISTS others)
    get_property(api GLOBAL PROPERTY ASHLAR_API_OF_${other})
    list(APPEND apis ${other}=${api})
  endforeach()
  list(JOIN apis " " apis)
  set(entry ${PROJECT_BINARY_DIR}/generated/${name}_plugin/plugin.cpp)
  file(CONFIGURE OUTPUT ${entry} @ONLY CONTENT
       "// What makes the module ${name} a plug-in; the configure step writes this file anew.\n\n#include <ashlar/plugin.hpp>\n
ASHLAR_PLUGIN(${name}, \"${ASHLAR_VERSION}\", \"${ASHLAR_HEADERS}\", \"${apis}\")\n")

  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${folder}/src/*.cpp)
  add_library(${name}_plugin MODULE ${sources} ${entry})
  list(TRANSFORM others APPEND _api)
  target_include_directories(${name}_plugin PRIVATE ${folder}/src)
  target_link_libraries(${name}_plugin PRIVATE ashlar::core_api ${others} ${libraries})
  if(TARGET ashlar::store_api)
    target_link_libraries(${name}_plugin PRIVATE ashlar::store_api)
  endif()
  ashlar_strict(${name}_plugin)
  set_target_properties(${name}_plugin PROPERTIES PREFIX "" OUTPUT_NAME ${name} SUFFIX .so LIBRARY_OUTPUT_DIRECTORY
                                                                                           ${PROJECT_BINARY_DIR}/plugins)
endfunction()

function(ashlar_discover_modules folder)
  # What a module finds for itself is also found where it is linked: in the application and in its tests.
  set(CMAKE_FIND_PACKAGE_TARGETS_GLOBAL ON)
  cmake_path(ABSOLUTE_PATH folder BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR})
  file(GLOB lists CONFIGURE_DEPENDS ${folder}/*/CMakeLists.txt)
  file(GLOB src_folders LIST_DIRECTORIES true ${folder}/*/src)
  foreach(src IN LISTS src_folders)
    cmake_path(GET src PARENT_PATH module)
    if(NOT EXISTS ${module}/CMakeLists.txt)
      message(WARNING "${module} has no CMakeLists.txt that calls ashlar_module(), so it is no module and is left out")
    endif()
  endforeach()
  set(added "")
  foreach(list IN LISTS lists)
    cmake_path(GET list PARENT_PATH module)
    cmake_path(GET module FILENAME name)
    if(NOT ASHLAR_MODULES OR name IN_LIST ASHLAR_MODULES)
      add_subdirectory(${module})
      list(APPEND added ${name})
    endif()
  endforeach()
  foreach(name IN LISTS added)
    if(name IN_LIST ASHLAR_PLUGINS)
      ashlar_plugin(${name})
    endif()
  endforeach()

  get_property(modules GLOBAL PROPERTY ASHLAR_MODULES)
  foreach(module IN LISTS modules)
    _ashlar_refuse_service_cycles(${module} "")
  endforeach()
endfunction()

# `path` is the way from the module where the search began, each needing a service of the next.
function(_ashlar_refuse_service_cycles name path)
  list(FIND path ${name} start)
  list(APPEND path ${name})
  if(start GREATER_EQUAL 0)
    list(SUBLIST path ${start} -1 cycle)
    list(JOIN cycle " -> " cycle)
    message(FATAL_ERROR "modules need each other's services in a cycle: ${cycle}: let one of them publish an event "
                        "instead of being called (EVENTS may be mutual, SERVICES may not)")
  endif()
  get_property(acyclic GLOBAL PROPERTY ASHLAR_ACYCLIC_${name})
  if(acyclic)
    return()
  endif()
  get_property(services GLOBAL PROPERTY ASHLAR_SERVICES_OF_${name})
  foreach(other IN LISTS services)
    _ashlar_refuse_service_cycles(${other} "${path}")
  endforeach()
  set_property(GLOBAL PROPERTY ASHLAR_ACYCLIC_${name} TRUE)
endfunction()

# Sets `result` to `name` and every module that it names, that those name, and so on: what it takes to start it for real.
function(ashlar_modules_needed_by name result)
  set(found "")
  set(open ${name})
  while(open)
    list(POP_FRONT open next)
    if(NOT next IN_LIST found)
      list(APPEND found ${next})
      get_property(services GLOBAL PROPERTY ASHLAR_SERVICES_OF_${next})
      get_property(events GLOBAL PROPERTY ASHLAR_EVENTS_OF_${next})
      list(APPEND open ${services} ${events})
    endif()
  endwhile()
  list(SORT found)
  set(${result} ${found} PARENT_SCOPE)
endfunction()

# Gives `target` the definitions of ashlar::application_modules(), the list of `modules`, and of ashlar::application_bridges(), a
# list of whatever follows (RABBITMQ); in a file that people can read.
function(ashlar_list_modules target modules)
  list(SORT modules)
  set(declarations "")
  set(factories "")
  set(includes "")
  set(bridges "")
  if("RABBITMQ" IN_LIST ARGN)
    set(includes "#include <ashlar/rabbitmq/bridge.hpp>\n")
    set(bridges "rabbitmq::bridge()")
  endif()
  foreach(module IN LISTS modules)
    string(APPEND declarations "std::unique_ptr<ashlar::Module> ashlar_make_module_${module}();\n")
    get_property(api GLOBAL PROPERTY ASHLAR_API_OF_${module})
    string(APPEND factories "      {\"${module}\", &ashlar_make_module_${module}, \"${api}\"},\n")
  endforeach()
  string(CONCAT text
      "// The modules of ${target}, as the configure step found them: it writes this file anew.\n\n"
      "#include <ashlar/module.hpp>\n${includes}#include <memory>\n#include <vector>\n\n"
      "${declarations}\n"
      "namespace ashlar {\n\n"
      "std::vector<ModuleFactory> application_modules() {\n  return {\n${factories}  };\n}\n\n"
      "std::vector<ModuleFactory> application_bridges() { return {${bridges}}; }\n\n"
      "}  // namespace ashlar\n")
  set(file ${PROJECT_BINARY_DIR}/generated/${target}/modules.cpp)
  file(CONFIGURE OUTPUT ${file} CONTENT "${text}" @ONLY)
  target_sources(${target} PRIVATE ${file})
endfunction()

# The sources of two applications, each with a main(), would end up in one library.
function(_ashlar_refuse_shared_sources name src)
  get_property(others GLOBAL PROPERTY ASHLAR_APPLICATIONS)
  foreach(other IN LISTS others)
    get_property(taken GLOBAL PROPERTY ASHLAR_SOURCES_OF_${other})
    cmake_path(IS_PREFIX taken ${src} below)
    cmake_path(IS_PREFIX src ${taken} above)
    if(below OR above)
      message(FATAL_ERROR "ashlar_application(${name}) has its MAIN in ${src}, and ashlar_application(${other}) in ${taken}: "
                          "each takes all that is beside and below, so give each a folder of its own")
    endif()
  endforeach()
  set_property(GLOBAL APPEND PROPERTY ASHLAR_APPLICATIONS ${name})
  set_property(GLOBAL PROPERTY ASHLAR_SOURCES_OF_${name} ${src})
endfunction()

function(ashlar_application name)
  cmake_parse_arguments(PARSE_ARGV 1 application "" "MAIN" "MODULES")
  if(application_UNPARSED_ARGUMENTS OR NOT application_MAIN)
    message(FATAL_ERROR "ashlar_application(${name}) takes MAIN <file> and, if it is not to have all modules, MODULES")
  endif()
  get_property(modules GLOBAL PROPERTY ASHLAR_MODULES)
  foreach(module IN LISTS application_MODULES)
    if(NOT module IN_LIST modules)
      message(FATAL_ERROR "ashlar_application(${name}) names the module '${module}', which does not exist: add it, or "
                          "remove the name (${CMAKE_CURRENT_LIST_FILE})")
    endif()
  endforeach()
  foreach(module IN LISTS ASHLAR_PLUGINS)
    if(NOT module IN_LIST modules)
      message(FATAL_ERROR "-DASHLAR_PLUGINS names the module '${module}', which does not exist: remove the name there")
    endif()
  endforeach()
  if(application_MODULES)
    set(modules ${application_MODULES})
  else()
    list(REMOVE_ITEM modules ${ASHLAR_PLUGINS})
  endif()

  set(apis ${modules})
  list(TRANSFORM apis APPEND _api)
  set(rooms "")
  foreach(room core store bridge rabbitmq ops)
    if(TARGET ashlar::${room})
      list(APPEND rooms ashlar::${room})
    endif()
  endforeach()

  cmake_path(ABSOLUTE_PATH application_MAIN BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR} OUTPUT_VARIABLE main)
  cmake_path(GET main PARENT_PATH src)
  _ashlar_refuse_shared_sources(${name} ${src})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${src}/*.cpp)
  list(REMOVE_ITEM sources ${main})
  if(sources)
    add_library(${name}_sources STATIC ${sources})
  else()
    add_library(${name}_sources STATIC ${ASHLAR_NOTHING})
  endif()
  target_include_directories(${name}_sources PUBLIC ${src})
  target_link_libraries(${name}_sources PUBLIC ${apis} ${rooms})
  ashlar_strict(${name}_sources)

  add_executable(${name} ${application_MAIN})
  set(bridges "")
  if(TARGET ashlar::rabbitmq)
    set(bridges RABBITMQ)
  endif()
  ashlar_list_modules(${name} "${modules}" ${bridges})
  target_link_libraries(${name} PRIVATE ${name}_sources ${modules} ${rooms})
  # Plug-ins use the one framework that is in the executable, also the parts that nobody else in it uses.
  set_target_properties(${name} PROPERTIES ENABLE_EXPORTS ON)
  set(whole "")
  foreach(room core store)
    if(TARGET ashlar::${room})
      list(APPEND whole $<TARGET_FILE:ashlar::${room}>)
    endif()
  endforeach()
  target_link_options(${name} PRIVATE LINKER:--whole-archive ${whole} LINKER:--no-whole-archive)
  ashlar_strict(${name})
endfunction()
