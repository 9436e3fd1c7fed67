// Two signatures through the signing socket of a real jit-signer on SoftHSM2, against the same two by libsecp256k1 in this process.
// Run by signer.sh, which prepares token and configuration: signer_bench SIGNING_SOCKET CONTROL_SOCKET [ROUNDS]
// SPDX-License-Identifier: Apache-2.0
#include "chain/keccak.hpp"
#include "signer/client.hpp"
#include "support/bundles.hpp"

#include <boost/asio.hpp>

#include <algorithm>
#include <cstdio>
#include <optional>

namespace {

using namespace jitbox;
using Time = std::chrono::steady_clock;

double microseconds(Time::duration time) {
    return std::chrono::duration<double, std::micro>(time).count();
}

void print(const char* name, std::vector<double>& samples) {
    std::ranges::sort(samples);
    const auto at = [&](double part) { return samples[static_cast<std::size_t>(static_cast<double>(samples.size() - 1) * part)]; };
    std::printf("%-42s p50 %8.0f us   p95 %8.0f us   p99 %8.0f us   (%zu)\n", name, at(0.5), at(0.95), at(0.99), samples.size());
}

std::vector<double> through_the_socket(const std::string& socket, std::uint64_t rounds) {
    boost::asio::io_context io;
    signer::SigningClient client(io, socket, std::chrono::seconds(10));
    std::vector<double> samples;
    for (std::uint64_t i = 0; i < rounds + 10; ++i) {
        test::Bundle bundle(2 * i);
        std::optional<bool> good;
        const auto start = Time::now();
        client.async_sign_bundle(bundle.request(), [&](signer::Answer<signer::SignedBundle> answer) {
            good = answer.has_value();
            if (!answer) std::fprintf(stderr, "%s\n", answer.error().what.c_str());
        });
        io.restart();
        while (!good) io.run_one();
        if (!*good) return {};
        if (i >= 10) samples.push_back(microseconds(Time::now() - start));
    }
    return samples;
}

std::vector<double> in_this_process(std::uint64_t rounds) {
    Bytes32 secret{};
    secret[31] = 7;
    std::vector<double> samples;
    for (std::uint64_t i = 0; i < rounds; ++i) {
        const auto request = test::Bundle(2 * i).request();
        const auto start = Time::now();
        const bool good = chain::sign_with_software_key(secret, chain::keccak256(request.mint_unsigned)).has_value() &&
                          chain::sign_with_software_key(secret, chain::keccak256(request.burn_unsigned)).has_value();
        if (!good) return {};
        samples.push_back(microseconds(Time::now() - start));
    }
    return samples;
}

} // namespace

int main(int argc, char** argv) {
    if (argc < 3) {
        std::fprintf(stderr, "usage: signer_bench SIGNING_SOCKET CONTROL_SOCKET [ROUNDS]\n");
        return 2;
    }
    const std::uint64_t rounds = argc > 3 ? std::strtoull(argv[3], nullptr, 10) : 500;
    const auto armed = signer::ControlClient(argv[2], std::chrono::seconds(10)).arm(test::lease_terms());
    if (!armed) {
        std::fprintf(stderr, "arm: %s\n", armed.error().what.c_str());
        return 1;
    }
    auto signer_samples = through_the_socket(argv[1], rounds);
    auto software_samples = in_this_process(rounds);
    if (signer_samples.empty() || software_samples.empty()) return 1;
    print("two signatures, jit-signer on SoftHSM2", signer_samples);
    print("two signatures, libsecp256k1 in process", software_samples);
    std::printf("ratio of the medians: %.1f\n", signer_samples[rounds / 2] / software_samples[rounds / 2]);
    return 0;
}
