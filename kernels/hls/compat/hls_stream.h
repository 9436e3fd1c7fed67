// hls::stream<T> in Vitis's spelling: a growing ring for one thread, so that a kernel's csim and the native engine are the same
// code. SPDX-License-Identifier: Apache-2.0
#ifndef JITBOX_HLS_COMPAT_HLS_STREAM_H
#define JITBOX_HLS_COMPAT_HLS_STREAM_H

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <vector>

namespace hls {

/// First in, first out. In hardware DEPTH bounds it; here it grows, because one function runs to its end before the next starts.
template <typename T, int DEPTH = 0>
class stream {
public:
    stream() : slots_(64) {}
    explicit stream(const char* name) : slots_(64), name_(name) {}
    stream(const stream&) = delete;
    stream& operator=(const stream&) = delete;

    bool empty() const { return head_ == tail_; }
    bool full() const { return false; }
    std::size_t size() const { return tail_ - head_; }

    /// In hardware this waits for data. Here nobody else could bring it: reading an empty stream is a fault of the kernel.
    T read() {
        if (empty()) die();
        return slots_[head_++ & (slots_.size() - 1)];
    }
    void read(T& out) { out = read(); }
    bool read_nb(T& out) {
        if (empty()) return false;
        out = slots_[head_++ & (slots_.size() - 1)];
        return true;
    }
    void write(const T& value) {
        if (size() == slots_.size()) grow();
        slots_[tail_++ & (slots_.size() - 1)] = value;
    }
    bool write_nb(const T& value) {
        write(value);
        return true;
    }
    stream& operator<<(const T& value) {
        write(value);
        return *this;
    }
    stream& operator>>(T& out) {
        out = read();
        return *this;
    }

private:
    void grow() {
        std::vector<T> wider(slots_.size() * 2);
        const std::size_t count = size();
        for (std::size_t i = 0; i < count; ++i) wider[i] = slots_[(head_ + i) & (slots_.size() - 1)];
        slots_.swap(wider);
        head_ = 0;
        tail_ = count;
    }
    [[noreturn]] void die() const {
        std::fprintf(stderr, "hls::stream %s: read while empty\n", name_);
        std::abort();
    }

    std::vector<T> slots_; // a power of two
    std::size_t head_ = 0;
    std::size_t tail_ = 0;
    const char* name_ = "";
};

} // namespace hls

#endif
