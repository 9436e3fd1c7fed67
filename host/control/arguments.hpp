// The arguments of a request, read strictly, and the commands made of them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "control/commands.hpp"

#include <boost/json/object.hpp>

#include <initializer_list>
#include <string_view>

namespace jitbox::control {

/// The arguments of one request. Each getter remembers the first mistake; unknown members are a mistake too.
class Arguments {
public:
    Arguments(const Request& request, std::initializer_list<std::string_view> known);

    [[nodiscard]] std::string text(const char* key, const char* fallback);
    [[nodiscard]] std::uint64_t number(const char* key, std::uint64_t fallback, std::uint64_t low, std::uint64_t high);
    [[nodiscard]] chain::u256 amount(const char* key);
    [[nodiscard]] std::chrono::seconds ttl();
    [[nodiscard]] std::vector<std::string> texts(const char* key);
    [[nodiscard]] bool has(const char* key) const { return object_.contains(key); }
    /// The first mistake.
    [[nodiscard]] const Result<void>& ok() const { return ok_; }

private:
    void wrong(const std::string& key, const std::string& what, const std::string& hint);

    boost::json::object object_;
    Result<void> ok_;
};

[[nodiscard]] Result<ArmCommand> read_arm(const Request& request);
[[nodiscard]] Result<RenewCommand> read_renew(const Request& request);
[[nodiscard]] Result<ResetCommand> read_reset(const Request& request);
/// Of risk-level, risk-limits, risk-acknowledge and review.
[[nodiscard]] Result<RiskCommand> read_risk_action(const Request& request);

} // namespace jitbox::control
