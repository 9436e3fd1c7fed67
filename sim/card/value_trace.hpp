// Writes a few signals as a value change dump (IEEE 1364, clause 18), in any build: Verilator's own traces are an option of the
// build and have every signal. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstdio>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace jitbox::sim {

struct TracedSignal {
    const char* name;
    int bits;
};

class ValueTrace {
public:
    /// Throws std::runtime_error when the file cannot be written.
    ValueTrace(const std::string& file, const char* module, std::vector<TracedSignal> signals)
        : signals_(std::move(signals)), last_(signals_.size()), out_(std::fopen(file.c_str(), "w")) {
        if (out_ == nullptr) throw std::runtime_error("cannot write the trace " + file);
        std::fprintf(out_, "$timescale 1ns $end\n$scope module %s $end\n", module);
        for (std::size_t i = 0; i < signals_.size(); ++i)
            std::fprintf(out_, "$var wire %d %c %s $end\n", signals_[i].bits, code(i), signals_[i].name);
        std::fputs("$upscope $end\n$enddefinitions $end\n", out_);
    }
    ~ValueTrace() { (void)std::fclose(out_); }
    ValueTrace(const ValueTrace&) = delete;
    ValueTrace& operator=(const ValueTrace&) = delete;

    /// What changed since the last one. Time in half clocks.
    void sample(std::uint64_t half_clock, std::span<const std::uint64_t> now) {
        bool stamped = false;
        for (std::size_t i = 0; i < signals_.size(); ++i) {
            if (!first_ && now[i] == last_[i]) continue;
            if (!stamped) std::fprintf(out_, "#%llu\n", static_cast<unsigned long long>(half_clock));
            stamped = true;
            write(i, now[i]);
            last_[i] = now[i];
        }
        first_ = false;
    }

private:
    void write(std::size_t i, std::uint64_t value) {
        if (signals_[i].bits > 1) std::fputc('b', out_);
        for (int bit = signals_[i].bits - 1; bit >= 0; --bit) std::fputc((value >> bit & 1U) != 0 ? '1' : '0', out_);
        if (signals_[i].bits > 1) std::fputc(' ', out_);
        std::fprintf(out_, "%c\n", code(i));
    }
    static char code(std::size_t i) { return static_cast<char>('!' + i); }

    std::vector<TracedSignal> signals_;
    std::vector<std::uint64_t> last_;
    std::FILE* out_;
    bool first_ = true;
};

} // namespace jitbox::sim
