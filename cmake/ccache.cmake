# gcc's and clang's precompiled headers are cacheable only when ccache is told not to mind their time stamps. What a file
# includes it learns from the compiler, which Ninja asks for that anyway, instead of preprocessing each file first.
find_program(TURNPIKE_CCACHE ccache)
if(TURNPIKE_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CMAKE_COMMAND}" -E env CCACHE_SLOPPINESS=pch_defines,time_macros
                                  CCACHE_NOHASHDIR=1 CCACHE_DEPEND=1 "${TURNPIKE_CCACHE}")
endif()
