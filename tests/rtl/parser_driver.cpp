// Both forms of the parser kernel behind the same interface.
// SPDX-License-Identifier: Apache-2.0
#include "parser_driver.hpp"

namespace jitbox::test {

std::vector<StreamBeat> HlsParser::run(const std::vector<StreamBeat>& input) {
    hlsk::BeatStream in;
    hlsk::BeatStream out;
    for (const StreamBeat& from : input) {
        hlsk::Beat beat;
        std::memcpy(&beat.data.v, from.data.data(), from.data.size());
        beat.last = from.last;
        in.write(beat);
    }
    while (!in.empty()) hlsk::mempool_parser(*state_, in, out);
    std::vector<StreamBeat> answer;
    while (!out.empty()) {
        const hlsk::Beat beat = out.read();
        StreamBeat& to = answer.emplace_back();
        std::memcpy(to.data.data(), &beat.data.v, to.data.size());
        to.last = beat.last;
    }
    return answer;
}

void RtlParser::restart() {
    dut_.in_valid = 0;
    dut_.out_ready = 0;
    reset(dut_);
}

void RtlParser::set_stalls(unsigned source_percent, unsigned sink_percent, std::uint64_t seed) {
    source_percent_ = source_percent;
    sink_percent_ = sink_percent;
    random_.seed(seed);
}

std::vector<StreamBeat> RtlParser::run(const std::vector<StreamBeat>& input, std::size_t expected_beats,
                                       const std::function<bool()>& stop) {
    constexpr std::uint64_t patience = 300'000;
    constexpr std::uint64_t aftermath = 200;
    Stalls source_stalls{random_, source_percent_};
    Stalls sink_stalls{random_, sink_percent_};
    std::vector<StreamBeat> output;
    taken_at_.clear();
    given_at_.clear();
    std::uint64_t moved = clocks_;
    std::size_t next = 0;
    while (!stop() && clocks_ - moved < (next == input.size() && output.size() >= expected_beats ? aftermath : patience)) {
        if (!dut_.in_valid && next < input.size() && !source_stalls()) {
            put(dut_.in_data, input[next].data);
            dut_.in_last = input[next].last;
            dut_.in_valid = 1;
        }
        dut_.out_ready = !sink_stalls();
        dut_.eval();
        const bool taken = dut_.in_valid && dut_.in_ready;
        if (dut_.out_valid && dut_.out_ready) {
            output.push_back({get<64>(dut_.out_data), dut_.out_last != 0});
            given_at_.push_back(clocks_);
            moved = clocks_;
        }
        clock(dut_);
        if (taken) {
            taken_at_.push_back(clocks_);
            moved = clocks_;
            ++next;
            dut_.in_valid = 0;
        }
        ++clocks_;
    }
    return output;
}

} // namespace jitbox::test
