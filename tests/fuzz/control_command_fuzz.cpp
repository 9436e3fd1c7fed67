// What jitctl's socket hands to jitd: lines of any bytes, and commands with arguments of any kind, through the real server and the
// real commands, with a real audit log. No crash; every line has one answer; nothing but a stop is done for a stranger, and nothing
// else without its records.
// SPDX-License-Identifier: Apache-2.0
#include "control/commands.hpp"
#include "control/server.hpp"
#include "support/temp_dir.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/write.hpp>

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>

namespace {

using namespace jitbox;

void require(bool good) {
    if (!good) std::abort();
}

/// Counts what it is asked to do, and answers at once.
class Counting final : public control::Appliance {
public:
    std::uint64_t changes = 0;
    std::uint64_t stops = 0;

    void arm(const control::ArmCommand& command, control::Respond respond) override {
        require(command.ttl.count() > 0 && command.ttl <= std::chrono::hours(24));
        change(respond);
    }
    void renew(const control::RenewCommand& command, control::Respond respond) override {
        require(command.ttl.count() > 0 && command.ttl <= std::chrono::hours(24));
        change(respond);
    }
    void reset(const control::ResetCommand& /*unused*/, control::Respond respond) override { change(respond); }
    void disarm(const std::string& /*unused*/, const std::string& /*unused*/, control::Respond respond) override { stop(respond); }
    void estop(const std::string& /*unused*/, const std::string& /*unused*/, control::Respond respond) override { stop(respond); }
    void approval_request(const control::Approvable& /*unused*/, control::Respond respond) override { respond("{}"); }
    void status(control::Respond respond) override { respond("{}"); }
    void pools(control::Respond respond) override { respond("[]"); }
    void decisions(std::size_t limit, control::Respond respond) override { rows(limit, respond); }
    void bundles(std::size_t limit, control::Respond respond) override { rows(limit, respond); }
    void audit_verify(control::Respond respond) override { respond("{}"); }
    void risk_command(const control::RiskCommand& command, control::Respond respond) override {
        using Kind = control::RiskCommand::Kind;
        if (command.kind == Kind::status || command.kind == Kind::events || command.kind == Kind::reviews)
            respond("{}");
        else
            change(respond);
    }

private:
    void change(const control::Respond& respond) {
        ++changes;
        respond("{}");
    }
    void stop(const control::Respond& respond) {
        ++stops;
        respond("{}");
    }
    static void rows(std::size_t limit, const control::Respond& respond) {
        require(limit <= 10'000);
        respond("[]");
    }
};

/// jitd's socket, started once: a connection costs more than a line.
struct Rig {
    Rig() {
        socket.connect(boost::asio::local::stream_protocol::endpoint(options.socket_path));
        io.poll();
    }

    const test::TempDir dir;
    boost::asio::io_context io;
    Counting appliance;
    std::unique_ptr<audit::Log> log = audit::Log::open(dir.file("audit")).value();
    control::Commands own{appliance, *log, ::getuid()};
    control::Commands strange{appliance, *log, ::getuid() + 1}; ///< for which we are nobody
    bool as_stranger = false;
    std::uint64_t asked = 0;
    control::ServerOptions options{.socket_path = dir.file("s"), .idle_timeout = std::chrono::hours(24)};
    control::Server server{
        io, options, [this](control::Request request, const control::Respond& respond) { take(std::move(request), respond); }};
    bool listening = server.start().has_value();
    boost::asio::local::stream_protocol::socket socket{io};

    void take(control::Request request, const control::Respond& respond) {
        ++asked;
        if (as_stranger) request.peer.uid = ::getuid() + 2; // no user's: root may do all
        const std::uint64_t changes = appliance.changes;
        const std::uint64_t stops = appliance.stops;
        const std::uint64_t before = log->head().seq;
        int answers = 0;
        (as_stranger ? strange : own).handle(request, [&](const control::Answer& answer) {
            ++answers;
            respond(answer);
        });
        require(answers == 1);
        require(request.op != "estop" || appliance.stops == stops + 1);
        require(!as_stranger || appliance.changes == changes);
        require(appliance.changes == changes || log->head().seq == before + 2);
    }
};

constexpr std::array ops = {"arm",     "renew",      "reset",       "approval-request", "estop",        "disarm", "status",
                            "pools",   "watch",      "bundles",     "decisions",        "audit-verify", "risk",   "risk-events",
                            "reviews", "risk-level", "risk-limits", "risk-acknowledge", "review"};
constexpr std::array names = {"ttl_s", "max_notional_wei", "loss_budget_wei", "pools", "approvals", "reason",
                              "level", "review",           "approve",         "limit", "action"};

/// One command: an op, then arguments, each a name and the JSON that follows it up to a zero byte.
std::string command_of(std::string_view text) {
    const auto pick = [&text](const auto& table) {
        const std::size_t at = text.empty() ? 0 : static_cast<std::uint8_t>(text[0]);
        text.remove_prefix(text.empty() ? 0 : 1);
        return std::string(table.at(at % table.size()));
    };
    std::string out = "{\"op\":\"" + pick(ops) + "\",\"args\":{";
    for (bool first = true; !text.empty(); first = false) {
        out += std::string(first ? "\"" : ",\"") + pick(names) + "\":";
        const std::size_t end = std::min(text.find('\0'), text.size());
        out += text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out + "}}";
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    static auto* const rig = new Rig; // for ever: the fuzzer ends without destructors
    rig->as_stranger = data[0] % 2 != 0;
    const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
    const std::string lines = (data[0] % 4 < 2 ? std::string(text) : command_of(text)) + "\n";
    const auto expected = static_cast<std::size_t>(std::count(lines.begin(), lines.end(), '\n'));
    boost::asio::write(rig->socket, boost::asio::buffer(lines));
    std::size_t answers = 0;
    std::array<char, 65'536> buffer{};
    while (answers < expected) {
        rig->io.restart();
        rig->io.poll();
        const ssize_t got = ::recv(rig->socket.native_handle(), buffer.data(), buffer.size(), MSG_DONTWAIT);
        if (got > 0) answers += static_cast<std::size_t>(std::count(buffer.begin(), buffer.begin() + got, '\n'));
        require(got != 0); // the server closed it
    }
    require(answers == expected);
    return 0;
}
