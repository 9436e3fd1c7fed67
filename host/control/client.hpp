// jitctl's end of the control socket.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

namespace jitbox::control {

/// One connection a call, synchronous.
class Client {
public:
    Client(std::string socket_path, std::chrono::milliseconds deadline) : path_(std::move(socket_path)), deadline_(deadline) {}

    /// `args_json` is a JSON object; the result is a JSON value in text form. Errors: no daemon, deadline, or what the daemon said.
    [[nodiscard]] Result<std::string> call(std::string_view op, std::string_view args_json = "{}") const;
    /// Calls `on_line` with each published line until it returns false or the daemon goes (which is an error).
    [[nodiscard]] Result<void> watch(const std::function<bool(std::string_view)>& on_line) const;

private:
    std::string path_;
    std::chrono::milliseconds deadline_;
};

} // namespace jitbox::control
