// What a DECISION becomes that was on its way when the engine froze. Private to accel.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "accel/record_fields.hpp"

namespace jitbox::accel {

/// A DECISION that was on its way when the engine froze leaves as REJECT(frozen).
inline Bytes frozen_reject(BytesView decision) {
    namespace r = records::reject;
    Bytes out = new_record(records::Kind::reject, get<std::uint64_t>(decision, records::header::sequence), r::total_bytes);
    put(out, r::stage, static_cast<std::uint8_t>(records::Stage::range));
    put(out, r::leg_index, get<std::uint8_t>(decision, records::decision::leg_index));
    put(out, r::reason, static_cast<std::uint16_t>(records::Reason::frozen));
    put(out, r::pool_index, get<std::uint16_t>(decision, records::decision::pool_index));
    put(out, r::input_kind, static_cast<std::uint8_t>(records::Kind::swap));
    put(out, r::candidates, get<std::uint16_t>(decision, records::decision::candidates));
    return out;
}

} // namespace jitbox::accel
