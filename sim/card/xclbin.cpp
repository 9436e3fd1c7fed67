// Sections of an xclbin from the structs of xrt/xclbin.h (Debian's xclbinutil does not run).
// SPDX-License-Identifier: Apache-2.0
#include "card/xclbin.hpp"

#include <xclbin.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <string_view>
#include <utility>
#include <vector>

namespace jitbox::sim {
namespace {

constexpr std::uint64_t host_base = 0x2000000000;
constexpr std::uint64_t bank_kib = std::uint64_t{1} << 20U; // 1 GiB
constexpr std::uint64_t registers_base = 0x1800000;
constexpr std::uint64_t section_alignment = 8;

template <std::size_t N>
void set_text(unsigned char (&field)[N], std::string_view text) {
    std::ranges::copy(text.substr(0, N - 1), field);
}

std::string bytes_of(const void* data, std::size_t size) {
    return {static_cast<const char*>(data), size};
}

/// A count and its rows, as every list of the container has it; `header` is where the rows begin.
template <typename Row>
std::string list_of(const std::vector<Row>& rows, std::size_t header) {
    std::string out(header, '\0');
    const auto count = static_cast<std::int32_t>(rows.size());
    std::memcpy(out.data(), &count, sizeof count);
    return out + bytes_of(rows.data(), rows.size() * sizeof(Row));
}

std::string memory_topology() {
    std::vector<mem_data> banks(2);
    banks[0].m_type = MEM_DRAM; // XRT wants a bank of the device; the card uses none
    banks[0].m_used = 1;
    banks[0].m_size = bank_kib;
    set_text(banks[0].m_tag, "bank0");
    banks[1].m_type = MEM_DRAM;
    banks[1].m_used = 1;
    banks[1].m_size = bank_kib;
    banks[1].m_base_address = host_base;
    set_text(banks[1].m_tag, "HOST[0]");
    return list_of(banks, offsetof(mem_topology, m_mem_data));
}

std::string instances() {
    std::vector<ip_data> ips(1);
    ips[0].m_type = IP_KERNEL;
    ips[0].properties = AP_CTRL_NONE << IP_CONTROL_SHIFT;
    ips[0].m_base_address = registers_base;
    set_text(ips[0].m_name, "jitbox_top:jitbox_0");
    return list_of(ips, offsetof(ip_layout, m_ip_data));
}

std::string connections() {
    std::vector<connection> rows;
    rows.reserve(3);
    for (std::int32_t argument = 0; argument < 3; ++argument)
        rows.push_back({.arg_index = argument, .m_ip_layout_index = 0, .mem_data_index = 1});
    return list_of(rows, offsetof(connectivity, m_connection));
}

std::string metadata() {
    std::string arguments;
    const std::array<std::pair<const char*, unsigned>, 3> pointers{{{"in_ring", 0x10}, {"out_ring", 0x20}, {"control", 0x30}}};
    for (unsigned id = 0; id < pointers.size(); ++id) {
        std::array<char, 256> row{};
        (void)std::snprintf(row.data(), row.size(),
                            R"(<arg name="%s" addressQualifier="1" id="%u" port="M_AXI_GMEM" size="0x8" offset="0x%x" )"
                            R"(hostOffset="0x0" hostSize="0x8" type="void*"/>)",
                            pointers[id].first, id, pointers[id].second);
        arguments += row.data();
    }
    return R"(<?xml version="1.0" encoding="UTF-8"?>
<project name="jitbox"><platform vendor="xilinx" boardid="u55c" name="gen3x16_xdma_base" featureRomTime="0">
<version major="3" minor="0"/><device name="fpga0" fpgaDevice="virtexuplusHBM:xcu55c:fsvh2892:-2L:e">
<core name="OCL_REGION_0" target="hw_em" type="clc_region" clockFreq="300MHz" numComputeUnits="60">
<kernel name="jitbox_top" language="c" attributes="" preferredWorkGroupSizeMultiple="0" workGroupSize="1" interrupt="false" hwControlProtocol="user_managed" type="pl">
<port name="M_AXI_GMEM" mode="master" range="0xFFFFFFFFFFFFFFFF" dataWidth="512" portType="addressable" base="0x0"/>
<port name="S_AXI_CONTROL" mode="slave" range="0x1000" dataWidth="32" portType="addressable" base="0x0"/>
)" + arguments +
           R"(
<instance name="jitbox_0"><addrRemap base="0x1800000" range="0x10000" port="S_AXI_CONTROL"/></instance>
</kernel></core></device></platform></project>
)";
}

/// The smallest zip: XRT copies it into its run folder and, with sim_dir set, does not open it.
std::string empty_zip() {
    return std::string("PK\5\6", 4) + std::string(18, '\0');
}

} // namespace

std::string make_xclbin() {
    const std::vector<std::pair<axlf_section_kind, std::string>> sections{
        {MEM_TOPOLOGY, memory_topology()}, {ASK_GROUP_TOPOLOGY, memory_topology()}, {IP_LAYOUT, instances()},
        {CONNECTIVITY, connections()},     {ASK_GROUP_CONNECTIVITY, connections()}, {EMBEDDED_METADATA, metadata()},
        {BITSTREAM, empty_zip()}};
    std::string data;
    std::vector<axlf_section_header> headers;
    const std::size_t data_at = offsetof(axlf, m_sections) + sections.size() * sizeof(axlf_section_header);
    for (const auto& [kind, content] : sections) {
        data.append((section_alignment - (data_at + data.size()) % section_alignment) % section_alignment, '\0');
        axlf_section_header header{};
        header.m_sectionKind = kind;
        header.m_sectionOffset = data_at + data.size();
        header.m_sectionSize = content.size();
        headers.push_back(header);
        data += content;
    }
    axlf top{};
    std::memcpy(top.m_magic, "xclbin2", 8);
    top.m_signature_length = -1;
    std::memset(top.reserved, 0xff, sizeof top.reserved);
    top.m_uniqueId = 0x6a6974626f78; // "jitbox"
    top.m_header.m_length = data_at + data.size();
    top.m_header.m_versionMajor = 2;
    top.m_header.m_versionMinor = 13;
    top.m_header.m_mode = XCLBIN_HW_EMU;
    std::memcpy(top.m_header.m_platformVBNV, "xilinx_u55c_gen3x16_xdma_base_3", 31);
    std::memcpy(top.m_header.uuid, "jitbox card model", 16);
    top.m_header.m_numSections = static_cast<std::uint32_t>(sections.size());
    return bytes_of(&top, offsetof(axlf, m_sections)) + bytes_of(headers.data(), headers.size() * sizeof(axlf_section_header)) +
           data;
}

} // namespace jitbox::sim
