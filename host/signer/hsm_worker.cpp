// The HSM worker.
// SPDX-License-Identifier: Apache-2.0
#include "signer/hsm_worker.hpp"

#include "signer/hsm_wire.hpp"
#include "signer/key_file.hpp"
#include "signer/sandbox.hpp"

#include <csignal>
#include <openssl/crypto.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

namespace jitbox::signer {
namespace {

constexpr auto forever = std::chrono::hours(24 * 365);

/// The module and libp11 keep copies of the PIN, SoftHSM2 keys: all of the process stays out of the swap, where the unit allows it
/// (LimitMEMLOCK=infinity). Below that, a limit reached later would fail the module's allocations.
void lock_memory() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_MEMLOCK, &limit) == 0 && limit.rlim_cur == RLIM_INFINITY) ::mlockall(MCL_CURRENT | MCL_FUTURE);
}

/// The worker ends with the signer, also when it hangs in the module, and leaves no core file with a PIN in it.
void bind_to_parent() {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    forbid_core_files();
    lock_memory();
    if (::getppid() == 1) _exit(1); // the signer died before the line above
}

HsmResult<std::unique_ptr<SigningToken>> open_token() {
    std::string packet;
    if (receive_packet(worker_fd, packet, std::chrono::steady_clock::now() + forever) != Received::packet)
        return std::unexpected(HsmFailure{.error = {.what = "hsm: the signer is gone", .hint = {}}, .pin = {}});
    const auto settings = parse_hello(packet);
    OPENSSL_cleanse(packet.data(), packet.size());
    if (!settings) return std::unexpected(HsmFailure{.error = settings.error(), .pin = {}});
    if (auto inside = enter_sandbox(SandboxRole::worker, settings->network); !inside)
        return std::unexpected(HsmFailure{.error = inside.error(), .pin = {}});
    if (!settings->key_file.empty()) return open_key_file(*settings);
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
