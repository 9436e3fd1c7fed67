// The HSM worker.
// SPDX-License-Identifier: Apache-2.0
#include "signer/hsm_worker.hpp"

#include "signer/hsm_wire.hpp"

#include <csignal>
#include <sys/prctl.h>
#include <unistd.h>

namespace jitbox::signer {
namespace {

constexpr auto forever = std::chrono::hours(24 * 365);

/// The worker ends with the signer, also when it hangs in the module, and leaves no core file with a PIN in it.
void bind_to_parent() {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::prctl(PR_SET_DUMPABLE, 0);
    if (::getppid() == 1) _exit(1); // the signer died before the line above
}

HsmResult<std::unique_ptr<HsmToken>> open_token() {
    std::string packet;
    if (receive_packet(worker_fd, packet, std::chrono::steady_clock::now() + forever) != Received::packet)
        return std::unexpected(HsmFailure{.error = {.what = "hsm: the signer is gone", .hint = {}}, .pin = {}});
    const auto settings = parse_hello(packet);
    OPENSSL_cleanse(packet.data(), packet.size());
    if (!settings) return std::unexpected(HsmFailure{.error = settings.error(), .pin = {}});
    return HsmToken::open(*settings);
}

} // namespace

int run_hsm_worker() {
    bind_to_parent();
    const auto token = open_token();
    if (!token) return send_packet(worker_fd, format_ready(std::unexpected(token.error()))) ? 2 : 3;
    if (!send_packet(worker_fd, format_ready((*token)->keys()))) return 3;
    std::string packet;
    while (receive_packet(worker_fd, packet, std::chrono::steady_clock::now() + forever) == Received::packet) {
        const auto job = parse_job(packet);
        if (!job) return 4;
        if (!send_packet(worker_fd, format_signature((*token)->sign(job->key, job->digest)))) return 3;
    }
    // No clean-up of the module: a module that hangs in C_Finalize would keep the process.
    _exit(0);
}

} // namespace jitbox::signer
