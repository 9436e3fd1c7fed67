// The parser kernel twice: the HLS source and the Verilated module, for streams of whole or broken records.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "Vmempool_parser.h"
#include "hls/mempool_parser.hpp"
#include "stream_beats.hpp"

#include <functional>
#include <memory>
#include <vector>

namespace jitbox::test {

/// Keeps its tables from run to run.
class HlsParser {
public:
    void reset() { state_ = std::make_unique<hlsk::MempoolParserState>(); }
    std::vector<StreamBeat> run(const std::vector<StreamBeat>& input);

private:
    std::unique_ptr<hlsk::MempoolParserState> state_ = std::make_unique<hlsk::MempoolParserState>();
};

class RtlParser {
public:
    RtlParser() { restart(); }
    /// A reset of one clock, as the card's soft reset gives it: everything is forgotten, what is offered to it with it.
    void restart();
    /// How often the source and the sink stand still.
    void set_stalls(unsigned source_percent, unsigned sink_percent, std::uint64_t seed);
    /// Feeds all of it and takes `expected_beats` and whatever else comes within 200 clocks behind them.
    /// Stops when nothing moves for 300,000 clocks, or when `stop`, which is asked before every clock, says so.
    std::vector<StreamBeat>
    run(const std::vector<StreamBeat>& input, std::size_t expected_beats, const std::function<bool()>& stop = [] { return false; });
    [[nodiscard]] std::uint64_t clocks() const { return clocks_; }
    /// Clock at which each beat of the last run was taken from the source and by the sink.
    [[nodiscard]] const std::vector<std::uint64_t>& taken_at() const { return taken_at_; }
    [[nodiscard]] const std::vector<std::uint64_t>& given_at() const { return given_at_; }

private:
    Vmempool_parser dut_;
    std::mt19937_64 random_{1};
    unsigned source_percent_ = 0;
    unsigned sink_percent_ = 0;
    std::uint64_t clocks_ = 0;
    std::vector<std::uint64_t> taken_at_;
    std::vector<std::uint64_t> given_at_;
};

} // namespace jitbox::test
