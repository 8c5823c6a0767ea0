# gcc's and clang's precompiled headers are cacheable only when ccache is told not to mind their time stamps.
find_program(TURNPIKE_CCACHE ccache)
if(TURNPIKE_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CMAKE_COMMAND}" -E env CCACHE_SLOPPINESS=pch_defines,time_macros
                                  CCACHE_NOHASHDIR=1 "${TURNPIKE_CCACHE}")
endif()
