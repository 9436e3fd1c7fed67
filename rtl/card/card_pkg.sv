// The card's registers, its page in host memory and its error codes. host/accel/card_registers.hpp holds the same numbers, and a test
// compares the two.
// SPDX-License-Identifier: Apache-2.0
package card_pkg;
  localparam logic [31:0] Version = 32'h6a62_0001;  // "jb", then the version of this map
  localparam logic [31:0] ContractVersion = 32'd1;

  // Byte addresses on s_axi_control. 64-bit registers: low word here, high word at + 4.
  localparam logic [11:0] RegControl = 12'h000;  // bit 0: run
  localparam logic [11:0] RegInRing = 12'h010;  // address of the input ring, 64 bits, 4 KiB aligned
  localparam logic [11:0] RegOutRing = 12'h020;  // address of the output ring
  localparam logic [11:0] RegPage = 12'h030;  // address of the page that the card writes (argument `control`)
  localparam logic [11:0] RegInTail = 12'h040;  // doorbell: the host has written the input ring up to here
  localparam logic [11:0] RegOutHead = 12'h050;  // doorbell: the host has read the output ring up to here
  localparam logic [11:0] RegRingBeats = 12'h060;  // beats of each ring, a power of two
  localparam logic [11:0] RegFreeze = 12'h070;  // bit 0: no decisions. 1 after power-up; the emergency-stop pin sets it
  localparam logic [11:0] RegSoftReset = 12'h080;  // write 1: forget everything but addresses and freeze
  localparam logic [11:0] RegStatus = 12'h090;  // StatusX bits
  localparam logic [11:0] RegError = 12'h0a0;  // ErrorX, the first since the last reset
  localparam logic [11:0] RegVersion = 12'h0b0;
  localparam logic [11:0] RegContract = 12'h0c0;
  localparam logic [11:0] RegCycles = 12'h0d0;  // 64 bits, free running; reading the low word holds the high one
  localparam logic [11:0] RegRecordsIn = 12'h0e0;
  localparam logic [11:0] RegRecordsOut = 12'h0f0;
  localparam logic [11:0] RegDecisions = 12'h100;
  localparam logic [11:0] RegInHead = 12'h110;  // the card has taken the input ring up to here
  localparam logic [11:0] RegOutTail = 12'h120;  // the card has written the output ring up to here

  // Bits of RegStatus.
  localparam int unsigned StatusRunning = 0;
  localparam int unsigned StatusFrozen = 1;  // acknowledged: no DECISION leaves any more
  localparam int unsigned StatusError = 2;
  localparam int unsigned StatusResetting = 3;
  localparam int unsigned StatusStopPin = 4;

  localparam logic [7:0] ErrorNone = 8'd0;
  localparam logic [7:0] ErrorRingBeats = 8'd1;  // not a power of two from MinRingBeats to MaxRingBeats
  localparam logic [7:0] ErrorAddress = 8'd2;  // a ring or the page does not stand on 4 KiB
  localparam logic [7:0] ErrorInTail = 8'd3;  // more than a ring ahead of the card, or behind it
  localparam logic [7:0] ErrorOutHead = 8'd4;  // ahead of what the card wrote, or more than a ring behind
  localparam logic [7:0] ErrorRead = 8'd5;  // the bus refused a read
  localparam logic [7:0] ErrorWrite = 8'd6;  // the bus refused a write

  localparam int unsigned MinRingBeats = 4096;  // holds the longest record
  localparam int unsigned MaxRingBeats = 1 << 20;
  localparam int unsigned BurstBeats = 16;  // aligned to its size: crosses neither 4 KiB nor the ring's end
endpackage
