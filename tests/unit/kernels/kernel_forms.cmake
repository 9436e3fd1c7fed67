# ctest script: the kernels give the same bytes in every form. Usage: cmake -DNATIVE=exe -DHARDWARE=exe -DSOURCE_DIR=dir -DCXX=clang++
# -DWORK=dir -P kernel_forms.cmake. With JITBOX_XILINX_HEADERS in the environment (the include/ folder of Xilinx's public
# HLS_arbitrary_Precision_Types, fetched by hand, never part of this repository) the sources are also compiled against those, as C++14.
cmake_minimum_required(VERSION 3.25)

function(digest exe out)
  execute_process(COMMAND ${exe} OUTPUT_VARIABLE text RESULT_VARIABLE code OUTPUT_STRIP_TRAILING_WHITESPACE TIMEOUT 250)
  if(NOT code EQUAL 0)
    message(FATAL_ERROR "${exe} failed (${code}): ${text}")
  endif()
  message("${exe}: ${text}")
  set(${out} "${text}" PARENT_SCOPE)
endfunction()

digest(${NATIVE} native)
digest(${HARDWARE} hardware)
if(NOT native STREQUAL hardware)
  message(FATAL_ERROR "the hardware form of the leaf arithmetic gives other records than the CPU form")
endif()

if(NOT DEFINED ENV{JITBOX_XILINX_HEADERS})
  message("not compared with Xilinx's headers: JITBOX_XILINX_HEADERS is not set (see docs/vitis.md)")
  return()
endif()
set(hls ${SOURCE_DIR}/kernels/hls)
file(MAKE_DIRECTORY ${WORK}/stream)
file(COPY ${hls}/compat/hls_stream.h DESTINATION ${WORK}/stream) # Vitis's own is not public
file(GLOB kernels ${hls}/*.cpp)
foreach(source IN LISTS kernels)
  execute_process(COMMAND ${CXX} -std=c++14 -w -fsyntax-only -I$ENV{JITBOX_XILINX_HEADERS} -I${WORK}/stream -I${SOURCE_DIR}/kernels ${source}
    RESULT_VARIABLE code)
  if(NOT code EQUAL 0)
    message(FATAL_ERROR "${source} does not compile against Xilinx's ap_int.h")
  endif()
endforeach()
list(FILTER kernels INCLUDE REGEX "(candidate_seed|position_math|range_[a-z]+|sqrt_price_math|tick_math)\\.cpp$")
execute_process(COMMAND ${CXX} -std=c++14 -w -O1 -I$ENV{JITBOX_XILINX_HEADERS} -I${WORK}/stream -I${SOURCE_DIR}/kernels ${kernels}
  ${SOURCE_DIR}/tests/unit/kernels/kernel_digest.cpp -o ${WORK}/kernel_digest_xilinx RESULT_VARIABLE code)
if(NOT code EQUAL 0)
  message(FATAL_ERROR "kernel_digest.cpp does not build against Xilinx's ap_int.h")
endif()
digest(${WORK}/kernel_digest_xilinx xilinx)
if(NOT native STREQUAL xilinx)
  message(FATAL_ERROR "Xilinx's ap_int.h gives other records than kernels/hls/compat/ap_int.h")
endif()
