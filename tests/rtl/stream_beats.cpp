// Record streams as beats. See stream_beats.hpp.
// SPDX-License-Identifier: Apache-2.0
#include "stream_beats.hpp"

#include "base/hex.hpp"
#include "hls/records.hpp"

#include <algorithm>

namespace jitbox::test {

std::vector<StreamBeat> beats_of(BytesView record) {
    std::vector<StreamBeat> beats((record.size() + records::beat_bytes - 1) / records::beat_bytes);
    for (std::size_t i = 0; i < record.size(); ++i) beats[i / records::beat_bytes].data[i % records::beat_bytes] = record[i];
    if (!beats.empty()) beats.back().last = true;
    return beats;
}

std::vector<StreamBeat> beats_of(const std::vector<Bytes>& records) {
    std::vector<StreamBeat> beats;
    for (const Bytes& record : records) {
        const auto more = beats_of(BytesView(record));
        beats.insert(beats.end(), more.begin(), more.end());
    }
    return beats;
}

std::string difference(const std::vector<StreamBeat>& expected, const std::vector<StreamBeat>& actual) {
    const auto [at, other] = std::ranges::mismatch(expected, actual);
    if (at == expected.end() && other == actual.end()) return {};
    const auto index = static_cast<std::size_t>(at - expected.begin());
    std::string text = "beat " + std::to_string(index) + " of " + std::to_string(expected.size()) + " (" +
                       std::to_string(actual.size()) + " came)";
    const auto show = [&](const char* who, const std::vector<StreamBeat>& beats) {
        std::size_t first = index;
        while (first > 0 && first <= beats.size() && !beats[first - 1].last) --first;
        for (std::size_t i = first; i <= index && i < beats.size(); ++i) {
            text += std::string("\n  ") + who + ' ' + to_hex(beats[i].data) + (beats[i].last ? " last" : "");
        }
    };
    show("expected", expected);
    show("actual  ", actual);
    return text;
}

} // namespace jitbox::test
