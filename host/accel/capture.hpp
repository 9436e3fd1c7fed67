// The record stream on file: exactly the bytes that an engine was given (NAME.records) and gave (NAME.answers), one record behind
// another and nothing around them, so that a capture is the input of a replay and a test vector as it stands.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "accel/engine.hpp"

#include <filesystem>
#include <fstream>

namespace jitbox::accel {

struct CaptureOptions {
    std::filesystem::path directory;                   ///< made when missing
    std::uint64_t max_bytes = std::uint64_t{1} << 30U; ///< of both files together; the capture ends with the last record that fits
    std::function<void(const std::string& why)> on_end{}; ///< called once, on the capture's thread: full, or the disk refused
};

/// `inner` with both of its streams on file. Records are copied and written by a thread of their own some 100 ms later: neither
/// submit nor drain waits for a disk. What goes wrong with the files ends the capture, never the engine. After reset() the streams
/// go on in a new pair of files, because a replay begins with an engine that knows nothing. Errors: the files cannot be made.
Result<std::unique_ptr<Engine>> make_capturing_engine(std::unique_ptr<Engine> inner, CaptureOptions options);

/// Reads a file of records, one after another.
class CaptureReader {
public:
    /// Errors: the file cannot be read.
    static Result<CaptureReader> open(const std::filesystem::path& file);

    /// The next record, empty at the end. Good until the next call. Errors: the disk.
    Result<BytesView> next();
    /// Bytes behind the last whole record: not 0 when whoever wrote it was cut short. Counts at the end only.
    [[nodiscard]] std::size_t left_over() const { return left_over_; }

private:
    CaptureReader(std::ifstream in, std::string name) : in_(std::move(in)), name_(std::move(name)) {}

    std::ifstream in_;
    std::string name_;
    Bytes record_;
    std::size_t left_over_ = 0;
};

} // namespace jitbox::accel
