// Two signatures through the signing socket of a real jit-signer on SoftHSM2, against the same two by libsecp256k1 in this process.
// Run by signer.sh, which prepares token and configuration: signer_bench SIGNING_SOCKET CONTROL_SOCKET sequence|parallel [ROUNDS]
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

/// What stands in the menu when a bundle is asked for.
enum class Menu { off, holds_it, holds_another };

/// The signing socket, one request at a time.
class Client {
public:
    explicit Client(const std::string& socket) : client_(io_, socket, std::chrono::seconds(10)) {}
    [[nodiscard]] bool sign(const signer::SignBundleRequest& request) {
        return wait<signer::SignedBundle>([&](auto handler) { client_.async_sign_bundle(request, handler); });
    }
    [[nodiscard]] bool prepare(const signer::SignBundleRequest& request) {
        return wait<signer::MenuState>([&](auto handler) { client_.async_prepare(request, handler); });
    }

private:
    template <typename T, typename Start>
    bool wait(Start start) {
        std::optional<bool> good;
        start([&](signer::Answer<T> answer) {
            good = answer.has_value();
            if (!answer) std::fprintf(stderr, "%s\n", answer.error().what.c_str());
        });
        io_.restart();
        while (!good) io_.run_one();
        return *good;
    }
    boost::asio::io_context io_;
    signer::SigningClient client_;
};

std::vector<double> through_the_socket(const std::string& socket, std::uint64_t rounds, Menu menu, std::uint64_t first_nonce) {
    constexpr std::uint64_t warm_up = 10;
    Client client(socket);
    std::vector<double> samples;
    for (std::uint64_t i = 0; i < rounds + warm_up; ++i) {
        const std::uint64_t nonce = first_nonce + 2 * i;
        const auto request = test::Bundle(nonce).request();
        test::Bundle candidate(nonce);
        if (menu == Menu::holds_another) candidate.mint_call.amount0_max -= 1;
        if (menu != Menu::off && !client.prepare(candidate.request())) return {};
        const auto start = Time::now();
        if (!client.sign(request)) return {};
        if (i >= warm_up) samples.push_back(microseconds(Time::now() - start));
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
    if (argc < 4) {
        std::fprintf(stderr, "usage: signer_bench SIGNING_SOCKET CONTROL_SOCKET sequence|parallel [ROUNDS]\n");
        return 2;
    }
    const std::string socket = argv[1];
    const bool parallel = std::string_view(argv[3]) == "parallel";
    const std::uint64_t rounds = argc > 4 ? std::strtoull(argv[4], nullptr, 10) : 500;
    const auto armed = signer::ControlClient(argv[2], std::chrono::seconds(10)).arm(test::lease_terms());
    if (!armed) {
        std::fprintf(stderr, "arm: %s\n", armed.error().what.c_str());
        return 1;
    }
    auto samples = through_the_socket(socket, rounds, Menu::off, 0);
    if (samples.empty()) return 1;
    print(parallel ? "two signatures, in parallel" : "two signatures, one after the other", samples);
    if (!parallel) return 0;
    auto hits = through_the_socket(socket, rounds, Menu::holds_it, 100'000);
    auto misses = through_the_socket(socket, rounds, Menu::holds_another, 200'000);
    auto software = in_this_process(rounds);
    if (hits.empty() || misses.empty() || software.empty()) return 1;
    print("two signatures, from the menu (a hit)", hits);
    print("two signatures, not in the menu (a miss)", misses);
    print("two signatures, libsecp256k1 in process", software);
    std::printf("ratio of the medians, parallel to libsecp256k1: %.1f\n", samples[rounds / 2] / software[rounds / 2]);
    return 0;
}
