// What cards there are (through the OpenCL loader, which knows every installed driver), whether one computes right, and its reset.
// SPDX-License-Identifier: Apache-2.0
#include "apps/jitctl/card_command.hpp"

#include "accel/engine.hpp"
#include "apps/jitctl/commands.hpp"
#include "apps/offline/self_test.hpp"
#include "apps/text/command_line.hpp"

#define CL_TARGET_OPENCL_VERSION 120
#include <CL/cl.h>
#include <CLI/CLI.hpp>
#include <dlfcn.h>

#include <array>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

namespace jitbox::apps {
namespace {

constexpr auto self_test_deadline = std::chrono::seconds{60}; // a simulated card is slow

template <typename Function>
Function function_of(void* library, const char* name) {
    return reinterpret_cast<Function>(::dlsym(library, name));
}

/// Prints every device of every OpenCL platform. Returns how many.
int list_opencl() {
    void* const library = ::dlopen("libOpenCL.so.1", RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) {
        std::cout << "opencl: no loader (libOpenCL.so.1) on this machine\n";
        return 0;
    }
    const auto platforms_of = function_of<decltype(&clGetPlatformIDs)>(library, "clGetPlatformIDs");
    const auto devices_of = function_of<decltype(&clGetDeviceIDs)>(library, "clGetDeviceIDs");
    const auto text_of = function_of<decltype(&clGetDeviceInfo)>(library, "clGetDeviceInfo");
    if (platforms_of == nullptr || devices_of == nullptr || text_of == nullptr) return 0;
    std::array<cl_platform_id, 16> platforms{};
    cl_uint platform_count = 0;
    if (platforms_of(platforms.size(), platforms.data(), &platform_count) != CL_SUCCESS) platform_count = 0;
    int found = 0;
    for (cl_uint p = 0; p < std::min<cl_uint>(platform_count, platforms.size()); ++p) {
        std::array<cl_device_id, 16> devices{};
        cl_uint device_count = 0;
        if (devices_of(platforms[p], CL_DEVICE_TYPE_ALL, devices.size(), devices.data(), &device_count) != CL_SUCCESS) continue;
        for (cl_uint d = 0; d < std::min<cl_uint>(device_count, devices.size()); ++d, ++found) {
            std::array<char, 256> name{};
            (void)text_of(devices[d], CL_DEVICE_NAME, name.size() - 1, name.data(), nullptr);
            std::cout << "opencl: " << name.data() << '\n';
        }
    }
    if (found == 0) std::cout << "opencl: no device\n";
    return found;
}

/// Opening a card resets it: it forgets pools and records, and starts frozen or not as it was told.
Result<std::unique_ptr<accel::Engine>> open_card(const accel::EngineChoice& choice) {
    auto engine = accel::make_engine(choice);
    if (engine) std::cout << "xrt: device " << choice.device << ": " << (*engine)->info().detail << '\n';
    return engine;
}

int test_card(accel::Engine& engine) {
    if (const auto tested = run_self_test(engine, self_test_deadline); !tested) {
        std::cerr << "jitctl card: the self-test failed: " << tested.error().text()
                  << "\n    -> do not use this image for decisions; the native engine is not concerned\n";
        return 1;
    }
    std::cout << "self-test: every figure as expected\n";
    return 0;
}

} // namespace

int card_command(int argc, char** argv) {
    CLI::App app{"card: the accelerator card. Each command opens it, which resets it: not beside a running jitd.", "jitctl card"};
    accel::EngineChoice choice;
    choice.name = "xrt";
    if (const char* const image = std::getenv("JITBOX_XCLBIN"); image != nullptr) choice.xclbin = image;
    app.require_subcommand(1);
    CLI::App* const list = app.add_subcommand("list", "what the OpenCL loader and XRT know, and what the card is");
    CLI::App* const test = app.add_subcommand("test", "the self-test with known figures, on the card");
    CLI::App* const reset = app.add_subcommand("reset", "makes it forget everything");
    for (CLI::App* command : {list, test, reset}) {
        command->add_option("--device", choice.device, "XRT's device index")->capture_default_str();
        command->add_option("--xclbin", choice.xclbin, "the card's image; default: JITBOX_XCLBIN");
    }
    if (const auto code = parse_command_line(app, argc, argv)) return *code;
    if (list->parsed()) list_opencl();
    auto engine = open_card(choice);
    if (!engine) return print_error({"card: " + engine.error().what, engine.error().hint});
    if (test->parsed()) return test_card(**engine);
    if (reset->parsed()) std::cout << "reset: done; it holds no pools\n";
    return 0;
}

} // namespace jitbox::apps
