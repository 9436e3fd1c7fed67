// The journal's writer keeps the order, so its last entry is durable after all others.
// SPDX-License-Identifier: Apache-2.0
#include "apps/watch/durable_answer.hpp"

#include "apps/runtime/parts.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <utility>

namespace jitbox::apps {

void respond_when_durable(const Services& services, Result<std::string> result, const control::Respond& respond) {
    const auto written = [&io = services.io, result = std::move(result), respond](const Result<void>& durable) {
        boost::asio::post(io, [result, respond, durable] {
            respond(durable
                        ? result
                        : Result<std::string>(fail("risk: done, but not durable: " + durable.error().what, durable.error().hint)));
        });
    };
    if (services.journal.enqueue(store::RiskStateEntry{.time_ns = wall_ns(), .key = "last_command", .value = ""}, written)) return;
    respond(fail("risk: done, but not durable: the journal's queue is full", "look at the disk"));
}

} // namespace jitbox::apps
