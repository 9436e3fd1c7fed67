# Language level, warnings and sanitizers: the same for every target.
set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang" OR CMAKE_CXX_COMPILER_VERSION VERSION_LESS 19)
  message(FATAL_ERROR "jitbox needs clang 19 (unsigned _BitInt(512), std::expected); found "
    "${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}. Run './run setup', then use a preset.")
endif()

if("${PROJECT_SOURCE_DIR}${CMAKE_BINARY_DIR}" MATCHES "[ \t]")
  message(FATAL_ERROR "jitbox cannot be built in '${PROJECT_SOURCE_DIR}' (build directory '${CMAKE_BINARY_DIR}'): Verilator does not find its "
    "waivers below a path with spaces. Move it to a path without.")
endif()

set(JITBOX_SANITIZE "" CACHE STRING "comma-separated -fsanitize= list; empty for none")
option(JITBOX_FUZZ "build the libFuzzer targets of tests/fuzz (the asan-ubsan preset does)" OFF)
set(JITBOX_MARCH "x86-64-v3" CACHE STRING "instruction set of the build; x86-64-v3 has the mulx that wide arithmetic lives on")

find_program(JITBOX_CCACHE ccache)
if(JITBOX_CCACHE)
  set(CMAKE_C_COMPILER_LAUNCHER ${JITBOX_CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${JITBOX_CCACHE})
endif()

add_library(jitbox_options INTERFACE)
target_compile_options(jitbox_options INTERFACE
  -march=${JITBOX_MARCH}
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror
  -Wno-bit-int-extension) # _BitInt in C++ is the clang extension that the 256-bit type is built on

if(CMAKE_BUILD_TYPE STREQUAL "RelWithDebInfo")
  # The sanitizer presets: light debug information keeps 2-core builds short, -O1 keeps reports readable.
  set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O1 -gline-tables-only -fno-omit-frame-pointer")
  set(CMAKE_C_FLAGS_RELWITHDEBINFO "-O1 -gline-tables-only -fno-omit-frame-pointer")
endif()
if(JITBOX_SANITIZE)
  add_compile_options(-fsanitize=${JITBOX_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${JITBOX_SANITIZE})
  if(JITBOX_FUZZ)
    add_compile_options(-fsanitize=fuzzer-no-link)
  endif()
endif()
add_link_options(-fuse-ld=lld-19)
