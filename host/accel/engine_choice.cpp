// Makes the engine that was chosen. XRT is in a module beside the program and loaded only here, so that a machine without XRT runs
// the native engine. SPDX-License-Identifier: Apache-2.0
#include "accel/card_port.hpp"
#include "accel/engine.hpp"
#include "accel/xrt_engine.hpp"

#include <dlfcn.h>

#include <cstdlib>
#include <filesystem>
#include <stdexcept>

namespace jitbox::accel {
namespace {

namespace fs = std::filesystem;

constexpr const char* module_name = "jitbox-xrt.so";

/// Beside the program, or in ../lib/jitbox of it.
fs::path module_file() {
    std::error_code error;
    const fs::path folder = fs::read_symlink("/proc/self/exe", error).parent_path();
    for (const fs::path& place : {folder / module_name, folder.parent_path() / "lib" / "jitbox" / module_name,
                                  folder.parent_path() / "bin" / module_name}) {
        if (fs::exists(place, error)) return place;
    }
    return {};
}

Result<OpenCard> load_module() {
    const fs::path file = module_file();
    if (file.empty())
        return fail("engine xrt: " + std::string(module_name) + " is not installed beside this program",
                    "build the target jitbox-xrt, or use engine native");
    if (std::getenv("XILINX_XRT") == nullptr)
        return fail("engine xrt: XILINX_XRT is not set",
                    "source /opt/xilinx/xrt/setup.sh for a card, or build/release/jitbox-card-model/env.sh for the model");
    void* const handle = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL); // never closed: XRT has threads and exit handlers
    if (handle == nullptr) return fail("engine xrt: " + std::string(::dlerror()), "install XRT (libxrt1), or use engine native");
    void* const symbol = ::dlsym(handle, open_card_symbol);
    if (symbol == nullptr)
        return fail("engine xrt: " + file.string() + " is not of this build", "build the target jitbox-xrt again");
    return reinterpret_cast<OpenCard>(symbol);
}

} // namespace

Result<std::unique_ptr<Engine>> make_engine(const EngineChoice& choice) {
    if (choice.name == "native") return make_native_engine();
    if (choice.name != "xrt") return fail("engine: '" + choice.name + "' is unknown", "use native or xrt");
    if (choice.xclbin.empty())
        return fail("engine xrt: no card image is named", "give its file: engine.xclbin in the configuration, or JITBOX_XCLBIN");
    std::error_code error;
    if (!fs::exists(choice.xclbin, error))
        return fail("engine xrt: " + choice.xclbin + " does not exist", "give the card image's file");
    auto open_card = load_module();
    if (!open_card) return std::unexpected(open_card.error());
    return make_card_engine(
        [open = *open_card, choice] {
            std::string why;
            std::unique_ptr<CardPort> port(open(choice.xclbin.c_str(), choice.device, card_memory_bytes, why));
            if (!port) throw std::runtime_error(why);
            return port;
        },
        choice.deadline);
}

} // namespace jitbox::accel
