// The HLS source of range_profit over a stream of whole records.
// SPDX-License-Identifier: Apache-2.0
#include "range_driver.hpp"

namespace jitbox::test {

std::vector<StreamBeat> HlsRange::run(const std::vector<StreamBeat>& input) {
    hlsk::BeatStream in;
    hlsk::BeatStream out;
    for (const StreamBeat& from : input) {
        hlsk::Beat beat;
        std::memcpy(&beat.data, from.data.data(), from.data.size());
        beat.last = from.last;
        in.write(beat);
    }
    while (!in.empty()) hlsk::range_profit(*state_, in, out, frozen);
    std::vector<StreamBeat> answer;
    while (!out.empty()) {
        const hlsk::Beat beat = out.read();
        StreamBeat& to = answer.emplace_back();
        std::memcpy(to.data.data(), &beat.data, to.data.size());
        to.last = beat.last;
    }
    return answer;
}

} // namespace jitbox::test
