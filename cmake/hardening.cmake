# What a server that reads bytes from strangers is shipped with. Every flag is asked of the compiler first: clang 14 lacks some.
include(CheckCXXCompilerFlag)
include(CheckPIESupported)

set(CMAKE_POSITION_INDEPENDENT_CODE ON)
check_pie_supported(LANGUAGES CXX)
# Data pages are never executable, in any preset.
add_link_options(-Wl,-z,noexecstack)

if(TURNPIKE_HARDENED)
  foreach(flag IN ITEMS -fstack-protector-strong -fstack-clash-protection -fcf-protection=full
                        -ftrivial-auto-var-init=zero)
    string(MAKE_C_IDENTIFIER "TURNPIKE_HAS${flag}" known)
    check_cxx_compiler_flag(${flag} ${known})
    if(${known})
      add_compile_options(${flag})
    endif()
  endforeach()
  # Debian's compiler may predefine another level. Level 3 also bounds buffers whose size is known only at run time.
  add_compile_options(-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -D_GLIBCXX_ASSERTIONS)
  add_link_options(-Wl,-z,relro -Wl,-z,now -Wl,-z,separate-code -Wl,--as-needed)
endif()
