# turnpike_room(NAME DEPS target...) makes room NAME, the static library turnpike_NAME, from src/NAME/*.cpp. Its door is
# include/turnpike/NAME; src/ is visible for the room's own files and its tests, and the arrows check guards it.
# A room that has no source file yet is an interface library, so that the others can be built meanwhile.
function(turnpike_room name)
  cmake_parse_arguments(PARSE_ARGV 1 room "" "" "DEPS;EXCLUDE")
  file(GLOB sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/src/${name}/*.cpp")
  foreach(excluded IN LISTS room_EXCLUDE)
    list(REMOVE_ITEM sources "${PROJECT_SOURCE_DIR}/src/${name}/${excluded}")
  endforeach()
  if(sources)
    add_library(turnpike_${name} STATIC ${sources})
    set(scope PUBLIC)
  else()
    add_library(turnpike_${name} INTERFACE)
    set(scope INTERFACE)
  endif()
  add_library(turnpike::${name} ALIAS turnpike_${name})
  target_include_directories(turnpike_${name} ${scope} "${PROJECT_SOURCE_DIR}/include" "${PROJECT_SOURCE_DIR}/src")
  target_link_libraries(turnpike_${name} ${scope} ${room_DEPS})
endfunction()

# turnpike_precompile(TARGET header...) where the preset wants precompiled headers and the target compiles anything.
function(turnpike_precompile target)
  get_target_property(kind ${target} TYPE)
  if(NOT TURNPIKE_PCH OR kind STREQUAL "INTERFACE_LIBRARY")
    return()
  endif()
  target_precompile_headers(${target} PRIVATE ${ARGN})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(${target} PRIVATE -fpch-preprocess)  # ccache cannot cache gcc's use of one without it
  endif()
endfunction()

# What compiling against room control costs most, for those who do: parsed once for each target.
set(turnpike_control_heavy
    <boost/asio/any_completion_handler.hpp> <boost/asio/generic/stream_protocol.hpp> <boost/asio/io_context.hpp>
    <boost/asio/steady_timer.hpp> <boost/beast/http/message.hpp> <boost/beast/http/parser.hpp>
    <boost/beast/http/string_body.hpp> <boost/json.hpp> <chrono> <fmt/format.h> <functional> <map> <memory> <string>
    <unordered_map> <vector>)
