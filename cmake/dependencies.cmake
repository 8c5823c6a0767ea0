# docs/dependencies.md says why each of these is here; packages.txt names the Debian packages.
find_package(Threads REQUIRED)
find_package(OpenSSL 3.0 REQUIRED COMPONENTS Crypto SSL)
find_package(Boost 1.81 REQUIRED COMPONENTS headers json url)
find_package(SQLite3 3.40 REQUIRED)
find_package(ZLIB REQUIRED)
find_package(prometheus-cpp REQUIRED CONFIG)
find_package(fmt 9 REQUIRED)
find_package(spdlog 1.10 REQUIRED)
find_package(cxxopts 3 REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(tomlplusplus REQUIRED IMPORTED_TARGET tomlplusplus>=3.3)
pkg_check_modules(qrencode REQUIRED IMPORTED_TARGET libqrencode>=4.1)
pkg_check_modules(systemd REQUIRED IMPORTED_TARGET libsystemd>=250)

if(BUILD_TESTING OR TURNPIKE_BENCH OR TURNPIKE_FUZZ)
  find_package(GTest 1.12 REQUIRED)
endif()
if(TURNPIKE_BENCH)
  find_package(benchmark 1.7 REQUIRED)
endif()

# Boost.Asio is compiled once, here, instead of in every file that includes it.
add_library(turnpike_asio STATIC "${CMAKE_CURRENT_LIST_DIR}/asio.cpp")
target_compile_definitions(turnpike_asio PUBLIC BOOST_ASIO_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED)
target_link_libraries(turnpike_asio PUBLIC Boost::headers Threads::Threads)

# And so is Boost.Beast.
add_library(turnpike_beast STATIC "${CMAKE_CURRENT_LIST_DIR}/beast.cpp")
target_compile_definitions(turnpike_beast PUBLIC BOOST_BEAST_SEPARATE_COMPILATION)
target_link_libraries(turnpike_beast PUBLIC turnpike_asio)
