// Clients of jit-signer: an asynchronous one for the signing socket, a plain one for the control socket.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "signer/protocol.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace boost::asio {
class io_context;
}

namespace jitbox::signer {

/// Keeps one connection open to the signing socket and re-opens it on the next request after a break. All calls and all handlers on
/// the io_context's thread. Requests may overlap; each has its own deadline. When a request ends with `deadline`, or with
/// `disconnected` after it was sent, the signer may have bound the nonces: recall() or void the lane, do not reuse its nonces.
class SigningClient {
public:
    using BundleHandler = std::function<void(Answer<SignedBundle>)>;
    using LanesHandler = std::function<void(Answer<Lanes>)>;
    using MenuHandler = std::function<void(Answer<MenuState>)>;

    SigningClient(boost::asio::io_context& io, std::string socket_path, std::chrono::milliseconds deadline);
    ~SigningClient(); ///< handlers still waiting are not called
    SigningClient(const SigningClient&) = delete;
    SigningClient& operator=(const SigningClient&) = delete;

    void async_sign_bundle(SignBundleRequest request, BundleHandler handler);
    void async_recall(RecallRequest request, BundleHandler handler);
    void async_lanes(LanesHandler handler);
    /// Signs the bundle into the signer's menu; async_sign_bundle() of the same bytes then waits for no HSM.
    void async_prepare(SignBundleRequest request, MenuHandler handler);
    /// Tells the signer that the block is there, which ends the menu for it.
    void async_block(std::uint64_t number, MenuHandler handler);
    [[nodiscard]] bool connected() const noexcept;

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

/// One connection a call, synchronous, with a deadline. Works also when jitd is dead. Thread-safe.
class ControlClient {
public:
    ControlClient(std::string socket_path, std::chrono::milliseconds deadline);

    [[nodiscard]] Answer<SignerStatus> arm(const ArmRequest& request) const;
    [[nodiscard]] Answer<SignerStatus> renew(const RenewRequest& request) const;
    [[nodiscard]] Answer<SignerStatus> heartbeat() const;
    [[nodiscard]] Answer<SignerStatus> disarm(const DisarmRequest& request) const;
    [[nodiscard]] Answer<SignerStatus> estop(const EstopRequest& request) const;
    [[nodiscard]] Answer<SignerStatus> reset(const ResetRequest& request) const;
    [[nodiscard]] Answer<SignerStatus> status() const;
    [[nodiscard]] Answer<SignerStatus> endorse(const EndorseRequest& request) const;

private:
    [[nodiscard]] Answer<SignerStatus> call(ControlRequest request) const;
    std::string socket_path_;
    std::chrono::milliseconds deadline_;
};

} // namespace jitbox::signer
