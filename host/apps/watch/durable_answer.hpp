// An answer that is given when what it speaks of is durable.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/runtime/services.hpp"
#include "control/commands.hpp"

#include <string>

namespace jitbox::apps {

/// Responds on the io_context's thread with `result` once the journal has written everything that was enqueued before: a command
/// that was answered survives kill -9. When the journal cannot, the answer says that it is done, but not durable.
void respond_when_durable(const Services& services, Result<std::string> result, const control::Respond& respond);

} // namespace jitbox::apps
