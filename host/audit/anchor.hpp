// Where the end of the audit chain is kept outside of the file, so that whoever can rewrite the file cannot rewrite its end.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "audit/log.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace jitbox::audit {

/// A place that remembers a head. Blocking: AnchorKeeper calls it on a thread of its own.
class Anchor {
public:
    virtual ~Anchor() = default;
    /// The newest head that it vouches for; empty when it has never been given one. Errors: not reachable, or its own evidence
    /// contradicts itself (which is tampering).
    [[nodiscard]] virtual Result<std::optional<Head>> read() = 0;
    /// Durable there when it returns.
    [[nodiscard]] virtual Result<void> write(const Head& head) = 0;
    /// Makes the place where it needs making (the NV index of a TPM). Errors: it is there already.
    [[nodiscard]] virtual Result<void> create() = 0;
    [[nodiscard]] virtual std::string name() const = 0;
};

/// A file of the head's one line, meant for another mount than the log's (another disk, a network file system of another host).
[[nodiscard]] std::unique_ptr<Anchor> make_file_anchor(std::string path);

/// An NV index of type "extend" in a TPM 2.0 (TCG TPM 2.0 library, part 3, TPM2_NV_Extend): its value can only become
/// SHA-256(value || head hash), so that nobody can set it back. The heads that went into it stand in `list_path`, which needs no
/// protection: the TPM's value proves them. `tcti` as in tpm2-tss ("device:/dev/tpmrm0", "swtpm:host=..,port=.."; empty: its
/// default).
[[nodiscard]] std::unique_ptr<Anchor> make_tpm_anchor(std::string tcti, std::uint32_t nv_index, std::string list_path);

/// "file:<path>" or "tpm:<NV index>[:<tcti>]", e.g. "tpm:0x01c10101:device:/dev/tpmrm0". `log_path`: the audit file.
/// Errors: anything else.
[[nodiscard]] Result<std::unique_ptr<Anchor>> make_anchor(std::string_view spec, const std::string& log_path);

struct AnchorStatus {
    std::string name;                    ///< empty: no anchor is configured
    Head anchored;                       ///< the last head that is known to be there
    std::chrono::milliseconds behind{0}; ///< how long the oldest record that is not there yet has been waiting
    std::string error;                   ///< of the last attempt; empty while all is well
};

/// Brings heads to the anchor on a thread of its own, the newest only: an append, and an emergency stop, never wait for it.
/// Thread-safe. When it is destroyed while the anchor hangs, the thread is left behind.
class AnchorKeeper {
public:
    struct Options {
        std::chrono::milliseconds interval{1000};     ///< between two writes: TPMs wear out and are slow
        std::chrono::milliseconds retry{1000};        ///< after a failure
        std::chrono::milliseconds first_read{10'000}; ///< longest wait for the anchor at the start
        std::chrono::milliseconds last_write{2000};   ///< longest wait for the last head at the end
    };

    /// Reads the anchor. Errors: those of Anchor::read, or no answer in time.
    [[nodiscard]] static Result<std::unique_ptr<AnchorKeeper>> start(std::unique_ptr<Anchor> anchor, Options options);
    ~AnchorKeeper();
    AnchorKeeper(const AnchorKeeper&) = delete;
    AnchorKeeper& operator=(const AnchorKeeper&) = delete;

    /// What the anchor held at the start.
    [[nodiscard]] const std::optional<Head>& found() const { return found_; }
    void note(const Head& head);
    [[nodiscard]] AnchorStatus status() const;
    /// Waits until the newest head is there. False when that took too long.
    [[nodiscard]] bool flush(std::chrono::milliseconds timeout);

private:
    struct State;
    explicit AnchorKeeper(std::shared_ptr<State> state);
    std::shared_ptr<State> state_;
    std::optional<Head> found_;
};

} // namespace jitbox::audit
