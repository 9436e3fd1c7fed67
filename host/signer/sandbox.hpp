// What the signer and its workers give up before they touch a key: system calls, sockets, core files, new privileges.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"

#include <cstdint>

namespace jitbox::signer {

enum class SandboxRole : std::uint8_t {
    signer, ///< may start its workers; Unix sockets only
    worker, ///< may start nothing; loads the PKCS#11 module
};
enum class Network : std::uint8_t {
    none,
    internet, ///< IPv4, IPv6 and netlink besides, for modules that reach their HSM by network: workers inherit what the signer may
              ///< not
};

/// For the calling thread and all that it starts, for ever: no core file, no ptrace by others of this user, no new privileges by
/// exec, and an allow-list of system calls (libseccomp). What is not on the list fails with EPERM: a library that probes goes on,
/// an intruder gets nothing. Call before the first thread starts. Errors: the kernel has no seccomp filters.
[[nodiscard]] Result<void> enter_sandbox(SandboxRole role, Network network);

/// No core file and not readable through /proc by others of this user: what enter_sandbox() does first, for programs that read a
/// secret before they know their role.
void forbid_core_files();

} // namespace jitbox::signer
