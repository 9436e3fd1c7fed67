// The card: rings in host memory -> mempool_parser -> range_profit -> decision gate -> rings in host memory. One AXI4 master of 512 bits,
// one AXI4-Lite slave. Port names are Vitis's, so that package_xo finds the interfaces.
// SPDX-License-Identifier: Apache-2.0
module jitbox_card (
    input  logic         ap_clk,
    input  logic         ap_rst_n,
    input  logic         emergency_stop,         // any clock; high freezes decisions until the host clears the freeze register
    // registers (card_pkg)
    input  logic [ 11:0] s_axi_control_awaddr,
    input  logic         s_axi_control_awvalid,
    output logic         s_axi_control_awready,
    input  logic [ 31:0] s_axi_control_wdata,
    input  logic [  3:0] s_axi_control_wstrb,
    input  logic         s_axi_control_wvalid,
    output logic         s_axi_control_wready,
    output logic [  1:0] s_axi_control_bresp,
    output logic         s_axi_control_bvalid,
    input  logic         s_axi_control_bready,
    input  logic [ 11:0] s_axi_control_araddr,
    input  logic         s_axi_control_arvalid,
    output logic         s_axi_control_arready,
    output logic [ 31:0] s_axi_control_rdata,
    output logic [  1:0] s_axi_control_rresp,
    output logic         s_axi_control_rvalid,
    input  logic         s_axi_control_rready,
    // host memory
    output logic [ 63:0] m_axi_gmem_araddr,
    output logic [  7:0] m_axi_gmem_arlen,
    output logic [  2:0] m_axi_gmem_arsize,
    output logic [  1:0] m_axi_gmem_arburst,
    output logic         m_axi_gmem_arvalid,
    input  logic         m_axi_gmem_arready,
    input  logic [511:0] m_axi_gmem_rdata,
    input  logic [  1:0] m_axi_gmem_rresp,
    input  logic         m_axi_gmem_rlast,
    input  logic         m_axi_gmem_rvalid,
    output logic         m_axi_gmem_rready,
    output logic [ 63:0] m_axi_gmem_awaddr,
    output logic [  7:0] m_axi_gmem_awlen,
    output logic [  2:0] m_axi_gmem_awsize,
    output logic [  1:0] m_axi_gmem_awburst,
    output logic         m_axi_gmem_awvalid,
    input  logic         m_axi_gmem_awready,
    output logic [511:0] m_axi_gmem_wdata,
    output logic [ 63:0] m_axi_gmem_wstrb,
    output logic         m_axi_gmem_wlast,
    output logic         m_axi_gmem_wvalid,
    input  logic         m_axi_gmem_wready,
    input  logic [  1:0] m_axi_gmem_bresp,
    input  logic         m_axi_gmem_bvalid,
    output logic         m_axi_gmem_bready
);
  wire clk = ap_clk;
  logic rst;  // power-up
  logic core_rst;  // power-up and soft reset: everything but the registers
  always_ff @(posedge clk) rst <= !ap_rst_n;

  assign m_axi_gmem_arsize  = 3'd6;
  assign m_axi_gmem_awsize  = 3'd6;
  assign m_axi_gmem_arburst = 2'b01;
  assign m_axi_gmem_awburst = 2'b01;
  assign m_axi_gmem_wstrb   = '1;
  wire unused = m_axi_gmem_rlast;  // bursts are counted by their beats

  // ---- the stop pin comes from another clock
  logic [1:0] stop_sync;
  always_ff @(posedge clk) stop_sync <= rst ? 2'b11 : {stop_sync[0], emergency_stop};
  wire stop_pin = stop_sync[1];

  // ---- registers
  logic run, freeze, soft_reset, clear, bad_ring_beats, bad_address, bad_tail, bad_head, bad_read, bad_write;
  logic [63:0] in_ring, out_ring, page, cycles, records_in, records_out, decisions;
  logic [31:0] in_tail, out_head, ring_beats, in_head, out_tail;
  logic [7:0] error;
  logic frozen, reader_idle, writer_idle;
  wire frozen_now = freeze || stop_pin;
  logic [31:0] status;
  always_comb begin
    status = '0;
    status[card_pkg::StatusRunning] = run;
    status[card_pkg::StatusFrozen] = frozen;
    status[card_pkg::StatusError] = error != card_pkg::ErrorNone;
    status[card_pkg::StatusResetting] = clear;
    status[card_pkg::StatusStopPin] = stop_pin;
  end

  card_registers registers (
      .clk,
      .rst,
      .awaddr (s_axi_control_awaddr),
      .awvalid(s_axi_control_awvalid),
      .awready(s_axi_control_awready),
      .wdata  (s_axi_control_wdata),
      .wstrb  (s_axi_control_wstrb),
      .wvalid (s_axi_control_wvalid),
      .wready (s_axi_control_wready),
      .bresp  (s_axi_control_bresp),
      .bvalid (s_axi_control_bvalid),
      .bready (s_axi_control_bready),
      .araddr (s_axi_control_araddr),
      .arvalid(s_axi_control_arvalid),
      .arready(s_axi_control_arready),
      .rdata  (s_axi_control_rdata),
      .rresp  (s_axi_control_rresp),
      .rvalid (s_axi_control_rvalid),
      .rready (s_axi_control_rready),
      .*
  );

  // ---- soft reset: first let the bus finish what it has begun, then clear everything for 16 clocks
  logic [4:0] clear_clocks;
  always_ff @(posedge clk) begin
    if (rst) begin
      clear        <= 1'b0;
      clear_clocks <= 5'd0;
      core_rst     <= 1'b1;
    end else begin
      core_rst <= clear_clocks != 0;
      if (clear_clocks != 0) begin
        clear_clocks <= clear_clocks - 1'b1;
        if (clear_clocks == 1) clear <= 1'b0;
      end else if (clear && reader_idle && writer_idle) clear_clocks <= 5'd16;
      if (soft_reset) clear <= 1'b1;
    end
  end

  // ---- the first error stays until the next reset
  always_ff @(posedge clk) begin
    if (core_rst) error <= card_pkg::ErrorNone;
    else if (error == card_pkg::ErrorNone) begin
      if (bad_ring_beats) error <= card_pkg::ErrorRingBeats;
      else if (bad_address) error <= card_pkg::ErrorAddress;
      else if (bad_tail) error <= card_pkg::ErrorInTail;
      else if (bad_head) error <= card_pkg::ErrorOutHead;
      else if (bad_read) error <= card_pkg::ErrorRead;
      else if (bad_write) error <= card_pkg::ErrorWrite;
    end
  end
  wire go = run && !clear && error == card_pkg::ErrorNone;

  // ---- in
  logic raw_valid, raw_ready, raw_last, in_valid, in_ready, in_last;
  logic [511:0] raw_data, in_data;
  ring_reader reader (
      .clk,
      .rst      (core_rst),
      .run      (go),
      .ring     (in_ring),
      .ring_beats,
      .tail     (in_tail),
      .head     (in_head),
      .idle     (reader_idle),
      .bad_tail,
      .bad_read,
      .araddr   (m_axi_gmem_araddr),
      .arlen    (m_axi_gmem_arlen),
      .arvalid  (m_axi_gmem_arvalid),
      .arready  (m_axi_gmem_arready),
      .rdata    (m_axi_gmem_rdata),
      .rresp    (m_axi_gmem_rresp),
      .rvalid   (m_axi_gmem_rvalid),
      .rready   (m_axi_gmem_rready),
      .out_valid(raw_valid),
      .out_ready(raw_ready),
      .out_data (raw_data),
      .out_last (raw_last)
  );
  skid_buffer #(
      .Width(513)
  ) in_stage (
      .clk,
      .rst      (core_rst),
      .in_valid (raw_valid),
      .in_ready (raw_ready),
      .in_data  ({raw_last, raw_data}),
      .out_valid(in_valid),
      .out_ready(in_ready),
      .out_data ({in_last, in_data})
  );

  // ---- the two kernels
  logic legs_valid, legs_ready, legs_last, answer_valid, answer_ready, answer_last;
  logic [511:0] legs_data, answer_data;
  mempool_parser parser (
      .clk,
      .rst      (core_rst),
      .in_valid,
      .in_ready,
      .in_data,
      .in_last,
      .out_valid(legs_valid),
      .out_ready(legs_ready),
      .out_data (legs_data),
      .out_last (legs_last)
  );
  range_profit range (
      .clk,
      .rst      (core_rst),
      .freeze   (frozen_now),
      .in_valid (legs_valid),
      .in_ready (legs_ready),
      .in_data  (legs_data),
      .in_last  (legs_last),
      .out_valid(answer_valid),
      .out_ready(answer_ready),
      .out_data (answer_data),
      .out_last (answer_last)
  );

  // ---- out
  logic kept_valid, kept_ready, kept_last, gated_valid, gated_ready, gated_last, passed;
  logic [511:0] kept_data, gated_data;
  skid_buffer #(
      .Width(513)
  ) out_stage (
      .clk,
      .rst      (core_rst),
      .in_valid (answer_valid),
      .in_ready (answer_ready),
      .in_data  ({answer_last, answer_data}),
      .out_valid(kept_valid),
      .out_ready(kept_ready),
      .out_data ({kept_last, kept_data})
  );
  decision_gate gate (
      .clk,
      .rst         (core_rst),
      .freeze      (frozen_now),
      .published   (out_tail),
      .acknowledged(frozen),
      .passed,
      .in_valid    (kept_valid),
      .in_ready    (kept_ready),
      .in_data     (kept_data),
      .in_last     (kept_last),
      .out_valid   (gated_valid),
      .out_ready   (gated_ready),
      .out_data    (gated_data),
      .out_last    (gated_last)
  );
  ring_writer writer (
      .clk,
      .rst      (core_rst),
      .run      (go),
      .tell     (run && !clear && !bad_write),
      .ring     (out_ring),
      .page,
      .ring_beats,
      .host_head(out_head),
      .in_head,
      .in_idle  (in_head == in_tail),
      .records_in,
      .status,
      .tail     (out_tail),
      .idle     (writer_idle),
      .bad_head,
      .bad_write,
      .in_valid (gated_valid),
      .in_ready (gated_ready),
      .in_data  (gated_data),
      .in_last  (gated_last),
      .awaddr   (m_axi_gmem_awaddr),
      .awlen    (m_axi_gmem_awlen),
      .awvalid  (m_axi_gmem_awvalid),
      .awready  (m_axi_gmem_awready),
      .wdata    (m_axi_gmem_wdata),
      .wlast    (m_axi_gmem_wlast),
      .wvalid   (m_axi_gmem_wvalid),
      .wready   (m_axi_gmem_wready),
      .bresp    (m_axi_gmem_bresp),
      .bvalid   (m_axi_gmem_bvalid),
      .bready   (m_axi_gmem_bready)
  );

  // ---- counters
  always_ff @(posedge clk) begin
    if (rst) cycles <= 0;
    else cycles <= cycles + 1'b1;
    if (core_rst) begin
      records_in  <= 0;
      records_out <= 0;
      decisions   <= 0;
    end else begin
      if (in_valid && in_ready && in_last) records_in <= records_in + 1'b1;
      if (gated_valid && gated_ready && gated_last) records_out <= records_out + 1'b1;
      if (passed) decisions <= decisions + 1'b1;
    end
  end
endmodule
