# range_profit and its arithmetic.
set(JITBOX_MATH_MUL math/delay_line.sv math/wide_mul.sv)
set(JITBOX_MATH_DIV ${JITBOX_MATH_MUL} math/reciprocal.sv math/divide_digit.sv math/mul_div.sv)
jitbox_verilated(mul_div TOP mul_div SOURCES ${JITBOX_MATH_DIV})
jitbox_verilated(mul_shift TOP mul_shift SOURCES ${JITBOX_MATH_MUL} math/mul_shift.sv)
jitbox_verilated(square_root TOP square_root SOURCES math/delay_line.sv math/square_root.sv)
jitbox_rtl_test(rtl_wide_math_test SOURCES wide_math_test.cpp MODELS mul_div mul_shift square_root DEPENDS kernels)
jitbox_verilated(tick_math TOP tick_math
  SOURCES math/ram_1r1w.sv math/wide_mul.sv math/power_of_tick.sv math/tick_math.sv)
jitbox_rtl_test(rtl_tick_math_test SOURCES tick_math_test.cpp MODELS tick_math DEPENDS kernels)
