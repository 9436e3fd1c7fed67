// jitctl audit: verify, show, export, anchor.
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace jitbox::apps {

int run_audit(int argc, char** argv);

} // namespace jitbox::apps
