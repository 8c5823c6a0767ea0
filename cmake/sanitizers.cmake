if(TURNPIKE_SANITIZE)
  add_compile_options(-fsanitize=${TURNPIKE_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # Instrumentation hides from gcc 12 what it knows of values, so that its flow warnings hit right code. The
    # uninstrumented presets judge.
    add_compile_options(-Wno-error -Wno-tsan)
  endif()
  add_link_options(-fsanitize=${TURNPIKE_SANITIZE} -fno-sanitize-recover=all)
endif()
