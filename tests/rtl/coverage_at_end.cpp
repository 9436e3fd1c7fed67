// With JITBOX_RTL_COVERAGE: writes the line counts of the models to the file in JITBOX_RTL_COVERAGE_FILE after the last test.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <verilated.h>
#include <verilated_cov.h>

#include <cstdlib>
#include <new>

// The counters are inside the models, which tests delete as they please, and Verilator reads them through pointers when it writes:
// so nothing of a model's size is given back before the end, and nothing that stands on cache lines, as large models do.
void operator delete(void* memory, std::size_t bytes) noexcept {
    constexpr std::size_t kept_from = 520;    // beyond a std::deque's blocks
    if (bytes < kept_from) std::free(memory); // NOLINT(cppcoreguidelines-no-malloc): what new took
}
void operator delete(void* /*memory*/, std::size_t /*bytes*/, std::align_val_t /*alignment*/) noexcept {}

namespace {

class CoverageAtEnd : public testing::Environment {
public:
    void TearDown() override {
        const char* const file = std::getenv("JITBOX_RTL_COVERAGE_FILE");
        if (file != nullptr) Verilated::threadContextp()->coveragep()->write(file);
    }
};

const testing::Environment* const registered = testing::AddGlobalTestEnvironment(new CoverageAtEnd);

} // namespace
