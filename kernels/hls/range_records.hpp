// How range_profit reads state records and writes its own. Private to range_profit.
// SPDX-License-Identifier: Apache-2.0
#ifndef JITBOX_HLS_RANGE_RECORDS_HPP
#define JITBOX_HLS_RANGE_RECORDS_HPP

#include "hls/range_profit.hpp"

namespace jitbox {
namespace hlsk {

/// Header of a record, from its first beat.
struct Header {
    std::uint8_t kind;
    std::uint8_t flags;
    std::uint16_t reserved;
    std::uint32_t payload_bytes;
    std::uint64_t sequence;
    std::uint32_t beats;
};

Header header_of(const ap_uint<512>& beat);

/// First beat of an output record with its header filled in.
ap_uint<512> start_record(records::Kind kind, std::uint32_t total_bytes, std::uint64_t sequence);

inline void write_beat(BeatStream& out, const ap_uint<512>& data, bool last) {
#pragma HLS INLINE
    Beat beat;
    beat.data = data;
    beat.last = last;
    out.write(beat);
}

/// What a REJECT carries beside its reason.
struct RejectNote {
    records::Stage stage;
    std::uint8_t leg_index;
    std::uint16_t pool_index;
    std::uint8_t input_kind;
    std::uint16_t candidates;
    i256 best_profit_wei;
};

void write_reject(BeatStream& out, std::uint64_t sequence, Reason reason, const RejectNote& note);

/// Each reads its record whole, the first beat being given, and says what is wrong with it; the state is then unchanged.
Reason take_pool(RangeProfitState& state, const Header& header, const ap_uint<512>& first, BeatStream& in);
Reason take_ticks(RangeProfitState& state, const Header& header, const ap_uint<512>& first, BeatStream& in);
Reason take_params(RangeProfitState& state, const Header& header, const ap_uint<512>& first, BeatStream& in);
Reason take_block(RangeProfitState& state, const Header& header, const ap_uint<512>& first, BeatStream& in);

} // namespace hlsk
} // namespace jitbox

#endif
