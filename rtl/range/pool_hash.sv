// The bucket of a pool's key: nine products of 64 bits, one behind the other, as bucket_of in kernels/hls/range_records.cpp.
// `key` is held from `start` to `done`. Latency 19 clocks; one key at a time.
// SPDX-License-Identifier: Apache-2.0
module pool_hash (
    input  logic                       clk,
    input  logic                       rst,     // synchronous, active high
    input  logic                       start,
    input  range_store_pkg::pool_key_t key,
    output logic                       done,    // one clock
    output logic [10:0]                bucket   // from `done` on, until the next
);
  logic [1:0] word, phase, word_q, phase_q;  // of the product that is asked for now; of the next
  logic busy, ask, product_valid, ends;
  logic [159:0] part;
  logic [63:0] from, factor, constant;
  logic [127:0] product;
  wide_mul #(.AWidth(64), .BWidth(64), .Levels(2)) i_product (
      .clk, .rst, .in_valid(ask), .a(constant), .b(factor), .out_valid(product_valid), .product);
  wire unused = &{1'b0, product[127:64]};

  assign ends  = busy && product_valid && word_q == 2'd3;
  assign ask   = start || (busy && product_valid && word_q != 2'd3);
  assign word  = start ? 2'd0 : word_q;
  assign phase = start ? 2'd0 : phase_q;
  assign from  = start ? {32'd0, key.fee} : product[63:0];
  always_comb begin
    case (word)
      2'd0: part = key.factory;
      2'd1: part = key.token0;
      default: part = key.token1;
    endcase
    case (phase)
      2'd0: begin
        factor   = from ^ part[159:96];
        constant = 64'h9e3779b97f4a7c15;
      end
      2'd1: begin
        factor   = from ^ {29'd0, from[63:29]} ^ part[95:32];
        constant = 64'hbf58476d1ce4e5b9;
      end
      default: begin
        factor   = from ^ {32'd0, from[63:32]} ^ part[63:0];
        constant = 64'h94d049bb133111eb;
      end
    endcase
  end

  always_ff @(posedge clk) begin
    done <= ends;
    if (ends) begin
      bucket <= product[63:53];
      busy   <= 1'b0;
    end
    if (start) busy <= 1'b1;
    if (ask) begin
      phase_q <= phase == 2'd2 ? 2'd0 : phase + 2'd1;
      word_q  <= phase == 2'd2 ? word + 2'd1 : word;
    end
    if (rst) begin
      busy <= 1'b0;
      done <= 1'b0;
    end
  end
endmodule
