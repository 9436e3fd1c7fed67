// Disarms jitd for a change of rights.
// SPDX-License-Identifier: Apache-2.0
#include "apps/custody/appliance_hold.hpp"

#include "control/client.hpp"

#include <boost/json.hpp>

#include <chrono>

namespace jitbox::apps {
namespace {

namespace json = boost::json;

Result<std::string> state_of(const control::Client& jitd) {
    const auto status = jitd.call("status");
    if (!status) return std::unexpected(status.error());
    boost::system::error_code error;
    const json::value value = json::parse(*status, error);
    const json::value* state = !error && value.is_object() ? value.get_object().if_contains("state") : nullptr;
    if (state == nullptr || !state->is_string()) return fail("jitd: its status names no state");
    return std::string(state->get_string());
}

} // namespace

Result<std::string> disarm_appliance(const std::string& control_socket, const std::string& reason) {
    const control::Client jitd(control_socket, std::chrono::seconds(5));
    auto state = state_of(jitd);
    if (!state || *state != "ARMED") return state;
    if (auto done = jitd.call("disarm", json::serialize(json::object{{"reason", reason}})); !done) return done;
    state = state_of(jitd);
    if (state && *state == "ARMED") return fail("jitd is still ARMED after disarm", "jitctl estop");
    return state;
}

} // namespace jitbox::apps
