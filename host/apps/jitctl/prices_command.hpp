// jitctl prices.
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace jitbox::apps {

int run_prices(int argc, char** argv);

} // namespace jitbox::apps
