// The card's ports as a value change dump: the few signals that show a transaction's life from outside. SPDX-License-Identifier:
// Apache-2.0
#pragma once

#include "card/value_trace.hpp"

#include <array>
#include <cstdint>
#include <string>

namespace jitbox::sim {

template <typename Card>
class PortTrace {
public:
    PortTrace(Card& card, const std::string& file)
        : card_(card), trace_(file, "jitbox_card",
                              {{"clk", 1},
                               {"doorbell", 1},
                               {"register", 12},
                               {"arvalid", 1},
                               {"arready", 1},
                               {"rvalid", 1},
                               {"rdata_kind", 8},
                               {"awvalid", 1},
                               {"awready", 1},
                               {"wvalid", 1},
                               {"wready", 1},
                               {"wdata_kind", 8},
                               {"wlast", 1},
                               {"bvalid", 1}}) {}

    void sample(std::uint64_t half_clock) {
        const std::array<std::uint64_t, 14> now{card_.ap_clk,
                                                card_.s_axi_control_awvalid,
                                                card_.s_axi_control_awaddr,
                                                card_.m_axi_gmem_arvalid,
                                                card_.m_axi_gmem_arready,
                                                card_.m_axi_gmem_rvalid,
                                                card_.m_axi_gmem_rdata[0] & 0xffU,
                                                card_.m_axi_gmem_awvalid,
                                                card_.m_axi_gmem_awready,
                                                card_.m_axi_gmem_wvalid,
                                                card_.m_axi_gmem_wready,
                                                card_.m_axi_gmem_wdata[0] & 0xffU,
                                                card_.m_axi_gmem_wlast,
                                                card_.m_axi_gmem_bvalid};
        trace_.sample(half_clock, now);
    }

private:
    Card& card_;
    ValueTrace trace_;
};

} // namespace jitbox::sim
