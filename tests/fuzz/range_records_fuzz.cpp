// Any bytes as a record stream: both kernels take every record whole, never crash or stall, and answer no more than the contract
// allows. SPDX-License-Identifier: Apache-2.0
#include "hls/mempool_parser.hpp"
#include "hls/range_profit.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <vector>

namespace {

using namespace jitbox;

struct Card {
    hlsk::MempoolParserState parser{};
    hlsk::RangeProfitState range;
    hlsk::BeatStream raw;
    hlsk::BeatStream parsed;
    hlsk::BeatStream answers;
    hlsk::FreezeLine frozen{false};
    Card() { range.reset(); }
};

void check(bool good) {
    if (!good) std::abort();
}

/// Small numbers where the fuzzer would hardly find them: the kind and the length of a record decide whether anything happens.
void nudge(std::vector<std::uint8_t>& record) {
    constexpr std::array<std::uint8_t, 8> kinds{1, 2, 3, 4, 5, 6, 7, 0x82};
    constexpr std::array<std::uint32_t, 8> lengths{0, 240, 48, 240, 112, 112, 48, 240};
    const std::size_t pick = record[0] % 16;
    if (pick >= kinds.size()) return; // half of the inputs stay as they are
    record[0] = kinds[pick];
    record[1] = record[2] = record[3] = 0;
    std::uint32_t length = 0;
    std::memcpy(&length, record.data() + 4, sizeof(length));
    length = lengths[pick] != 0 ? lengths[pick] : length % 512;
    if (kinds[pick] == 3) length = 48 + 64 * (length % 4); // TICKS with entries
    std::memcpy(record.data() + 4, &length, sizeof(length));
}

void run(Card& card, bool to_parser) {
    if (to_parser) {
        hlsk::mempool_parser(card.parser, card.raw, card.parsed);
        check(card.raw.empty());
    }
    hlsk::BeatStream& into = to_parser ? card.parsed : card.raw;
    while (!into.empty()) {
        hlsk::range_profit(card.range, into, card.answers, card.frozen);
        std::size_t beats = 0;
        bool whole = true;
        while (!card.answers.empty()) {
            whole = card.answers.read().last;
            ++beats;
        }
        check(whole);
        check(beats <= (records::swap::total_bytes + records::decision::total_bytes) / records::beat_bytes);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static Card& card = *std::make_unique<Card>().release(); // 12 MB once, not once an input; reset before each
    card.range.reset();
    std::size_t at = 0;
    while (size - at >= records::header_bytes) {
        std::vector<std::uint8_t> record(records::beat_bytes);
        std::memcpy(record.data(), data + at, std::min<std::size_t>(records::beat_bytes, size - at));
        nudge(record);
        std::uint32_t payload = 0;
        std::memcpy(&payload, record.data() + records::header::payload_bytes, sizeof(payload));
        const std::size_t beats = records::beats_of(payload);
        if (beats > 256) return 0; // valid, but only slow here
        record.resize(beats * records::beat_bytes);
        std::memcpy(record.data() + records::header_bytes, data + at + records::header_bytes,
                    std::min(record.size(), size - at) - records::header_bytes);
        at += std::min(record.size(), size - at);
        for (std::size_t i = 0; i < beats; ++i) {
            hlsk::Beat beat;
            std::memcpy(&beat.data, record.data() + i * records::beat_bytes, records::beat_bytes);
            beat.last = i + 1 == beats;
            card.raw.write(beat);
        }
        run(card, record[0] < 0x80); // SWAP comes from the parser only: given to range_profit directly, as one would make it
    }
    return 0;
}
