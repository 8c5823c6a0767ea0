# Writes a C++ file that holds files of the page, for src/control/web_assets.hpp:
#   cmake "-DFILES=NAME=PATH;NAME=PATH" -DOUT=FILE.cpp -P cmake/embed_assets.cmake
# NAME is how the file is called under web/. Every byte is written as an escape: what the file holds does not matter.
cmake_minimum_required(VERSION 3.25)

if(NOT FILES OR NOT OUT)
  message(FATAL_ERROR "cmake -DFILES=NAME=PATH;... -DOUT=FILE -P embed_assets.cmake")
endif()

set(entries "")
list(LENGTH FILES count)
foreach(file IN LISTS FILES)
  if(NOT file MATCHES "^([a-z0-9_./-]+)=(.+)$")
    message(FATAL_ERROR "${file}: a file of the page is called by lower-case letters, digits, '_', '-' and '.'")
  endif()
  set(name "${CMAKE_MATCH_1}")
  set(path "${CMAKE_MATCH_2}")
  file(SIZE "${path}" size)
  file(READ "${path}" bytes HEX)
  # A literal for each 32 bytes: the compiler joins them, and tools that read lines stay alive.
  string(REGEX REPLACE "(................................................................)" "\\1\"\n     \"" bytes "${bytes}")
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "\\\\x\\1" bytes "${bytes}")
  string(APPEND entries "    {\"${name}\",\n     {\"${bytes}\",\n      ${size}}},\n")
endforeach()

set(text
    "// Made of web/ by cmake/embed_assets.cmake.
#include \"control/web_assets.hpp\"

#include <array>

// What every compiler must take is 64 KiB; gcc and clang take more.
#pragma GCC diagnostic ignored \"-Woverlength-strings\"

namespace turnpike::control {
namespace {

constexpr std::array<WebAsset, ${count}> kAssets{{
${entries}}};

}  // namespace

std::span<const WebAsset> web_assets() noexcept { return kAssets; }

}  // namespace turnpike::control
")
file(WRITE "${OUT}" "${text}")
