// jitbox-card-folder: makes the folder in which an unmodified XRT host finds the card's model: xclbin, device list, driver
// settings, start script, and the links that stand for an XRT installation. env.sh in it says what to export.
// SPDX-License-Identifier: Apache-2.0
#include "card/xclbin.hpp"

#include <CLI/CLI.hpp>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <stdexcept>

namespace jitbox::sim {
namespace {

namespace fs = std::filesystem;

// XRT's RPC buffer is allocated once, with the size of its first message, which carries every key of the ini's [Emulation] section;
// a later message that is larger writes behind it. So a key that nothing reads is made longer than any message of ours will be.
constexpr std::size_t padding = 40'000;
constexpr std::size_t packet_bytes = 16'384;

void write_file(const fs::path& file, const std::string& text) {
    std::ofstream out(file, std::ios::binary);
    out << text;
    out.close();
    if (!out) throw std::runtime_error("cannot write " + file.string());
}

const char* const device_list =
    R"({"Version":{"FileVersion":"2.0","ToolVersion":"2022.1"},"Platform":{"UnifiedPlatform":"true","ExpandedPR":"true",
"Boards":[{"NumBoards":"1","Devices":[{"Name":"xilinx_u55c_gen3x16_xdma_base_3","HalMajorVersion":"1","HalMinorVersion":"0",
"VendorId":"4334","SubsystemVendorId":"0","DeviceVersion":"0","DataAlignment":"4096","DdrBanks":[{"Size":"1G"}],
"OclFreqency":"300","NumDevices":"1"}]}]}}
)";

void link_libraries(const fs::path& from, const fs::path& to) {
    std::size_t count = 0;
    for (const fs::directory_entry& entry : fs::directory_iterator(from)) {
        const std::string name = entry.path().filename().string();
        if (!name.starts_with("libx") || !name.ends_with(".so.2")) continue;
        fs::remove(to / name);
        fs::create_symlink(entry.path(), to / name);
        ++count;
    }
    if (count == 0) throw std::runtime_error("no XRT libraries (libx*.so.2) in " + from.string() + ": install libxrt1");
}

void make_folder(const fs::path& out, const fs::path& model, const fs::path& libraries) {
    fs::create_directories(out / "sim");
    fs::create_directories(out / "xrt" / "lib");
    link_libraries(libraries, out / "xrt" / "lib");
    write_file(out / "jitbox.xclbin", make_xclbin());
    write_file(out / "emconfig.json", device_list);
    write_file(out / "xrt.ini", "[Runtime]\nverbosity=3\n[Emulation]\nsim_dir=" + (out / "sim").string() +
                                    "\npacket_size=" + std::to_string(packet_bytes) +
                                    "\nprint_infos_in_console=false\nprint_warnings_in_console=false\nuser_pre_sim_script=" +
                                    std::string(padding, 'x') + "\n");
    const fs::path script = out / "sim" / "simulate.sh";
    write_file(script, "#!/bin/sh\n# XRT starts this in load_xclbin. JITBOX_CARD_ARGS: options of the model, see its --help.\n"
                       "# shellcheck disable=SC2086\nexec '" +
                           model.string() + "' ${JITBOX_CARD_ARGS:-}\n");
    fs::permissions(script, fs::perms::owner_all | fs::perms::group_read | fs::perms::group_exec);
    write_file(out / "env.sh", "# Sourced before a program that uses the card: XRT's hw_emu driver with the model behind it.\n"
                               "export XCL_EMULATION_MODE=hw_emu XILINX_XRT='" +
                                   (out / "xrt").string() + "' EMCONFIG_PATH='" + out.string() + "' XRT_INI_PATH='" +
                                   (out / "xrt.ini").string() + "' JITBOX_XCLBIN='" + (out / "jitbox.xclbin").string() +
                                   "'\nexport USER=\"${USER:-$(id -un)}\"\n");
}

int run(int argc, char** argv) {
    CLI::App app{"Makes the folder in which XRT finds the card's model; source its env.sh.", "jitbox-card-folder"};
    std::string out;
    std::string model;
    std::string libraries = "/usr/lib/x86_64-linux-gnu";
    app.add_option("folder", out, "where")->required();
    app.add_option("--model", model, "the jitbox-card-model to start")->required()->check(CLI::ExistingFile);
    app.add_option("--xrt-libraries", libraries, "folder of libxrt_hwemu.so.2")->capture_default_str();
    CLI11_PARSE(app, argc, argv);
    make_folder(fs::absolute(out), fs::absolute(model), libraries);
    return 0;
}

} // namespace
} // namespace jitbox::sim

int main(int argc, char** argv) {
    try {
        return jitbox::sim::run(argc, argv);
    } catch (const std::exception& error) {
        std::cerr << "jitbox-card-folder: " << error.what() << "\n";
        return 1;
    }
}
