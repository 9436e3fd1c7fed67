// A TPM 2.0 in software (swtpm), with its state in a directory: started, stopped and started again by a test.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <sys/types.h>

namespace jitbox::test {

class SoftwareTpm {
public:
    /// Starts on sockets in its directory. Throws when there is no swtpm (it is in packages.debian).
    explicit SoftwareTpm(std::string state_directory);
    ~SoftwareTpm();
    SoftwareTpm(const SoftwareTpm&) = delete;
    SoftwareTpm& operator=(const SoftwareTpm&) = delete;

    void start();  ///< again, with the same state and on the same sockets
    void stop();   ///< power off
    void freeze(); ///< it accepts connections and answers nothing, like a hung chip
    void thaw();

    /// For tpm2-tss.
    [[nodiscard]] std::string tcti() const;

private:
    bool try_start();
    [[nodiscard]] bool is_up() const;
    std::string directory_;
    pid_t process_ = -1;
};

} // namespace jitbox::test
