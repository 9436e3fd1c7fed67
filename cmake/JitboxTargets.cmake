# jitbox_library / jitbox_app / jitbox_test: every folder declares what it may depend on here, and
# tests/architecture checks that no #include crosses a line that these declarations do not allow.

add_custom_target(fuzzers)      # every fuzzer
add_custom_target(thread_tests) # every test that runs under TSan
add_custom_target(unit_tests)   # every test that runs under ASan and UBSan

# jitbox_library(<folder> SOURCES a.cpp ... [DEPENDS chain ...] [LINKS external::target ...])
# Makes target jitbox_<folder>. DEPENDS are other host folders (or `kernels`); LINKS are outside libraries.
function(jitbox_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS;LINKS" ${ARGN})
  add_library(jitbox_${name} STATIC ${ARG_SOURCES})
  target_include_directories(jitbox_${name} PUBLIC ${PROJECT_SOURCE_DIR}/host)
  target_link_libraries(jitbox_${name} PUBLIC jitbox_options ${ARG_LINKS})
  foreach(dep IN LISTS ARG_DEPENDS)
    target_link_libraries(jitbox_${name} PUBLIC jitbox_${dep})
  endforeach()
  string(REPLACE ";" "," deps "${ARG_DEPENDS}")
  set_property(GLOBAL APPEND PROPERTY JITBOX_ARCHITECTURE "${name}:${deps}")
endfunction()

# jitbox_app(<name> SOURCES main.cpp ... [DEPENDS ...] [LINKS ...])
function(jitbox_app name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS;LINKS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/host)
  target_link_libraries(${name} PRIVATE jitbox_options ${ARG_LINKS})
  foreach(dep IN LISTS ARG_DEPENDS)
    target_link_libraries(${name} PRIVATE jitbox_${dep})
  endforeach()
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
endfunction()

# jitbox_test(<name> SOURCES ... [DEPENDS ...] [LINKS ...] [LABELS ...] [TIMEOUT s]): a GoogleTest program in ctest.
# Labels: unit (runs in every preset), threads (also under TSan), integration, release_only (not under a sanitizer: say why).
function(jitbox_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "SOURCES;DEPENDS;LINKS;LABELS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/host ${PROJECT_SOURCE_DIR}/tests)
  target_link_libraries(${name} PRIVATE jitbox_options ${ARG_LINKS} GTest::gtest_main GTest::gmock)
  foreach(dep IN LISTS ARG_DEPENDS)
    target_link_libraries(${name} PRIVATE jitbox_${dep})
  endforeach()
  target_compile_definitions(${name} PRIVATE
    JITBOX_SOURCE_DIR="${PROJECT_SOURCE_DIR}" JITBOX_BINARY_DIR="${CMAKE_BINARY_DIR}")
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  if("threads" IN_LIST ARG_LABELS)
    add_dependencies(thread_tests ${name})
  endif()
  if("unit" IN_LIST ARG_LABELS OR "threads" IN_LIST ARG_LABELS)
    add_dependencies(unit_tests ${name})
  endif()
  add_test(NAME ${name} COMMAND ${name} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  set_tests_properties(${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT} LABELS "${ARG_LABELS}")
endfunction()

# jitbox_fuzzer(<name> SOURCES ... [DEPENDS ...]): a libFuzzer program, only in the asan-ubsan preset; ctest runs it for 20 s.
function(jitbox_fuzzer name)
  if(NOT JITBOX_FUZZ)
    return()
  endif()
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS;LINKS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  add_dependencies(fuzzers ${name})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/host ${PROJECT_SOURCE_DIR}/tests)
  target_link_libraries(${name} PRIVATE jitbox_options ${ARG_LINKS})
  target_link_options(${name} PRIVATE -fsanitize=fuzzer)
  foreach(dep IN LISTS ARG_DEPENDS)
    target_link_libraries(${name} PRIVATE jitbox_${dep})
  endforeach()
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/fuzz)
  set(corpus ${CMAKE_BINARY_DIR}/fuzz/corpus-${name})
  file(MAKE_DIRECTORY ${corpus})
  add_test(NAME ${name} COMMAND ${name} -max_total_time=20 -max_len=8192 -print_final_stats=1 ${corpus})
  set_tests_properties(${name} PROPERTIES TIMEOUT 120 LABELS fuzz)
endfunction()

# Writes the declared graph for tests/architecture.
function(jitbox_write_architecture)
  get_property(rows GLOBAL PROPERTY JITBOX_ARCHITECTURE)
  string(REPLACE ";" "\n" text "${rows}")
  file(WRITE ${CMAKE_BINARY_DIR}/architecture.txt "${text}\n")
endfunction()
