// A real jit-signer on a real SoftHSM2 token, for tests.
// SPDX-License-Identifier: Apache-2.0
#include "signer_rig.hpp"

#include <boost/asio.hpp>
#include <gtest/gtest.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <sstream>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

extern "C" char** environ; // POSIX declares it nowhere

namespace jitbox::test {
namespace {

using namespace std::chrono_literals;

const std::string binary = JITBOX_BINARY_DIR "/bin/jit-signer";
const std::string fault_module = JITBOX_BINARY_DIR "/tests/libpkcs11_fault.so";

std::string read(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> out;
    out.reserve(texts.size() + 1);
    for (std::string& text : texts) out.push_back(text.data());
    out.push_back(nullptr);
    return out;
}

std::vector<std::string> words(const std::string& text) {
    std::istringstream in(text);
    return {std::istream_iterator<std::string>(in), {}};
}

std::string toml_text(const std::string& text) {
    return "\"" + text + "\"";
}

} // namespace

Token& Token::instance() {
    static Token token;
    return token;
}

Token::Token() {
    const std::string command =
        "bash " JITBOX_SOURCE_DIR "/scripts/softhsm.sh " + dir_.path().string() + " > " + dir_.file("log") + " 2>&1";
    if (std::system(command.c_str()) != 0) throw std::runtime_error("scripts/softhsm.sh failed: " + read(dir_.file("log")));
    ::setenv("SOFTHSM2_CONF", dir_.file("softhsm2.conf").c_str(), 1);
    SignerRig rig;
    rig.write_config();
    Process keys({"--config", rig.dir().file("signer.toml"), "--init-keys"}, dir_.file("keys.log"));
    if (keys.wait() != 0) throw std::runtime_error("--init-keys failed: " + read(dir_.file("keys.log")));
}

Process::Process(const std::vector<std::string>& arguments, const std::string& stderr_path,
                 const std::vector<std::string>& environment) {
    std::vector<std::string> words = {binary};
    words.insert(words.end(), arguments.begin(), arguments.end());
    const auto argv = pointers(words);
    std::vector<std::string> variables = environment;
    for (char** own = environ; *own != nullptr; ++own) variables.emplace_back(*own);
    const auto envp = pointers(variables);
    pid_ = ::fork();
    if (pid_ < 0) throw std::runtime_error("cannot fork"); // kill(-1) would reach every process
    if (pid_ != 0) return;
    const int fd = ::open(stderr_path.c_str(), O_CREAT | O_WRONLY | O_TRUNC, 0600);
    ::dup2(fd, STDERR_FILENO);
    ::dup2(fd, STDOUT_FILENO);
    ::execve(binary.c_str(), argv.data(), envp.data());
    ::_exit(127);
}

Process::~Process() {
    signal(SIGKILL);
    wait();
}

void Process::signal(int number) const {
    if (!status_) ::kill(pid_, number);
}

bool Process::running() {
    int status = 0;
    if (!status_ && ::waitpid(pid_, &status, WNOHANG) == pid_)
        status_ = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    return !status_;
}

int Process::wait() {
    for (int i = 0; i < 10'000 && running(); ++i) std::this_thread::sleep_for(1ms);
    return status_.value_or(-999);
}

SignerRig::SignerRig() {
    state_dir_ = dir_.file("state");
    std::filesystem::create_directory(state_dir_);
    config_["signer"] = {{"environment", toml_text("development")},
                         {"chain_id", std::to_string(chain_id)},
                         {"executor", toml_text(chain::to_checksum(executor))},
                         {"state_dir", toml_text(state_dir_)},
                         {"signing_socket", toml_text(socket("signing"))},
                         {"control_socket", toml_text(socket("control"))}};
    config_["limits"] = {{"max_gas_limit", "2000000"},
                         {"max_fee_per_gas_wei", toml_text("100000000000")},
                         {"max_priority_fee_per_gas_wei", toml_text("100000000000")},
                         {"max_tip_wei", toml_text("1000000")},
                         {"max_beat_gap_ms", "0"},
                         {"max_ttl_s", "3600"}};
    config_["hsm"] = {
        {"module", toml_text(softhsm_module)}, {"token", toml_text("jitbox")}, {"key_label", toml_text("jit")}, {"lanes", "2"},
        {"call_deadline_ms", "10000"},         {"start_deadline_ms", "15000"}, {"restart_deadline_ms", "5000"}};
}

SignerRig::~SignerRig() = default;

void SignerRig::set(const std::string& key, const std::string& value) {
    const std::size_t dot = key.find('.');
    config_[key.substr(0, dot)][key.substr(dot + 1)] = value;
}

void SignerRig::unset(const std::string& key) {
    const std::size_t dot = key.find('.');
    config_[key.substr(0, dot)].erase(key.substr(dot + 1));
}

void SignerRig::use_product_deadlines() {
    unset("hsm.call_deadline_ms");
    unset("hsm.start_deadline_ms");
    unset("hsm.restart_deadline_ms");
}

void SignerRig::set_state_dir(const std::string& path) {
    state_dir_ = path;
    set("signer.state_dir", toml_text(path));
}

void SignerRig::use_fault_module() {
    set("hsm.module", toml_text(fault_module));
    environment_.push_back(std::string("JITBOX_FAULT_REAL=") + softhsm_module);
    environment_.push_back("JITBOX_FAULT_FILE=" + dir_.file("fault"));
    fault("");
}

std::vector<std::string> SignerRig::faulted_calls() const {
    return words(read(dir_.file("fault.hit")));
}

std::vector<std::string> SignerRig::traced_calls() const {
    return words(read(dir_.file("fault.trace")));
}

std::string SignerRig::attack_results() const {
    return read(dir_.file("fault.attack"));
}

void SignerRig::forget_calls() const {
    std::filesystem::remove(dir_.file("fault.hit"));
    std::filesystem::remove(dir_.file("fault.trace"));
}

void SignerRig::fault(const std::string& command) const {
    std::ofstream(dir_.file("fault.new")) << command << "\n";
    std::filesystem::rename(dir_.file("fault.new"), dir_.file("fault")); // at once: the module reads at every call
}

void SignerRig::write_config() const {
    auto config = config_;
    if (!own_pin_source_ && !config["hsm"].contains("pin_file"))
        config["hsm"]["pin_file"] =
            toml_text(std::getenv("SOFTHSM2_CONF") == nullptr
                          ? ""
                          : std::filesystem::path(std::getenv("SOFTHSM2_CONF")).replace_filename("pin").string());
    std::ofstream out(dir_.file("signer.toml"));
    for (const auto& [section, keys] : config) {
        out << "[" << section << "]\n";
        for (const auto& [key, value] : keys) out << key << " = " << value << "\n";
    }
}

Ran SignerRig::key_command(const std::string& arguments) const {
    write_config();
    const std::string line =
        std::string(JITBOX_BINARY_DIR "/bin/jitctl key ") + arguments + " --config " + dir_.file("signer.toml") + " 2>&1";
    Ran out;
    std::FILE* pipe = ::popen(line.c_str(), "r");
    std::array<char, 4096> buffer{};
    while (std::fgets(buffer.data(), buffer.size(), pipe) != nullptr) out.output += buffer.data();
    const int status = ::pclose(pipe);
    out.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return out;
}

bool SignerRig::start() {
    write_config();
    std::vector<std::string> environment = environment_;
    environment.insert(environment.end(), extra_environment_.begin(), extra_environment_.end());
    process_ =
        std::make_unique<Process>(std::vector<std::string>{"--config", dir_.file("signer.toml")}, dir_.file("output"), environment);
    const signer::ControlClient client(socket("control"), 1s);
    for (;;) { // its own start deadline ends it
        if (!process_->running()) return false;
        if (client.status()) return true;
        std::this_thread::sleep_for(1ms);
    }
}

void SignerRig::kill9() {
    process_.reset();
}

std::string SignerRig::output() const {
    return read(dir_.file("output"));
}

std::vector<int> SignerRig::worker_pids() const {
    std::vector<int> out;
    for (const auto& task : std::filesystem::directory_iterator("/proc/" + std::to_string(process_->pid()) + "/task")) {
        std::istringstream children(read(task.path().string() + "/children"));
        for (int pid = 0; children >> pid;) out.push_back(pid);
    }
    return out;
}

signer::SignerStatus SignerRig::status() const {
    const auto answer = control().status();
    if (!answer) {
        ADD_FAILURE() << "status: " << answer.error().what << "\n" << output();
        return {};
    }
    return *answer;
}

void SignerRig::arm() const {
    const auto armed = control().arm(lease_terms());
    ASSERT_TRUE(armed) << armed.error().what;
}

std::optional<std::chrono::milliseconds> SignerRig::wait_ready() const {
    const auto start = std::chrono::steady_clock::now();
    while (std::chrono::steady_clock::now() - start < 20s) {
        if (status().hsm_ready)
            return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start);
        std::this_thread::sleep_for(2ms);
    }
    return std::nullopt;
}

std::string SignerRig::audit_text() const {
    return read(state_dir_ + "/signer-audit.log");
}

struct SyncSigner::Impl {
    Impl(const std::string& socket, std::chrono::milliseconds deadline) : client(io, socket, deadline) {}
    template <typename T, typename Start>
    signer::Answer<T> run(Start start) {
        std::optional<signer::Answer<T>> answer;
        io.restart();
        io.poll(); // an end of the connection that came since the last request
        start([&answer](signer::Answer<T> result) { answer = std::move(result); });
        io.restart();
        while (!answer) io.run_one();
        return std::move(*answer);
    }
    boost::asio::io_context io;
    signer::SigningClient client;
};

SyncSigner::SyncSigner(const std::string& socket, std::chrono::milliseconds deadline)
    : impl_(std::make_unique<Impl>(socket, deadline)) {}
SyncSigner::~SyncSigner() = default;

signer::Answer<signer::SignedBundle> SyncSigner::sign(const signer::SignBundleRequest& request) {
    return impl_->run<signer::SignedBundle>([&](auto handler) { impl_->client.async_sign_bundle(request, handler); });
}

signer::Answer<signer::SignedBundle> SyncSigner::recall(std::uint32_t lane, std::uint64_t nonce) {
    return impl_->run<signer::SignedBundle>(
        [&](auto handler) { impl_->client.async_recall({.lane = lane, .nonce = nonce}, handler); });
}

signer::Answer<signer::MenuState> SyncSigner::prepare(const signer::SignBundleRequest& request) {
    return impl_->run<signer::MenuState>([&](auto handler) { impl_->client.async_prepare(request, handler); });
}

signer::Answer<signer::MenuState> SyncSigner::block(std::uint64_t number) {
    return impl_->run<signer::MenuState>([&](auto handler) { impl_->client.async_block(number, handler); });
}

signer::Answer<signer::Lanes> SyncSigner::lanes() {
    return impl_->run<signer::Lanes>([&](auto handler) { impl_->client.async_lanes(handler); });
}

} // namespace jitbox::test
