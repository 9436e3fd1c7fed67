// A capture through an engine again: what it answers now, against what was answered then.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "accel/engine.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

namespace jitbox::apps {

struct ReplayOptions {
    std::filesystem::path records;
    std::filesystem::path answers{};         ///< what was answered then; empty: nothing to compare with
    accel::Engine::Sink on_answer = nullptr; ///< every answer in order; may be empty
};

struct ReplaySummary {
    std::uint64_t records = 0;
    std::uint64_t transactions = 0;
    std::uint64_t answers = 0;
    std::uint64_t swaps = 0;
    std::uint64_t decisions = 0;
    std::map<std::string, std::uint64_t> rejects; ///< by reason
    std::uint64_t compared = 0;
    std::uint64_t frozen = 0;      ///< among them: rejected as frozen then, judged now
    std::uint64_t differences = 0; ///< the first one is described below
    std::string first_difference;
    std::uint64_t not_recorded = 0; ///< answers of now behind the last one that was recorded
    std::size_t left_over = 0;      ///< bytes behind the last whole record: the recording was cut
    double seconds = 0;
};

/// Errors: a file that cannot be read; the engine fails or refuses a record.
Result<ReplaySummary> replay(accel::Engine& engine, const ReplayOptions& options);

/// `jitctl replay`.
int replay_command(int argc, char** argv);

} // namespace jitbox::apps
