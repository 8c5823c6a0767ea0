if(TURNPIKE_SANITIZE)
  add_compile_options(-fsanitize=${TURNPIKE_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${TURNPIKE_SANITIZE} -fno-sanitize-recover=all)
endif()
