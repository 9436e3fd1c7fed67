// sqrt(1.0001)^-(2^i) in Q128 for i = 0..19: the constants of v3-core's TickMath.getSqrtRatioAtTick. Combinational.
// SPDX-License-Identifier: Apache-2.0
module power_of_tick (
    input  logic [4:0]   i,
    output logic [127:0] power
);
  always_comb begin
    case (i)
      5'd0:    power = 128'hfffcb933bd6fad37aa2d162d1a594001;
      5'd1:    power = 128'hfff97272373d413259a46990580e213a;
      5'd2:    power = 128'hfff2e50f5f656932ef12357cf3c7fdcc;
      5'd3:    power = 128'hffe5caca7e10e4e61c3624eaa0941cd0;
      5'd4:    power = 128'hffcb9843d60f6159c9db58835c926644;
      5'd5:    power = 128'hff973b41fa98c081472e6896dfb254c0;
      5'd6:    power = 128'hff2ea16466c96a3843ec78b326b52861;
      5'd7:    power = 128'hfe5dee046a99a2a811c461f1969c3053;
      5'd8:    power = 128'hfcbe86c7900a88aedcffc83b479aa3a4;
      5'd9:    power = 128'hf987a7253ac413176f2b074cf7815e54;
      5'd10:   power = 128'hf3392b0822b70005940c7a398e4b70f3;
      5'd11:   power = 128'he7159475a2c29b7443b29c7fa6e889d9;
      5'd12:   power = 128'hd097f3bdfd2022b8845ad8f792aa5825;
      5'd13:   power = 128'ha9f746462d870fdf8a65dc1f90e061e5;
      5'd14:   power = 128'h70d869a156d2a1b890bb3df62baf32f7;
      5'd15:   power = 128'h31be135f97d08fd981231505542fcfa6;
      5'd16:   power = 128'h09aa508b5b7a84e1c677de54f3e99bc9;
      5'd17:   power = 128'h005d6af8dedb81196699c329225ee604;
      5'd18:   power = 128'h00002216e584f5fa1ea926041bedfe98;
      default: power = 128'h00000000048a170391f7dc42444e8fa2;
    endcase
  end
endmodule
