// One Unix socket of XRT's hw_emu protocol: framed requests and answers. Private to the card's model.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <google/protobuf/message_lite.h>

#include <cstdint>
#include <string>

namespace jitbox::sim {

/// The other side has gone, or speaks something else. The model ends.
struct LinkClosed {
    std::string why;
};

/// Numbers of calls as XRT's xcl_macros.h has them.
enum class Call : std::uint32_t {
    close = 1,
    alloc_device_buffer = 4,
    free_device_buffer = 5,
    write_kernel_control = 9,
    read_kernel_control = 11,
    get_device_timestamp = 17,
    get_debug_messages = 19,
    set_environment = 20,
    host_read = 34,
    host_write = 35,
};

struct Request {
    std::uint32_t call = 0;
    std::string body;
};

class RpcLink {
public:
    /// Connects to the Unix socket at `path`; waits for it to appear for at most `seconds`. Throws LinkClosed.
    RpcLink(const std::string& path, int seconds);
    ~RpcLink();
    RpcLink(const RpcLink&) = delete;
    RpcLink& operator=(const RpcLink&) = delete;

    /// A request waits, or arrives within `milliseconds`. Throws LinkClosed when the other side is gone.
    bool readable(int milliseconds);
    Request receive();
    void answer(const google::protobuf::MessageLite& message);
    /// Sends a request and waits for its answer.
    void call(Call call, const google::protobuf::MessageLite& request, google::protobuf::MessageLite& response);
    /// Sends the header of a request without a body: how the driver's memory thread is told to end.
    void call_header_only(Call call);

private:
    void write_all(const std::string& bytes);
    std::string read_exactly(std::size_t size);

    int socket_ = -1;
};

} // namespace jitbox::sim
