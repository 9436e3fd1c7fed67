# Outside libraries, all from the list that `./run setup` installs.
find_package(Threads REQUIRED)
find_package(Boost 1.81 REQUIRED)
find_package(OpenSSL 3 REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(simdjson REQUIRED)
find_package(CLI11 REQUIRED)
find_package(GTest REQUIRED)
find_package(benchmark REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(prometheus-cpp CONFIG REQUIRED)
find_package(SQLite3 REQUIRED)
pkg_check_modules(libsodium REQUIRED IMPORTED_TARGET libsodium)
pkg_check_modules(libp11 REQUIRED IMPORTED_TARGET libp11)
pkg_check_modules(p11kit REQUIRED IMPORTED_TARGET p11-kit-1) # pkcs11.h: the types of the PKCS#11 standard
pkg_check_modules(libsecp256k1 REQUIRED IMPORTED_TARGET libsecp256k1)
pkg_check_modules(tomlplusplus REQUIRED IMPORTED_TARGET tomlplusplus)
pkg_check_modules(libsystemd REQUIRED IMPORTED_TARGET libsystemd)
pkg_check_modules(libseccomp REQUIRED IMPORTED_TARGET libseccomp)
pkg_check_modules(tss2 REQUIRED IMPORTED_TARGET tss2-esys tss2-tctildr tss2-mu tss2-rc)

# Boost.Asio, Beast and JSON are compiled once in host/base (base/boost_sources.cpp), not in every file that includes them.
add_library(jitbox_boost INTERFACE)
target_compile_definitions(jitbox_boost INTERFACE
  BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION BOOST_JSON_NO_LIB BOOST_CONTAINER_NO_LIB
  BOOST_ASIO_NO_DEPRECATED)
target_link_libraries(jitbox_boost INTERFACE Boost::headers Threads::Threads OpenSSL::SSL OpenSSL::Crypto)

# Third-party headers are not ours to warn about.
foreach(lib Boost::headers)
  get_target_property(dirs ${lib} INTERFACE_INCLUDE_DIRECTORIES)
  target_include_directories(jitbox_boost SYSTEM INTERFACE ${dirs})
endforeach()
