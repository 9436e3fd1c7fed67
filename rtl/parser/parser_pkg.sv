// What the parser's modules hand to each other. Positions count bytes from the start of the record, so that the raw transaction begins at
// 16; byte strings keep their order (byte 0 lowest), numbers are numbers.
// SPDX-License-Identifier: Apache-2.0
package parser_pkg;
  localparam int unsigned PositionBits = 20;  // offsets that were not checked yet may point 128 KiB behind the transaction

  /// The fields of an envelope; all but tx_type count only while reason is none.
  typedef struct packed {
    logic [15:0]  reason;
    logic [7:0]   tx_type;
    logic         has_to;
    logic         has_chain_id;
    logic [63:0]  chain_id;
    logic [63:0]  nonce;
    logic [63:0]  gas_limit;
    logic [63:0]  v;
    logic [159:0] to;
    logic [255:0] max_fee;
    logic [255:0] max_priority_fee;
    logic [255:0] value;
    logic [255:0] signature_r;
    logic [255:0] signature_s;
  } envelope_t;

  /// Who is called, in terms of the tables.
  typedef struct packed {
    logic [7:0]   kind;     // RouterKind; RouterKindPool for a pool
    logic [159:0] factory;
    logic [159:0] token0;   // these three of a pool only
    logic [159:0] token1;
    logic [31:0]  fee;
  } target_t;

  /// One leg before it is laid out as a SWAP record.
  typedef struct packed {
    logic [7:0]   hop;
    logic [7:0]   hops;
    logic [5:0]   flags;
    logic [31:0]  fee;
    logic [63:0]  deadline;
    logic [159:0] token_in;
    logic [159:0] token_out;
    logic [255:0] amount;
    logic [255:0] limit;
    logic [159:0] price_limit;
  } leg_t;

  /// A big-endian word that stands in 32 bytes, byte 0 lowest, as a number.
  function automatic logic [255:0] big_endian(input logic [255:0] bytes);
    for (int i = 0; i < 32; i++) big_endian[8*i+:8] = bytes[8*(31-i)+:8];
  endfunction

  /// An address as a number, for order only.
  function automatic logic [159:0] address_number(input logic [159:0] bytes);
    for (int i = 0; i < 20; i++) address_number[8*i+:8] = bytes[8*(19-i)+:8];
  endfunction
endpackage
