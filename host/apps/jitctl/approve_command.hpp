// jitctl approve: a person's key, and that person's signature under what is to be armed, renewed or reset.
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace jitbox::apps {

int run_approve(int argc, char** argv);

} // namespace jitbox::apps
