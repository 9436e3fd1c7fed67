// Writes the card's ports as a value change dump: the few signals that show a transaction's life from outside, in any build.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <cstdio>
#include <string>

namespace jitbox::sim {

template <typename Card>
class PortTrace {
public:
    PortTrace(Card& card, const std::string& file) : card_(card), out_(std::fopen(file.c_str(), "w")) {
        if (out_ == nullptr) return;
        std::fputs("$timescale 1ns $end\n$scope module jitbox_card $end\n", out_);
        for (std::size_t i = 0; i < names.size(); ++i)
            std::fprintf(out_, "$var wire %d %c %s $end\n", widths[i], code(i), names[i]);
        std::fputs("$upscope $end\n$enddefinitions $end\n", out_);
    }
    ~PortTrace() {
        if (out_ != nullptr) (void)std::fclose(out_);
    }
    PortTrace(const PortTrace&) = delete;
    PortTrace& operator=(const PortTrace&) = delete;

    void sample(std::uint64_t half_clock) {
        if (out_ == nullptr) return;
        const std::array<std::uint64_t, names.size()> now{card_.ap_clk,
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
        bool stamped = false;
        for (std::size_t i = 0; i < now.size(); ++i) {
            if (!first_ && now[i] == last_[i]) continue;
            if (!stamped) std::fprintf(out_, "#%llu\n", static_cast<unsigned long long>(half_clock));
            stamped = true;
            if (widths[i] == 1) {
                std::fprintf(out_, "%u%c\n", static_cast<unsigned>(now[i]), code(i));
            } else {
                std::fputc('b', out_);
                for (int bit = widths[i] - 1; bit >= 0; --bit) std::fputc((now[i] >> bit & 1U) != 0 ? '1' : '0', out_);
                std::fprintf(out_, " %c\n", code(i));
            }
        }
        last_ = now;
        first_ = false;
    }

private:
    static constexpr std::array names{"clk",     "doorbell", "register", "arvalid", "arready",    "rvalid", "rdata_kind",
                                      "awvalid", "awready",  "wvalid",   "wready",  "wdata_kind", "wlast",  "bvalid"};
    static constexpr std::array<int, names.size()> widths{1, 1, 12, 1, 1, 1, 8, 1, 1, 1, 1, 8, 1, 1};
    static char code(std::size_t i) { return static_cast<char>('!' + i); }

    Card& card_;
    std::FILE* out_;
    std::array<std::uint64_t, names.size()> last_{};
    bool first_ = true;
};

} // namespace jitbox::sim
