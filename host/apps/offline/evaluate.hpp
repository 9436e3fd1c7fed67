// jitctl evaluate: one pool, swap and optionally position a line in, its exact outcome or the best decision out. No daemon needed.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "accel/engine.hpp"

#include <iosfwd>

namespace jitbox::apps {

struct EvaluateOptions {
    /// Answers `decision`; null: the kernel on the calling thread. The exact swap and position are computed on the host.
    accel::Engine* engine = nullptr;
};

/// Reads one JSON object a line and writes one JSON object a line, in order; docs/jitctl.md has the fields. An empty line is
/// skipped. A malformed line is answered with {"error": ..., "line": n} and the work goes on. Returns the exit code: 0, or 1 when
/// any line was malformed or the engine failed, which ends the work.
int run_evaluate(std::istream& in, std::ostream& out, const EvaluateOptions& options);

/// The command: parses its own arguments.
int evaluate_command(int argc, char** argv);

} // namespace jitbox::apps
