// A guess which pool a key has: the index that was last noted under the same bits of the key. It may be of another pool, or of none (also after
// power-up, nothing is cleared): whoever asks compares the keys. So a pool is found without the hash of its bucket, which takes 19 clocks.
// SPDX-License-Identifier: Apache-2.0
module key_hint (
    input  logic                       clk,
    input  logic                       read,
    input  range_store_pkg::pool_key_t read_key,
    output logic [9:0]                 guess,      // a clock after `read`, held
    input  logic                       note,
    input  range_store_pkg::pool_key_t note_key,
    input  logic [9:0]                 note_index
);
  /// Fourteen bits of a key's parts.
  function automatic logic [13:0] place_of(input logic [167:0] mixed);
    place_of = '0;
    for (int i = 0; i < 12; i++) place_of = place_of ^ mixed[14*i+:14];
  endfunction

  // The same for both orders of the tokens, so that it does not wait for their comparison.
  logic [167:0] read_mixed, note_mixed;
  assign read_mixed = {8'd0, read_key.factory ^ read_key.token0 ^ read_key.token1 ^ {128'd0, read_key.fee}};
  assign note_mixed = {8'd0, note_key.factory ^ note_key.token0 ^ note_key.token1 ^ {128'd0, note_key.fee}};

  logic [9:0] indices[0:16383];  // of 1,024 pools three in a hundred share a place with one noted later
  always_ff @(posedge clk) begin
    if (note) indices[place_of(note_mixed)] <= note_index;
    if (read) guess <= indices[place_of(read_mixed)];
  end
endmodule
