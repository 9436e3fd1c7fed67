// Runs mempool_parser over a file of records (parser_stream, or any capture) and prints a digest of every output beat. C++14 and
// nothing but the kernel, so that Xilinx's own ap_int.h can stand in for ours (kernel_forms.cmake). usage: parser_digest FILE
// SPDX-License-Identifier: Apache-2.0
#include "hls/mempool_parser.hpp"
#include "hls/records.hpp"

#include <cstdint>
#include <cstdio>

using namespace jitbox;
using namespace jitbox::hlsk;

namespace {

struct Digest {
    std::uint64_t value;
    std::uint64_t swaps;
    std::uint64_t transactions;

    void take(BeatStream& out) {
        for (bool first = true; !out.empty();) {
            const Beat beat = out.read();
            const std::uint64_t kind = get_le<8>(beat.data, 0).to_uint64();
            if (first && kind == static_cast<std::uint64_t>(records::Kind::swap)) ++swaps;
            if (first && kind == static_cast<std::uint64_t>(records::Kind::tx_seen)) ++transactions;
            first = beat.last;
            for (int word = 0; word < 8; ++word) value = (value ^ get_le<64>(beat.data, word * 8).to_uint64()) * 1099511628211ULL;
        }
    }
};

} // namespace

int main(int argc, char** argv) {
    std::FILE* const file = argc == 2 ? std::fopen(argv[1], "rb") : nullptr;
    if (file == nullptr) {
        std::fputs("usage: parser_digest FILE\n", stderr);
        return 2;
    }
    static MempoolParserState state;
    BeatStream in;
    BeatStream out;
    Digest digest = {14695981039346656037ULL, 0, 0};
    unsigned char bytes[records::beat_bytes];
    std::uint32_t left = 0; // beats of the record that is read
    while (std::fread(bytes, sizeof(bytes), 1, file) == 1) {
        Beat beat;
        beat.data = 0;
        for (int i = 0; i < static_cast<int>(records::beat_bytes); ++i) put_le<8>(beat.data, i, ap_uint<8>(bytes[i]));
        if (left == 0)
            left = records::beats_of(
                static_cast<std::uint32_t>(get_le<32>(beat.data, static_cast<int>(records::header::payload_bytes)).to_uint64()));
        beat.last = --left == 0;
        in.write(beat);
        if (!beat.last) continue;
        mempool_parser(state, in, out);
        digest.take(out);
    }
    std::fclose(file);
    std::printf("%llu transactions, %llu swaps, digest %016llx\n", static_cast<unsigned long long>(digest.transactions),
                static_cast<unsigned long long>(digest.swaps), static_cast<unsigned long long>(digest.value));
    return digest.swaps * 2 >= digest.transactions && digest.transactions != 0 ? 0 : 1; // a digest of refusals would prove little
}
