// What range_profit keeps of a pool beside the listed ticks, and what its modules ask each other. The widths are what the checks leave.
// SPDX-License-Identifier: Apache-2.0
package range_store_pkg;
  /// What finds a pool. Addresses as in the records: byte 0 lowest.
  typedef struct packed {
    logic [31:0]  fee;
    logic [159:0] token1;
    logic [159:0] token0;
    logic [159:0] factory;
  } pool_key_t;

  typedef struct packed {
    logic                   in_service;
    logic [159:0]           address;
    range_pkg::pool_state_t state;
    logic [63:0]            state_version;
    logic [63:0]            block_number;
  } pool_entry_t;

  typedef struct packed {
    logic [63:0]        state_version;
    range_pkg::window_t window;
  } window_frame_t;

  /// What there is of a pool index. `ratios`: the listed ticks in memory are whole ones, whether or not they are of the present state.
  typedef struct packed {
    logic pool;
    logic window;
    logic params;
    logic ratios;
  } present_t;

  /// What the directory is asked.
  localparam logic [1:0] KeyFind = 2'd0;
  localparam logic [1:0] KeyPut  = 2'd1;
  localparam logic [1:0] KeyDrop = 2'd2;

  /// What became of KeyPut.
  localparam logic [1:0] PutSame      = 2'd0;  // the index had this key already
  localparam logic [1:0] PutNew       = 2'd1;
  localparam logic [1:0] PutElsewhere = 2'd2;  // refused: another index has the key
  localparam logic [1:0] PutFull      = 2'd3;  // refused: the bucket is full

  /// A REJECT but for its reason and header.
  typedef struct packed {
    logic [7:0]   stage;
    logic [7:0]   leg_index;
    logic [15:0]  pool_index;
    logic [7:0]   input_kind;
    logic [15:0]  candidates;
    logic [255:0] best_profit_wei;
  } reject_note_t;
endpackage
