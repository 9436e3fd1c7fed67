// Record layouts, kinds, codes and capacities of the record stream. Generated from kernels/hls/records.hpp by make_package.mjs: edit
// the header, run the script. SPDX-License-Identifier: Apache-2.0
//
// A field is beat[XLsb +: XBits] of beat XBeat. Numbers are little-endian, so that slice is the value. Addresses and hashes are byte
// strings in their usual order: byte 0 lies in the lowest bits.
package contract_pkg;
  typedef logic [511:0] beat_t;

  /// The first 16 bytes of every record: header_t'(beat[127:0]).
  typedef struct packed {
    logic [63:0] sequence_number;  // given by the host; outputs carry that of the input that caused them
    logic [31:0] payload_bytes;    // without the padding
    logic [15:0] reserved;         // zero
    logic [7:0]  flags;            // zero
    logic [7:0]  kind;
  } header_t;

  // Capacity of one card image.
  localparam int unsigned BeatBytes = 64;
  localparam int unsigned HeaderBytes = 16;
  localparam int unsigned MaxTransactionBytes = 131072;
  localparam int unsigned MaxPayloadBytes = 131072;  // a longer payload_bytes is malformed; such a record is one beat
  localparam int unsigned MaxPools = 1024;
  localparam int unsigned MaxRouters = 32;
  localparam int unsigned WindowTicksEachSide = 64;
  localparam int unsigned MaxCandidates = 4096;
  localparam int unsigned DefaultCandidates = 64;
  localparam int unsigned MaxLegs = 64;  // SWAP records of one transaction; more is REJECT(too_many_legs)
  localparam int unsigned MaxHops = 64;  // hops of one path
  localparam int unsigned MaxCalls = 4096;  // calls of multicalls and commands of plans in one transaction
  localparam int unsigned MaxNesting = 4;  // multicalls within each other; sub-plans within each other
  localparam int unsigned MaxSwapSteps = 1024;  // steps of one simulated swap on the card

  // Kind.
  localparam logic [7:0] KindInvalid = 8'd0;
  localparam logic [7:0] KindTx = 8'd1;
  localparam logic [7:0] KindPool = 8'd2;
  localparam logic [7:0] KindTicks = 8'd3;
  localparam logic [7:0] KindParams = 8'd4;
  localparam logic [7:0] KindRouters = 8'd5;
  localparam logic [7:0] KindBlock = 8'd6;
  localparam logic [7:0] KindBarrier = 8'd7;
  localparam logic [7:0] KindTxSeen = 8'd129;
  localparam logic [7:0] KindSwap = 8'd130;
  localparam logic [7:0] KindDecision = 8'd131;
  localparam logic [7:0] KindReject = 8'd132;
  localparam logic [7:0] KindBarrierDone = 8'd135;

  // Fields of header: beat of the record, bit in that beat, width.
  localparam int unsigned HeaderKindBeat = 0;  // u8
  localparam int unsigned HeaderKindLsb = 0;
  localparam int unsigned HeaderKindBits = 8;
  localparam int unsigned HeaderFlagsBeat = 0;  // u8, zero in every kind so far
  localparam int unsigned HeaderFlagsLsb = 8;
  localparam int unsigned HeaderFlagsBits = 8;
  localparam int unsigned HeaderReservedBeat = 0;  // u16, zero
  localparam int unsigned HeaderReservedLsb = 16;
  localparam int unsigned HeaderReservedBits = 16;
  localparam int unsigned HeaderPayloadBytesBeat = 0;  // u32, without the padding
  localparam int unsigned HeaderPayloadBytesLsb = 32;
  localparam int unsigned HeaderPayloadBytesBits = 32;
  localparam int unsigned HeaderSequenceBeat = 0;  // u64, given by the host; outputs carry the sequence of the input that caused them
  localparam int unsigned HeaderSequenceLsb = 64;
  localparam int unsigned HeaderSequenceBits = 64;

  // Fields of tx: beat of the record, bit in that beat, width.
  localparam int unsigned TxRawBeat = 0;  // payload_bytes bytes
  localparam int unsigned TxRawLsb = 128;

  // Fields of pool: beat of the record, bit in that beat, width.
  localparam int unsigned PoolPoolIndexBeat = 0;  // u16, chosen by the host, < max_pools
  localparam int unsigned PoolPoolIndexLsb = 128;
  localparam int unsigned PoolPoolIndexBits = 16;
  localparam int unsigned PoolPoolKindBeat = 0;  // u8, PoolKind
  localparam int unsigned PoolPoolKindLsb = 144;
  localparam int unsigned PoolPoolKindBits = 8;
  localparam int unsigned PoolInServiceBeat = 0;  // u8, 0 or 1; 0: legs on it are REJECT(pool_out_of_service)
  localparam int unsigned PoolInServiceLsb = 152;
  localparam int unsigned PoolInServiceBits = 8;
  localparam int unsigned PoolFeeBeat = 0;  // u32, parts per million
  localparam int unsigned PoolFeeLsb = 160;
  localparam int unsigned PoolFeeBits = 32;
  localparam int unsigned PoolTickSpacingBeat = 0;  // i32
  localparam int unsigned PoolTickSpacingLsb = 192;
  localparam int unsigned PoolTickSpacingBits = 32;
  localparam int unsigned PoolTickBeat = 0;  // i32
  localparam int unsigned PoolTickLsb = 224;
  localparam int unsigned PoolTickBits = 32;
  localparam int unsigned PoolFeeProtocolBeat = 0;  // u32, as the pool stores it in slot0
  localparam int unsigned PoolFeeProtocolLsb = 256;
  localparam int unsigned PoolFeeProtocolBits = 32;
  localparam int unsigned PoolStateVersionBeat = 0;  // u64, grows with every change of the pool's state
  localparam int unsigned PoolStateVersionLsb = 320;
  localparam int unsigned PoolStateVersionBits = 64;
  localparam int unsigned PoolBlockNumberBeat = 0;  // u64, the block after which this state holds
  localparam int unsigned PoolBlockNumberLsb = 384;
  localparam int unsigned PoolBlockNumberBits = 64;
  localparam int unsigned PoolAddressBeat = 1;  // 20
  localparam int unsigned PoolAddressLsb = 0;
  localparam int unsigned PoolAddressBits = 160;
  localparam int unsigned PoolToken0Beat = 1;  // 20
  localparam int unsigned PoolToken0Lsb = 160;
  localparam int unsigned PoolToken0Bits = 160;
  localparam int unsigned PoolToken1Beat = 1;  // 20
  localparam int unsigned PoolToken1Lsb = 320;
  localparam int unsigned PoolToken1Bits = 160;
  localparam int unsigned PoolFactoryBeat = 2;  // 20
  localparam int unsigned PoolFactoryLsb = 0;
  localparam int unsigned PoolFactoryBits = 160;
  localparam int unsigned PoolSqrtPriceX96Beat = 2;  // u256 (uint160)
  localparam int unsigned PoolSqrtPriceX96Lsb = 256;
  localparam int unsigned PoolSqrtPriceX96Bits = 256;
  localparam int unsigned PoolLiquidityBeat = 3;  // u128
  localparam int unsigned PoolLiquidityLsb = 0;
  localparam int unsigned PoolLiquidityBits = 128;
  localparam int unsigned PoolMaxLiquidityPerTickBeat = 3;  // u128
  localparam int unsigned PoolMaxLiquidityPerTickLsb = 128;
  localparam int unsigned PoolMaxLiquidityPerTickBits = 128;
  localparam int unsigned PoolBeats = 4;  // 256 bytes

  // Fields of ticks: beat of the record, bit in that beat, width.
  localparam int unsigned TicksPoolIndexBeat = 0;  // u16
  localparam int unsigned TicksPoolIndexLsb = 128;
  localparam int unsigned TicksPoolIndexBits = 16;
  localparam int unsigned TicksCountBelowBeat = 0;  // u16, entries with tick <= pool.tick
  localparam int unsigned TicksCountBelowLsb = 144;
  localparam int unsigned TicksCountBelowBits = 16;
  localparam int unsigned TicksCountAboveBeat = 0;  // u16, entries with tick > pool.tick
  localparam int unsigned TicksCountAboveLsb = 160;
  localparam int unsigned TicksCountAboveBits = 16;
  localparam int unsigned TicksKnownLowerBeat = 0;  // i32, every initialised tick in [known_lower, known_upper] is listed
  localparam int unsigned TicksKnownLowerLsb = 192;
  localparam int unsigned TicksKnownLowerBits = 32;
  localparam int unsigned TicksKnownUpperBeat = 0;  // i32
  localparam int unsigned TicksKnownUpperLsb = 224;
  localparam int unsigned TicksKnownUpperBits = 32;
  localparam int unsigned TicksStateVersionBeat = 0;  // u64, must equal the POOL record's
  localparam int unsigned TicksStateVersionLsb = 256;
  localparam int unsigned TicksStateVersionBits = 64;
  localparam int unsigned TicksEntriesBeat = 1;  // one entry a beat from here

  // Fields of ticks.entry: beat of the record, bit in that beat, width.
  localparam int unsigned TicksEntryTickLsb = 0;  // i32
  localparam int unsigned TicksEntryTickBits = 32;
  localparam int unsigned TicksEntryLiquidityGrossLsb = 128;  // u128
  localparam int unsigned TicksEntryLiquidityGrossBits = 128;
  localparam int unsigned TicksEntryLiquidityNetLsb = 256;  // i128
  localparam int unsigned TicksEntryLiquidityNetBits = 128;

  // Fields of params: beat of the record, bit in that beat, width.
  localparam int unsigned ParamsPoolIndexBeat = 0;  // u16
  localparam int unsigned ParamsPoolIndexLsb = 128;
  localparam int unsigned ParamsPoolIndexBits = 16;
  localparam int unsigned ParamsCandidatesBeat = 0;  // u16, K, 1..max_candidates
  localparam int unsigned ParamsCandidatesLsb = 144;
  localparam int unsigned ParamsCandidatesBits = 16;
  localparam int unsigned ParamsTipPpmBeat = 0;  // u32, of the profit before tip, 0..1,000,000
  localparam int unsigned ParamsTipPpmLsb = 160;
  localparam int unsigned ParamsTipPpmBits = 32;
  localparam int unsigned ParamsPrice0X96Beat = 0;  // u256, wei a unit of token0, Q96
  localparam int unsigned ParamsPrice0X96Lsb = 256;
  localparam int unsigned ParamsPrice0X96Bits = 256;
  localparam int unsigned ParamsPrice1X96Beat = 1;  // u256
  localparam int unsigned ParamsPrice1X96Lsb = 0;
  localparam int unsigned ParamsPrice1X96Bits = 256;
  localparam int unsigned ParamsBudget0Beat = 1;  // u256, inventory of token0 that one position may use
  localparam int unsigned ParamsBudget0Lsb = 256;
  localparam int unsigned ParamsBudget0Bits = 256;
  localparam int unsigned ParamsBudget1Beat = 2;  // u256
  localparam int unsigned ParamsBudget1Lsb = 0;
  localparam int unsigned ParamsBudget1Bits = 256;
  localparam int unsigned ParamsGasCostWeiBeat = 2;  // u256, mint + burn
  localparam int unsigned ParamsGasCostWeiLsb = 256;
  localparam int unsigned ParamsGasCostWeiBits = 256;
  localparam int unsigned ParamsTipFloorWeiBeat = 3;  // u256
  localparam int unsigned ParamsTipFloorWeiLsb = 0;
  localparam int unsigned ParamsTipFloorWeiBits = 256;
  localparam int unsigned ParamsMinProfitWeiBeat = 3;  // u256, a smaller profit is REJECT(unprofitable)
  localparam int unsigned ParamsMinProfitWeiLsb = 256;
  localparam int unsigned ParamsMinProfitWeiBits = 256;
  localparam int unsigned ParamsBeats = 4;  // 256 bytes

  // Fields of routers: beat of the record, bit in that beat, width.
  localparam int unsigned RoutersCountBeat = 0;  // u32
  localparam int unsigned RoutersCountLsb = 128;
  localparam int unsigned RoutersCountBits = 32;
  localparam int unsigned RoutersEntriesBeat = 1;  // one entry a beat from here

  // Fields of routers.entry: beat of the record, bit in that beat, width.
  localparam int unsigned RoutersEntryAddressLsb = 0;  // 20
  localparam int unsigned RoutersEntryAddressBits = 160;
  localparam int unsigned RoutersEntryKindLsb = 160;  // u8, RouterKind
  localparam int unsigned RoutersEntryKindBits = 8;
  localparam int unsigned RoutersEntryFactoryLsb = 192;  // 20, whose pools this router swaps on
  localparam int unsigned RoutersEntryFactoryBits = 160;

  // Fields of block: beat of the record, bit in that beat, width.
  localparam int unsigned BlockNumberBeat = 0;  // u64
  localparam int unsigned BlockNumberLsb = 128;
  localparam int unsigned BlockNumberBits = 64;
  localparam int unsigned BlockTimestampBeat = 0;  // u64
  localparam int unsigned BlockTimestampLsb = 192;
  localparam int unsigned BlockTimestampBits = 64;
  localparam int unsigned BlockHashBeat = 0;  // 32
  localparam int unsigned BlockHashLsb = 256;
  localparam int unsigned BlockHashBits = 256;
  localparam int unsigned BlockParentHashBeat = 1;  // 32
  localparam int unsigned BlockParentHashLsb = 0;
  localparam int unsigned BlockParentHashBits = 256;
  localparam int unsigned BlockBaseFeeWeiBeat = 1;  // u128, of the next block
  localparam int unsigned BlockBaseFeeWeiLsb = 256;
  localparam int unsigned BlockBaseFeeWeiBits = 128;
  localparam int unsigned BlockNextTimestampBeat = 1;  // u64, expected timestamp of the next block: deadlines are judged by it
  localparam int unsigned BlockNextTimestampLsb = 384;
  localparam int unsigned BlockNextTimestampBits = 64;
  localparam int unsigned BlockBeats = 2;  // 128 bytes

  // Fields of barrier: beat of the record, bit in that beat, width.
  localparam int unsigned BarrierTokenBeat = 0;  // u64, the host's; comes back in BARRIER_DONE
  localparam int unsigned BarrierTokenLsb = 128;
  localparam int unsigned BarrierTokenBits = 64;
  localparam int unsigned BarrierBeats = 1;  // 64 bytes

  // Fields of tx_seen: beat of the record, bit in that beat, width.
  localparam int unsigned TxSeenTxTypeBeat = 0;  // u8, 0..4
  localparam int unsigned TxSeenTxTypeLsb = 128;
  localparam int unsigned TxSeenTxTypeBits = 8;
  localparam int unsigned TxSeenStatusBeat = 0;  // u8, TxStatus
  localparam int unsigned TxSeenStatusLsb = 136;
  localparam int unsigned TxSeenStatusBits = 8;
  localparam int unsigned TxSeenReasonBeat = 0;  // u16, Reason, when rejected
  localparam int unsigned TxSeenReasonLsb = 144;
  localparam int unsigned TxSeenReasonBits = 16;
  localparam int unsigned TxSeenLegCountBeat = 0;  // u8
  localparam int unsigned TxSeenLegCountLsb = 160;
  localparam int unsigned TxSeenLegCountBits = 8;
  localparam int unsigned TxSeenRouterKindBeat = 0;  // u8, RouterKind of `to`, none when it is no router
  localparam int unsigned TxSeenRouterKindLsb = 168;
  localparam int unsigned TxSeenRouterKindBits = 8;
  localparam int unsigned TxSeenHasToBeat = 0;  // u8, 0 for contract creation
  localparam int unsigned TxSeenHasToLsb = 176;
  localparam int unsigned TxSeenHasToBits = 8;
  localparam int unsigned TxSeenHasChainIdBeat = 0;  // u8, 0 for legacy before EIP-155
  localparam int unsigned TxSeenHasChainIdLsb = 184;
  localparam int unsigned TxSeenHasChainIdBits = 8;
  localparam int unsigned TxSeenChainIdBeat = 0;  // u64
  localparam int unsigned TxSeenChainIdLsb = 192;
  localparam int unsigned TxSeenChainIdBits = 64;
  localparam int unsigned TxSeenHashBeat = 0;  // 32, keccak256 of the raw bytes, valid for every status
  localparam int unsigned TxSeenHashLsb = 256;
  localparam int unsigned TxSeenHashBits = 256;
  localparam int unsigned TxSeenNonceBeat = 1;  // u64
  localparam int unsigned TxSeenNonceLsb = 0;
  localparam int unsigned TxSeenNonceBits = 64;
  localparam int unsigned TxSeenGasLimitBeat = 1;  // u64
  localparam int unsigned TxSeenGasLimitLsb = 64;
  localparam int unsigned TxSeenGasLimitBits = 64;
  localparam int unsigned TxSeenToBeat = 1;  // 20
  localparam int unsigned TxSeenToLsb = 128;
  localparam int unsigned TxSeenToBits = 160;
  localparam int unsigned TxSeenVBeat = 1;  // u64, as in the envelope (y parity for typed transactions)
  localparam int unsigned TxSeenVLsb = 320;
  localparam int unsigned TxSeenVBits = 64;
  localparam int unsigned TxSeenMaxFeePerGasBeat = 2;  // u256 (gasPrice for legacy and 0x01)
  localparam int unsigned TxSeenMaxFeePerGasLsb = 0;
  localparam int unsigned TxSeenMaxFeePerGasBits = 256;
  localparam int unsigned TxSeenMaxPriorityFeePerGasBeat = 2;  // u256 (gasPrice for legacy and 0x01)
  localparam int unsigned TxSeenMaxPriorityFeePerGasLsb = 256;
  localparam int unsigned TxSeenMaxPriorityFeePerGasBits = 256;
  localparam int unsigned TxSeenValueBeat = 3;  // u256
  localparam int unsigned TxSeenValueLsb = 0;
  localparam int unsigned TxSeenValueBits = 256;
  localparam int unsigned TxSeenSignatureRBeat = 3;  // u256
  localparam int unsigned TxSeenSignatureRLsb = 256;
  localparam int unsigned TxSeenSignatureRBits = 256;
  localparam int unsigned TxSeenSignatureSBeat = 4;  // u256
  localparam int unsigned TxSeenSignatureSLsb = 0;
  localparam int unsigned TxSeenSignatureSBits = 256;
  localparam int unsigned TxSeenBeats = 5;  // 320 bytes

  // Fields of swap: beat of the record, bit in that beat, width.
  localparam int unsigned SwapRouterKindBeat = 0;  // u8
  localparam int unsigned SwapRouterKindLsb = 128;
  localparam int unsigned SwapRouterKindBits = 8;
  localparam int unsigned SwapLegIndexBeat = 0;  // u8, 0.. within the transaction, in the order of execution
  localparam int unsigned SwapLegIndexLsb = 136;
  localparam int unsigned SwapLegIndexBits = 8;
  localparam int unsigned SwapHopBeat = 0;  // u8, 0 = the hop that executes first; an exact-output path executes from its last token backwards
  localparam int unsigned SwapHopLsb = 144;
  localparam int unsigned SwapHopBits = 8;
  localparam int unsigned SwapHopsBeat = 0;  // u8
  localparam int unsigned SwapHopsLsb = 152;
  localparam int unsigned SwapHopsBits = 8;
  localparam int unsigned SwapFlagsBeat = 0;  // u32, SwapFlag
  localparam int unsigned SwapFlagsLsb = 160;
  localparam int unsigned SwapFlagsBits = 32;
  localparam int unsigned SwapFeeBeat = 0;  // u32
  localparam int unsigned SwapFeeLsb = 192;
  localparam int unsigned SwapFeeBits = 32;
  localparam int unsigned SwapDeadlineBeat = 0;  // u64, saturated; valid with has_deadline
  localparam int unsigned SwapDeadlineLsb = 256;
  localparam int unsigned SwapDeadlineBits = 64;
  localparam int unsigned SwapTokenInBeat = 1;  // 20
  localparam int unsigned SwapTokenInLsb = 0;
  localparam int unsigned SwapTokenInBits = 160;
  localparam int unsigned SwapTokenOutBeat = 1;  // 20
  localparam int unsigned SwapTokenOutLsb = 160;
  localparam int unsigned SwapTokenOutBits = 160;
  localparam int unsigned SwapFactoryBeat = 1;  // 20
  localparam int unsigned SwapFactoryLsb = 320;
  localparam int unsigned SwapFactoryBits = 160;
  localparam int unsigned SwapAmountBeat = 2;  // u256, amount in (exact in) or out (exact out) when amount_known
  localparam int unsigned SwapAmountLsb = 0;
  localparam int unsigned SwapAmountBits = 256;
  localparam int unsigned SwapLimitBeat = 2;  // u256, the user's minimum out or maximum in of the whole path
  localparam int unsigned SwapLimitLsb = 256;
  localparam int unsigned SwapLimitBits = 256;
  localparam int unsigned SwapSqrtPriceLimitX96Beat = 3;  // u256, 0 = none
  localparam int unsigned SwapSqrtPriceLimitX96Lsb = 0;
  localparam int unsigned SwapSqrtPriceLimitX96Bits = 256;
  localparam int unsigned SwapPoolAddressBeat = 3;  // 20, with direct_pool only
  localparam int unsigned SwapPoolAddressLsb = 256;
  localparam int unsigned SwapPoolAddressBits = 160;
  localparam int unsigned SwapBeats = 4;  // 256 bytes

  // SwapFlag.
  localparam logic [31:0] SwapFlagZeroForOne = 32'd1;
  localparam logic [31:0] SwapFlagExactIn = 32'd2;
  localparam logic [31:0] SwapFlagAmountKnown = 32'd4;
  localparam logic [31:0] SwapFlagHasDeadline = 32'd8;
  localparam logic [31:0] SwapFlagDirectPool = 32'd16;  // `to` is a pool of the pool table; tokens, fee and factory are that pool's
  localparam logic [31:0] SwapFlagMayRevert = 32'd32;  // UniversalRouter command flag 0x80: the transaction goes on without this leg

  // Fields of decision: beat of the record, bit in that beat, width.
  localparam int unsigned DecisionPoolIndexBeat = 0;  // u16
  localparam int unsigned DecisionPoolIndexLsb = 128;
  localparam int unsigned DecisionPoolIndexBits = 16;
  localparam int unsigned DecisionLegIndexBeat = 0;  // u8
  localparam int unsigned DecisionLegIndexLsb = 144;
  localparam int unsigned DecisionLegIndexBits = 8;
  localparam int unsigned DecisionFlagsBeat = 0;  // u8, bits 0..1 as SwapFlag
  localparam int unsigned DecisionFlagsLsb = 152;
  localparam int unsigned DecisionFlagsBits = 8;
  localparam int unsigned DecisionCandidatesBeat = 0;  // u16, evaluated
  localparam int unsigned DecisionCandidatesLsb = 160;
  localparam int unsigned DecisionCandidatesBits = 16;
  localparam int unsigned DecisionProfitableBeat = 0;  // u16, of them with profit > 0
  localparam int unsigned DecisionProfitableLsb = 176;
  localparam int unsigned DecisionProfitableBits = 16;
  localparam int unsigned DecisionTickLowerBeat = 0;  // i32
  localparam int unsigned DecisionTickLowerLsb = 192;
  localparam int unsigned DecisionTickLowerBits = 32;
  localparam int unsigned DecisionTickUpperBeat = 0;  // i32
  localparam int unsigned DecisionTickUpperLsb = 224;
  localparam int unsigned DecisionTickUpperBits = 32;
  localparam int unsigned DecisionStateVersionBeat = 0;  // u64
  localparam int unsigned DecisionStateVersionLsb = 256;
  localparam int unsigned DecisionStateVersionBits = 64;
  localparam int unsigned DecisionBlockNumberBeat = 0;  // u64
  localparam int unsigned DecisionBlockNumberLsb = 320;
  localparam int unsigned DecisionBlockNumberBits = 64;
  localparam int unsigned DecisionLiquidityBeat = 0;  // u128, to mint
  localparam int unsigned DecisionLiquidityLsb = 384;
  localparam int unsigned DecisionLiquidityBits = 128;
  localparam int unsigned DecisionPoolAddressBeat = 1;  // 20
  localparam int unsigned DecisionPoolAddressLsb = 0;
  localparam int unsigned DecisionPoolAddressBits = 160;
  localparam int unsigned DecisionTickBeforeBeat = 1;  // i32
  localparam int unsigned DecisionTickBeforeLsb = 160;
  localparam int unsigned DecisionTickBeforeBits = 32;
  localparam int unsigned DecisionTickAfterBeat = 1;  // i32, with us
  localparam int unsigned DecisionTickAfterLsb = 192;
  localparam int unsigned DecisionTickAfterBits = 32;
  localparam int unsigned DecisionTickAloneBeat = 1;  // i32, without us
  localparam int unsigned DecisionTickAloneLsb = 224;
  localparam int unsigned DecisionTickAloneBits = 32;
  localparam int unsigned DecisionSqrtPriceBeforeBeat = 1;  // u256
  localparam int unsigned DecisionSqrtPriceBeforeLsb = 256;
  localparam int unsigned DecisionSqrtPriceBeforeBits = 256;
  localparam int unsigned DecisionSqrtPriceAfterBeat = 2;  // u256
  localparam int unsigned DecisionSqrtPriceAfterLsb = 0;
  localparam int unsigned DecisionSqrtPriceAfterBits = 256;
  localparam int unsigned DecisionSqrtPriceAloneBeat = 2;  // u256
  localparam int unsigned DecisionSqrtPriceAloneLsb = 256;
  localparam int unsigned DecisionSqrtPriceAloneBits = 256;
  localparam int unsigned DecisionMint0Beat = 3;  // u256
  localparam int unsigned DecisionMint0Lsb = 0;
  localparam int unsigned DecisionMint0Bits = 256;
  localparam int unsigned DecisionMint1Beat = 3;  // u256
  localparam int unsigned DecisionMint1Lsb = 256;
  localparam int unsigned DecisionMint1Bits = 256;
  localparam int unsigned DecisionBurn0Beat = 4;  // u256
  localparam int unsigned DecisionBurn0Lsb = 0;
  localparam int unsigned DecisionBurn0Bits = 256;
  localparam int unsigned DecisionBurn1Beat = 4;  // u256
  localparam int unsigned DecisionBurn1Lsb = 256;
  localparam int unsigned DecisionBurn1Bits = 256;
  localparam int unsigned DecisionFee0Beat = 5;  // u256
  localparam int unsigned DecisionFee0Lsb = 0;
  localparam int unsigned DecisionFee0Bits = 256;
  localparam int unsigned DecisionFee1Beat = 5;  // u256
  localparam int unsigned DecisionFee1Lsb = 256;
  localparam int unsigned DecisionFee1Bits = 256;
  localparam int unsigned DecisionSwap0Beat = 6;  // i256, the pool's Swap event with us
  localparam int unsigned DecisionSwap0Lsb = 0;
  localparam int unsigned DecisionSwap0Bits = 256;
  localparam int unsigned DecisionSwap1Beat = 6;  // i256
  localparam int unsigned DecisionSwap1Lsb = 256;
  localparam int unsigned DecisionSwap1Bits = 256;
  localparam int unsigned DecisionAlone0Beat = 7;  // i256, the Swap event without us
  localparam int unsigned DecisionAlone0Lsb = 0;
  localparam int unsigned DecisionAlone0Bits = 256;
  localparam int unsigned DecisionAlone1Beat = 7;  // i256
  localparam int unsigned DecisionAlone1Lsb = 256;
  localparam int unsigned DecisionAlone1Bits = 256;
  localparam int unsigned DecisionProfitWeiBeat = 8;  // i256, after gas and tip
  localparam int unsigned DecisionProfitWeiLsb = 0;
  localparam int unsigned DecisionProfitWeiBits = 256;
  localparam int unsigned DecisionGrossProfitWeiBeat = 8;  // i256, V(burn + fees) - V(mint)
  localparam int unsigned DecisionGrossProfitWeiLsb = 256;
  localparam int unsigned DecisionGrossProfitWeiBits = 256;
  localparam int unsigned DecisionTipWeiBeat = 9;  // u256
  localparam int unsigned DecisionTipWeiLsb = 0;
  localparam int unsigned DecisionTipWeiBits = 256;
  localparam int unsigned DecisionGasCostWeiBeat = 9;  // u256
  localparam int unsigned DecisionGasCostWeiLsb = 256;
  localparam int unsigned DecisionGasCostWeiBits = 256;
  localparam int unsigned DecisionAmountSpecifiedBeat = 10;  // i256, positive = exact in
  localparam int unsigned DecisionAmountSpecifiedLsb = 0;
  localparam int unsigned DecisionAmountSpecifiedBits = 256;
  localparam int unsigned DecisionSqrtPriceLimitX96Beat = 10;  // u256, as used by the swap
  localparam int unsigned DecisionSqrtPriceLimitX96Lsb = 256;
  localparam int unsigned DecisionSqrtPriceLimitX96Bits = 256;
  localparam int unsigned DecisionBeats = 11;  // 704 bytes

  // Fields of reject: beat of the record, bit in that beat, width.
  localparam int unsigned RejectStageBeat = 0;  // u8, Stage
  localparam int unsigned RejectStageLsb = 128;
  localparam int unsigned RejectStageBits = 8;
  localparam int unsigned RejectLegIndexBeat = 0;  // u8
  localparam int unsigned RejectLegIndexLsb = 136;
  localparam int unsigned RejectLegIndexBits = 8;
  localparam int unsigned RejectReasonBeat = 0;  // u16, Reason
  localparam int unsigned RejectReasonLsb = 144;
  localparam int unsigned RejectReasonBits = 16;
  localparam int unsigned RejectPoolIndexBeat = 0;  // u16, 0xffff = none
  localparam int unsigned RejectPoolIndexLsb = 160;
  localparam int unsigned RejectPoolIndexBits = 16;
  localparam int unsigned RejectInputKindBeat = 0;  // u8, kind byte of the input record
  localparam int unsigned RejectInputKindLsb = 176;
  localparam int unsigned RejectInputKindBits = 8;
  localparam int unsigned RejectCandidatesBeat = 0;  // u16, evaluated
  localparam int unsigned RejectCandidatesLsb = 192;
  localparam int unsigned RejectCandidatesBits = 16;
  localparam int unsigned RejectBestProfitWeiBeat = 0;  // i256, with unprofitable
  localparam int unsigned RejectBestProfitWeiLsb = 256;
  localparam int unsigned RejectBestProfitWeiBits = 256;
  localparam int unsigned RejectBeats = 1;  // 64 bytes

  // PoolKind.
  localparam logic [7:0] PoolKindRemoved = 8'd0;
  localparam logic [7:0] PoolKindUniswapV3 = 8'd1;
  localparam logic [7:0] PoolKindPancakeV3 = 8'd2;

  // RouterKind.
  localparam logic [7:0] RouterKindNone = 8'd0;
  localparam logic [7:0] RouterKindSwapRouter = 8'd1;  // v3-periphery SwapRouter (deadline in the struct), multicall(bytes[])
  localparam logic [7:0] RouterKindSwapRouter02 = 8'd2;  // swap-router-contracts (no deadline field; multicall with deadline or previous block hash)
  localparam logic [7:0] RouterKindUniversalRouter = 8'd3;  // UniversalRouter 1.2: command mask 0x3f
  localparam logic [7:0] RouterKindUniversalRouterV2 = 8'd4;  // 2.0
  localparam logic [7:0] RouterKindUniversalRouterV21 = 8'd5;  // 2.1.1: command mask 0x7f, sixth V3 argument
  localparam logic [7:0] RouterKindPool = 8'd6;  // a pool called directly
  localparam logic [7:0] RouterKindUniversalRouterV10 = 8'd7;  // UniversalRouter 1.0 and 1.1: command mask 0x1f, no sub-plans, strictly decoded inputs

  // TxStatus.
  localparam logic [7:0] TxStatusOk = 8'd0;
  localparam logic [7:0] TxStatusNoSwap = 8'd1;
  localparam logic [7:0] TxStatusRejected = 8'd2;

  // Stage.
  localparam logic [7:0] StageRecord = 8'd1;
  localparam logic [7:0] StageParser = 8'd2;
  localparam logic [7:0] StageRange = 8'd3;

  // Reason.
  localparam logic [15:0] ReasonNone = 16'd0;
  localparam logic [15:0] ReasonUnknownKind = 16'd1;
  localparam logic [15:0] ReasonBadLength = 16'd2;
  localparam logic [15:0] ReasonBadHeader = 16'd3;
  localparam logic [15:0] ReasonBadPoolIndex = 16'd4;
  localparam logic [15:0] ReasonBadField = 16'd5;
  localparam logic [15:0] ReasonTooManyTicks = 16'd6;
  localparam logic [15:0] ReasonTicksUnordered = 16'd7;
  localparam logic [15:0] ReasonTicksStale = 16'd8;
  localparam logic [15:0] ReasonTooManyRouters = 16'd9;
  localparam logic [15:0] ReasonPoolTableFull = 16'd10;
  localparam logic [15:0] ReasonTxEmpty = 16'd64;
  localparam logic [15:0] ReasonTxUnknownType = 16'd65;
  localparam logic [15:0] ReasonRlpTruncated = 16'd66;
  localparam logic [15:0] ReasonRlpTrailingBytes = 16'd67;
  localparam logic [15:0] ReasonRlpNotAList = 16'd68;
  localparam logic [15:0] ReasonRlpUnexpectedList = 16'd69;
  localparam logic [15:0] ReasonRlpNonCanonicalLength = 16'd70;
  localparam logic [15:0] ReasonRlpNonCanonicalInteger = 16'd71;
  localparam logic [15:0] ReasonRlpIntegerTooLarge = 16'd72;
  localparam logic [15:0] ReasonTxFieldCount = 16'd73;
  localparam logic [15:0] ReasonTxBadAddressLength = 16'd74;
  localparam logic [15:0] ReasonTxBadHashLength = 16'd75;
  localparam logic [15:0] ReasonTxBadSignature = 16'd76;
  localparam logic [15:0] ReasonTxBadAccessList = 16'd77;
  localparam logic [15:0] ReasonTxBadAuthorization = 16'd78;
  localparam logic [15:0] ReasonTxBadBlobField = 16'd79;
  localparam logic [15:0] ReasonTxTooLarge = 16'd80;
  localparam logic [15:0] ReasonTxNonceTooLarge = 16'd81;  // EIP-2681: 2^64 - 1
  localparam logic [15:0] ReasonTxBadV = 16'd82;
  localparam logic [15:0] ReasonTxSignatureHighS = 16'd83;  // EIP-2
  localparam logic [15:0] ReasonTxBadChainId = 16'd84;
  localparam logic [15:0] ReasonTxPriorityAboveMaxFee = 16'd85;
  localparam logic [15:0] ReasonTxGasCostOverflow = 16'd86;  // gas limit x gas price is 2^256 or more
  localparam logic [15:0] ReasonTxBadSidecar = 16'd87;  // EIP-4844 / EIP-7594 network wrapper
  localparam logic [15:0] ReasonCalldataTruncated = 16'd128;
  localparam logic [15:0] ReasonCalldataBadOffset = 16'd129;
  localparam logic [15:0] ReasonCalldataNestedTooDeep = 16'd130;
  localparam logic [15:0] ReasonCalldataBadPath = 16'd131;
  localparam logic [15:0] ReasonTooManyLegs = 16'd132;
  localparam logic [15:0] ReasonCalldataBadWord = 16'd133;
  localparam logic [15:0] ReasonCalldataSameToken = 16'd134;
  localparam logic [15:0] ReasonCalldataBadCommand = 16'd135;  // a UniversalRouter command that this version does not have
  localparam logic [15:0] ReasonCalldataLengthMismatch = 16'd136;  // commands against inputs, hop prices against path
  localparam logic [15:0] ReasonCalldataTooComplex = 16'd137;  // more than max_calls calls and commands in one transaction
  localparam logic [15:0] ReasonCalldataAmountOverflow = 16'd138;  // an amount of 2^255 or more
  localparam logic [15:0] ReasonCalldataBadPriceLimit = 16'd139;
  localparam logic [15:0] ReasonPoolUnknown = 16'd192;
  localparam logic [15:0] ReasonPoolOutOfService = 16'd193;
  localparam logic [15:0] ReasonPoolStale = 16'd194;
  localparam logic [15:0] ReasonParamsMissing = 16'd195;
  localparam logic [15:0] ReasonAmountUnknown = 16'd196;
  localparam logic [15:0] ReasonDeadlinePassed = 16'd197;
  localparam logic [15:0] ReasonPriceLimit = 16'd198;
  localparam logic [15:0] ReasonMinimumOut = 16'd199;
  localparam logic [15:0] ReasonMaximumIn = 16'd200;
  localparam logic [15:0] ReasonOutOfWindow = 16'd201;
  localparam logic [15:0] ReasonTooManySteps = 16'd202;
  localparam logic [15:0] ReasonNoCandidate = 16'd203;
  localparam logic [15:0] ReasonUnprofitable = 16'd204;
  localparam logic [15:0] ReasonAmountOverflow = 16'd205;
  localparam logic [15:0] ReasonValueOverflow = 16'd206;
  localparam logic [15:0] ReasonAmountZero = 16'd207;
  localparam logic [15:0] ReasonFrozen = 16'd208;
  localparam logic [15:0] ReasonPartialFill = 16'd209;
  localparam logic [15:0] ReasonLiquidityLimit = 16'd210;  // over maxLiquidityPerTick: the pool's 'LO'
  localparam logic [15:0] ReasonBadPosition = 16'd211;  // ticks out of order, off the spacing or out of range, or no liquidity

  /// Beats of a record whose header says `payload_bytes`. A length over MaxPayloadBytes frames as one beat.
  function automatic logic [11:0] beats_of(input logic [31:0] payload_bytes);
    // 16 header bytes and 63 to round up, in units of 64; the sum fits 18 bits when the length is allowed.
    beats_of = payload_bytes > MaxPayloadBytes ? 12'd1 : 12'((payload_bytes[17:0] + 18'd79) >> 6);
  endfunction
endpackage
