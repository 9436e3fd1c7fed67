// AXI4-Lite registers of the card (card_pkg has the map). One access at a time, two clocks each. Addresses and the ring's size are held
// while the card runs. Unknown addresses read zero and ignore writes.
// SPDX-License-Identifier: Apache-2.0
module card_registers (
    input  logic        clk,
    input  logic        rst,             // synchronous, active high: power-up, not the soft reset
    // AXI4-Lite
    input  logic [11:0] awaddr,
    input  logic        awvalid,
    output logic        awready,
    input  logic [31:0] wdata,
    input  logic [ 3:0] wstrb,
    input  logic        wvalid,
    output logic        wready,
    output logic [ 1:0] bresp,
    output logic        bvalid,
    input  logic        bready,
    input  logic [11:0] araddr,
    input  logic        arvalid,
    output logic        arready,
    output logic [31:0] rdata,
    output logic [ 1:0] rresp,
    output logic        rvalid,
    input  logic        rready,
    // to the card
    input  logic        clear,           // soft reset in progress: stopped, doorbells at zero
    input  logic        stop_pin,        // already synchronous
    output logic        run,
    output logic [63:0] in_ring,
    output logic [63:0] out_ring,
    output logic [63:0] page,
    output logic [31:0] in_tail,
    output logic [31:0] out_head,
    output logic [31:0] ring_beats,
    output logic        freeze,
    output logic        soft_reset,      // one clock
    output logic        bad_ring_beats,
    output logic        bad_address,
    // from the card
    input  logic [31:0] status,
    input  logic [ 7:0] error,
    input  logic [63:0] cycles,
    input  logic [63:0] records_in,
    input  logic [63:0] records_out,
    input  logic [63:0] decisions,
    input  logic [31:0] in_head,
    input  logic [31:0] out_tail
);
  // ---- writes
  wire write = awvalid && wvalid && !bvalid;
  assign awready = write;
  assign wready  = write;
  assign bresp   = 2'b00;

  function automatic logic [31:0] merged(input logic [31:0] old, input logic [31:0] data, input logic [3:0] strobe);
    for (int i = 0; i < 4; i++) merged[8*i+:8] = strobe[i] ? data[8*i+:8] : old[8*i+:8];
  endfunction

  wire ring_beats_ok = ring_beats >= card_pkg::MinRingBeats && ring_beats <= card_pkg::MaxRingBeats &&
      (ring_beats & (ring_beats - 1'b1)) == 0;
  wire address_ok = in_ring[11:0] == 0 && out_ring[11:0] == 0 && page[11:0] == 0;

  always_ff @(posedge clk) begin
    if (rst) begin
      bvalid         <= 1'b0;
      run            <= 1'b0;
      in_ring        <= 0;
      out_ring       <= 0;
      page           <= 0;
      in_tail        <= 0;
      out_head       <= 0;
      ring_beats     <= 0;
      freeze         <= 1'b1;
      soft_reset     <= 1'b0;
      bad_ring_beats <= 1'b0;
      bad_address    <= 1'b0;
    end else begin
      soft_reset <= 1'b0;
      if (write) bvalid <= 1'b1;
      else if (bready) bvalid <= 1'b0;
      if (write) begin
        case (awaddr)
          card_pkg::RegControl: begin
            if (wstrb[0] && !wdata[0]) run <= 1'b0;
            if (wstrb[0] && wdata[0] && !clear) begin
              run            <= ring_beats_ok && address_ok;
              bad_ring_beats <= !ring_beats_ok;
              bad_address    <= !address_ok;
            end
          end
          card_pkg::RegInRing:         if (!run) in_ring[31:0] <= merged(in_ring[31:0], wdata, wstrb);
          card_pkg::RegInRing + 12'd4: if (!run) in_ring[63:32] <= merged(in_ring[63:32], wdata, wstrb);
          card_pkg::RegOutRing:        if (!run) out_ring[31:0] <= merged(out_ring[31:0], wdata, wstrb);
          card_pkg::RegOutRing + 12'd4: if (!run) out_ring[63:32] <= merged(out_ring[63:32], wdata, wstrb);
          card_pkg::RegPage:           if (!run) page[31:0] <= merged(page[31:0], wdata, wstrb);
          card_pkg::RegPage + 12'd4:   if (!run) page[63:32] <= merged(page[63:32], wdata, wstrb);
          card_pkg::RegRingBeats:      if (!run) ring_beats <= merged(ring_beats, wdata, wstrb);
          card_pkg::RegInTail:         in_tail <= merged(in_tail, wdata, wstrb);
          card_pkg::RegOutHead:        out_head <= merged(out_head, wdata, wstrb);
          card_pkg::RegFreeze:         if (wstrb[0]) freeze <= wdata[0];
          card_pkg::RegSoftReset:      soft_reset <= wstrb[0] && wdata[0];
          default:           ;
        endcase
      end
      if (clear) begin
        run            <= 1'b0;
        in_tail        <= 0;
        out_head       <= 0;
        bad_ring_beats <= 1'b0;
        bad_address    <= 1'b0;
      end
      if (stop_pin) freeze <= 1'b1;
    end
  end

  // ---- reads
  logic [31:0] high;  // the upper half of the 64-bit counter whose lower half was read last
  wire read = arvalid && !rvalid;
  assign arready = read;
  assign rresp   = 2'b00;

  always_ff @(posedge clk) begin
    if (rst) begin
      rvalid <= 1'b0;
      rdata  <= 0;
      high   <= 0;
    end else begin
      if (read) rvalid <= 1'b1;
      else if (rready) rvalid <= 1'b0;
      if (read) begin
        case (araddr)
          card_pkg::RegControl:         rdata <= {31'd0, run};
          card_pkg::RegInRing:          rdata <= in_ring[31:0];
          card_pkg::RegInRing + 12'd4:  rdata <= in_ring[63:32];
          card_pkg::RegOutRing:         rdata <= out_ring[31:0];
          card_pkg::RegOutRing + 12'd4: rdata <= out_ring[63:32];
          card_pkg::RegPage:            rdata <= page[31:0];
          card_pkg::RegPage + 12'd4:    rdata <= page[63:32];
          card_pkg::RegInTail:          rdata <= in_tail;
          card_pkg::RegOutHead:         rdata <= out_head;
          card_pkg::RegRingBeats:       rdata <= ring_beats;
          card_pkg::RegFreeze:          rdata <= {31'd0, freeze};
          card_pkg::RegStatus:          rdata <= status;
          card_pkg::RegError:           rdata <= {24'd0, error};
          card_pkg::RegVersion:         rdata <= card_pkg::Version;
          card_pkg::RegContract:        rdata <= card_pkg::ContractVersion;
          card_pkg::RegInHead:          rdata <= in_head;
          card_pkg::RegOutTail:         rdata <= out_tail;
          card_pkg::RegCycles:          {high, rdata} <= cycles;
          card_pkg::RegRecordsIn:       {high, rdata} <= records_in;
          card_pkg::RegRecordsOut:      {high, rdata} <= records_out;
          card_pkg::RegDecisions:       {high, rdata} <= decisions;
          card_pkg::RegCycles + 12'd4, card_pkg::RegRecordsIn + 12'd4, card_pkg::RegRecordsOut + 12'd4, card_pkg::RegDecisions + 12'd4: rdata <= high;
          default:            rdata <= 0;
        endcase
      end
    end
  end
endmodule
