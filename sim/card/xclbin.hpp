// The container that XRT loads: what it needs to know about the card's image. Private to sim/card.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace jitbox::sim {

/// An xclbin for XRT's hw_emu driver with one instance of kernel jitbox_top, its registers, and its three arguments in host memory
/// (bank 1, tag HOST[0]). The image itself is not in it: the emulation folder's script starts the model.
[[nodiscard]] std::string make_xclbin();

} // namespace jitbox::sim
