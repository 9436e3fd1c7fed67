// Writes a file of records for parser_digest: every router form, whole and damaged. usage: parser_stream FILE [TRANSACTIONS]
// SPDX-License-Identifier: Apache-2.0
#include "parser_harness.hpp"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <random>

namespace {

using namespace jitbox;
using namespace jitbox::test;

const std::vector<RouterKind> kinds{RouterKind::swap_router,           RouterKind::swap_router02,
                                    RouterKind::universal_router_v1_0, RouterKind::universal_router,
                                    RouterKind::universal_router_v2,   RouterKind::universal_router_v2_1};

Bytes20 router_of(std::size_t kind) {
    return address_of(static_cast<std::uint8_t>(0x40 + kind));
}

Bytes single(std::uint32_t selector) {
    return Calldata(selector)
        .word(address_of(1))
        .word(address_of(2))
        .word(3000)
        .word(address_of(9))
        .word(5)
        .word(7)
        .word(1)
        .word(0)
        .get();
}

Bytes multicall(const std::vector<Bytes>& calls) {
    return Calldata(0xac9650d8).word(32).append(array_of(calls)).get();
}

/// What this kind takes, of which some damaged form is drawn.
std::vector<Bytes> calls_of(RouterKind kind) {
    const Bytes path = path_of({address_of(1), address_of(2), address_of(3)}, 500);
    if (kind == RouterKind::swap_router) return {single(0x414bf389), multicall({single(0xdb3e2198), single(0x414bf389)})};
    if (kind == RouterKind::swap_router02)
        return {single(0x04e45aaf), multicall({single(0x5023b4df), multicall({single(0x04e45aaf)})}),
                Calldata(0xb858183f).word(32).word(128).word(address_of(9)).word(5).word(7).bytes(path).get()};
    Calldata leg;
    leg.word(address_of(9)).word(7).word(3).word(kind == RouterKind::universal_router_v2_1 ? 192 : 160).word(1);
    if (kind == RouterKind::universal_router_v2_1) leg.word(192 + 32 + (path.size() + 31) / 32 * 32);
    leg.bytes(path);
    if (kind == RouterKind::universal_router_v2_1) leg.word(0);
    const Bytes inner = plan({0x00, 0x01}, {leg.get(), leg.get()});
    return {execute({0x00}, {leg.get()}), execute({0x01, 0xa1, 0x00}, {leg.get(), inner, leg.get()}),
            execute({0xa1}, {plan({0x21}, {inner})})};
}

} // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        std::fputs("usage: parser_stream FILE [TRANSACTIONS]\n", stderr);
        return 2;
    }
    std::ofstream out(argv[1], std::ios::binary);
    const auto write = [&out](const Bytes& record) {
        out.write(reinterpret_cast<const char*>(record.data()), static_cast<std::streamsize>(record.size()));
    };
    std::vector<accel::RouterEntry> routers;
    for (std::size_t i = 0; i < kinds.size(); ++i)
        routers.push_back({.address = router_of(i), .kind = kinds[i], .factory = address_of(0xfa)});
    write(accel::to_record(1, routers));
    std::mt19937_64 random(20'261); // NOLINT(cert-msc51-cpp): the same file every time
    const int count = argc > 2 ? std::atoi(argv[2]) : 3000;
    for (int i = 0; i < count; ++i) {
        const std::size_t kind = random() % kinds.size();
        const std::vector<Bytes> calls = calls_of(kinds[kind]);
        Bytes raw = call(router_of(kind), calls[random() % calls.size()]);
        for (std::uint64_t damages = random() % 3; damages != 0; --damages)
            raw[random() % raw.size()] = static_cast<std::uint8_t>(random());
        write(accel::tx_record(static_cast<std::uint64_t>(i) + 2, raw));
    }
    return out.flush() ? 0 : 1;
}
