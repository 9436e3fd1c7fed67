// The sandbox chain as a child process, and a node connection to drive from a test.
// SPDX-License-Identifier: Apache-2.0
#include "integration/feed/sandbox.hpp"

#include "base/hex.hpp"

#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <spawn.h>
#include <sstream>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

extern char** environ;

namespace jitbox::test {

using namespace std::chrono_literals;

namespace {

std::string read_file(const std::filesystem::path& path) {
    std::ifstream file(path);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

} // namespace

NodeProgram::NodeProgram(const std::vector<std::string>& arguments, const std::filesystem::path& output) {
    std::vector<std::string> all{"node"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    std::vector<char*> argv;
    for (std::string& argument : all) argv.push_back(argument.data());
    argv.push_back(nullptr);
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    posix_spawn_file_actions_adddup2(&files, STDOUT_FILENO, STDERR_FILENO);
    if (posix_spawnp(&pid_, "node", &files, nullptr, argv.data(), environ) != 0) {
        pid_ = -1;
        status_ = 127;
    }
    posix_spawn_file_actions_destroy(&files);
}

NodeProgram::~NodeProgram() {
    if (pid_ > 0 && !ended()) {
        kill(pid_, SIGTERM);
        for (int i = 0; i < 100 && !ended(); ++i) std::this_thread::sleep_for(50ms);
        if (!ended()) {
            kill(pid_, SIGKILL);
            waitpid(pid_, nullptr, 0);
        }
    }
}

std::optional<int> NodeProgram::ended() {
    int status = 0;
    if (!status_ && waitpid(pid_, &status, WNOHANG) == pid_) status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128;
    return status_;
}

Sandbox::Sandbox() {
    const std::string script = std::string(JITBOX_SOURCE_DIR) + "/sim/chain/sandbox.mjs";
    const std::string log = folder_.file("log");
    program_ = std::make_unique<NodeProgram>(std::vector<std::string>{script, "up", "--manifest", manifest_path()}, log);
    for (int i = 0; i < 1200; ++i, std::this_thread::sleep_for(100ms)) {
        if (std::filesystem::exists(manifest_path())) {
            manifest_ = boost::json::parse(read_file(manifest_path())).as_object();
            return;
        }
        if (program_->ended()) break;
    }
    problem_ = "the sandbox chain did not start (did './run setup' install node and its packages?): " + read_file(log);
}

std::string Sandbox::ws_url() const {
    return std::string(manifest_.at("ws_url").as_string());
}

std::vector<pools::PoolIdentity> Sandbox::pools() const {
    const auto& fork = manifest_.at("factories").as_array().at(0).as_object();
    const auto address = [](const boost::json::object& from, const char* key) {
        return fixed_from_hex<20>(std::string_view(from.at(key).as_string())).value();
    };
    std::vector<pools::PoolIdentity> out;
    for (const auto& item : manifest_.at("pools").as_array()) {
        const auto& pool = item.as_object();
        out.push_back(
            {.name = "pool-" + std::to_string(out.size()),
             .address = address(pool, "address"),
             .token0 = address(pool, "token0"),
             .token1 = address(pool, "token1"),
             .fee = pool.at("fee").to_number<std::uint32_t>(),
             .tick_spacing = pool.at("tick_spacing").to_number<std::int32_t>(),
             .kind = pools::Kind::uniswap_v3,
             .factory = address(pool, "factory"),
             .deployer = {.deployer = address(fork, "deployer"),
                          .init_code_hash = fixed_from_hex<32>(std::string_view(fork.at("init_code_hash").as_string())).value()}});
    }
    return out;
}

Result<std::string> ask(boost::asio::io_context& io, feed::RpcClient& rpc, const std::string& method, const std::string& params) {
    auto answer = std::make_shared<std::optional<Result<std::string>>>();
    rpc.call({.method = method, .params_json = params}, [answer](Result<std::string> result) { *answer = std::move(result); }, 20s);
    run_until(io, [&] { return answer->has_value(); }, 25s);
    return answer->value_or(fail("no answer at all to " + method));
}

} // namespace jitbox::test
