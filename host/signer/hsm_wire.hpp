// Messages between the signer and its HSM worker, over a SOCK_SEQPACKET pair: one packet, one message; private to signer.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "signer/hsm_token.hpp"

#include <chrono>
#include <optional>

namespace jitbox::signer {

/// The worker's end of the pair; everything above it is closed when it starts.
inline constexpr int worker_fd = 3;

[[nodiscard]] std::string format_hello(const TokenSettings& settings); ///< a line, and the PIN after it: wipe after use
[[nodiscard]] Result<TokenSettings> parse_hello(std::string_view packet);
[[nodiscard]] std::string format_ready(const HsmResult<std::vector<HsmKey>>& keys);
[[nodiscard]] HsmResult<std::vector<HsmKey>> parse_ready(std::string_view packet);

struct SignJob {
    std::uint32_t key = 0;
    Bytes32 digest{};
};
[[nodiscard]] std::string format_job(const SignJob& job);
[[nodiscard]] std::optional<SignJob> parse_job(std::string_view packet);
[[nodiscard]] std::string format_signature(const HsmResult<RawSignature>& signature);
[[nodiscard]] HsmResult<RawSignature> parse_signature(std::string_view packet);

/// Never waits: one message at a time is under way. False: the other side is gone, or does not read.
[[nodiscard]] bool send_packet(int fd, std::string_view packet);
enum class Received : std::uint8_t { packet, closed, deadline };
/// Waits until `deadline` at most.
[[nodiscard]] Received receive_packet(int fd, std::string& packet, std::chrono::steady_clock::time_point deadline);

} // namespace jitbox::signer
