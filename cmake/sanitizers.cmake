if(TURNPIKE_SANITIZE)
  add_compile_options(-fsanitize=${TURNPIKE_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # Instrumentation hides from gcc 12 what it knows of values, so that these warnings hit right code; that it does not
    # model fences is said of every one. The uninstrumented presets judge.
    add_compile_options(-Wno-maybe-uninitialized -Wno-stringop-overflow -Wno-array-bounds -Wno-tsan)
  endif()
  add_link_options(-fsanitize=${TURNPIKE_SANITIZE} -fno-sanitize-recover=all)
endif()
