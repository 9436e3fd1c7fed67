# The RTL in the build: jitbox_verilated makes a C++ model of a module, jitbox_rtl_test a GoogleTest bench around one.
# Only where JITBOX_RTL is on (the release and debug presets): a model under a sanitizer checks Verilator, not us.
if(JITBOX_SANITIZE)
  set(JITBOX_RTL OFF)
else()
  set(JITBOX_RTL ON)
endif()

option(JITBOX_RTL_COVERAGE "line coverage in the Verilator models" OFF)
option(JITBOX_RTL_TRACE "FST traces from the Verilator models" OFF)

if(JITBOX_RTL)
  find_package(verilator REQUIRED HINTS /usr/share/verilator)
  set(JITBOX_RTL_DIR ${PROJECT_SOURCE_DIR}/rtl)
endif()

# jitbox_verilated(<name> TOP <module> SOURCES a.sv ... [PARAMETERS NAME=VALUE ...])
# Makes the library verilated_<name> with class V<name>. Sources are relative to rtl/; packages stand before what uses them.
function(jitbox_verilated name)
  cmake_parse_arguments(ARG "" "TOP" "SOURCES;PARAMETERS" ${ARGN})
  list(TRANSFORM ARG_SOURCES PREPEND ${JITBOX_RTL_DIR}/)
  set(args --x-assign unique --x-initial unique --assert -Wall --unroll-count 4096)
  foreach(parameter IN LISTS ARG_PARAMETERS)
    list(APPEND args -G${parameter})
  endforeach()
  set(switches)
  if(JITBOX_RTL_COVERAGE)
    list(APPEND switches COVERAGE)
  endif()
  if(JITBOX_RTL_TRACE)
    list(APPEND switches TRACE_FST)
  endif()
  add_library(verilated_${name} STATIC)
  verilate(verilated_${name} ${switches} TOP_MODULE ${ARG_TOP} PREFIX V${name}
    SOURCES ${JITBOX_RTL_DIR}/waivers.vlt ${ARG_SOURCES} INCLUDE_DIRS ${JITBOX_RTL_DIR}
    VERILATOR_ARGS ${args})
  target_compile_options(verilated_${name} PRIVATE -O2 -w) # generated code is not ours to warn about
  get_target_property(dirs verilated_${name} INCLUDE_DIRECTORIES)
  set_target_properties(verilated_${name} PROPERTIES INTERFACE_SYSTEM_INCLUDE_DIRECTORIES "${dirs}" INTERFACE_INCLUDE_DIRECTORIES "${dirs}")
endfunction()

# jitbox_rtl_test(<name> SOURCES bench.cpp ... MODELS <verilated name> ... [DEPENDS kernels ...] [TIMEOUT s])
function(jitbox_rtl_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "SOURCES;MODELS;DEPENDS;LINKS" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  list(TRANSFORM ARG_MODELS PREPEND verilated_)
  jitbox_test(${name} SOURCES ${ARG_SOURCES} DEPENDS ${ARG_DEPENDS} LINKS ${ARG_MODELS} ${ARG_LINKS} LABELS rtl TIMEOUT ${ARG_TIMEOUT})
endfunction()
