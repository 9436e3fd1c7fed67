// A secret typed at a terminal that does not show it, and shows again whatever ends the question.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

namespace jitbox::apps {

/// Bytes of standard input that fit into `secret`: one line of a terminal, which shows `prompt` and nothing of what is typed; else
/// all there is. Ctrl-C, SIGTERM, SIGHUP, ... do what they always do, after the terminal is as it was; after Ctrl-Z and `fg` it
/// asks again. The caller wipes `secret`. Only for a process of one thread: another one would take the signals.
[[nodiscard]] std::size_t read_hidden(std::span<char> secret, const char* prompt);

} // namespace jitbox::apps
