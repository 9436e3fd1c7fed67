// swtpm as a child process.
// SPDX-License-Identifier: Apache-2.0
#include "support/software_tpm.hpp"

#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <random>
#include <stdexcept>
#include <thread>

#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace jitbox::test {
namespace {

using namespace std::chrono_literals;

bool answers(int port) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const bool ok = ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    ::close(fd);
    return ok;
}

} // namespace

SoftwareTpm::SoftwareTpm(std::string state_directory, Channel channel) : directory_(std::move(state_directory)), channel_(channel) {
    ::setenv("TSS2_LOG", "all+none", 0); // its errors reach the test as results
    if (channel_ == Channel::unix_socket) {
        start();
        return;
    }
    std::random_device random;
    for (int attempt = 0; attempt < 20; ++attempt) {
        port_ = 20'000 + static_cast<int>(random() % 20'000) * 2; // tpm2-tss expects the control channel at the port after it
        if (!answers(port_) && !answers(port_ + 1) && try_start()) return;
    }
    throw std::runtime_error("swtpm does not start: is it installed? (packages.debian)");
}

SoftwareTpm::~SoftwareTpm() {
    stop();
}

void SoftwareTpm::start() {
    if (!try_start()) throw std::runtime_error("swtpm does not start again");
}

bool SoftwareTpm::try_start() {
    const std::string state = "dir=" + directory_;
    const bool by_path = channel_ == Channel::unix_socket;
    const std::string path = directory_ + "/tpm.sock";
    const std::string server = by_path ? "type=unixio,path=" + path : "type=tcp,port=" + std::to_string(port_);
    const std::string control = by_path ? "type=unixio,path=" + path + ".ctrl" : "type=tcp,port=" + std::to_string(port_ + 1);
    process_ = ::fork();
    if (process_ == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        const int null = ::open("/dev/null", O_WRONLY);
        ::dup2(null, 2);
        ::execlp("swtpm", "swtpm", "socket", "--tpm2", "--tpmstate", state.c_str(), "--server", server.c_str(), "--ctrl",
                 control.c_str(), "--flags", "not-need-init,startup-clear", nullptr);
        ::_exit(127);
    }
    for (int i = 0; i < 500; ++i) {
        if (::waitpid(process_, nullptr, WNOHANG) == process_) {
            process_ = -1;
            return false;
        }
        if (is_up()) return true;
        std::this_thread::sleep_for(10ms);
    }
    stop();
    return false;
}

bool SoftwareTpm::is_up() const {
    if (channel_ == Channel::tcp) return answers(port_ + 1);
    return ::access((directory_ + "/tpm.sock").c_str(), F_OK) == 0 && ::access((directory_ + "/tpm.sock.ctrl").c_str(), F_OK) == 0;
}

void SoftwareTpm::stop() {
    if (process_ <= 0) return;
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
    process_ = -1;
    if (channel_ == Channel::tcp) return;
    for (const char* name : {"/tpm.sock", "/tpm.sock.ctrl"}) ::unlink((directory_ + name).c_str());
}

void SoftwareTpm::freeze() {
    ::kill(process_, SIGSTOP);
}

void SoftwareTpm::thaw() {
    ::kill(process_, SIGCONT);
}

std::string SoftwareTpm::tcti() const {
    if (channel_ == Channel::unix_socket) return "swtpm:path=" + directory_ + "/tpm.sock";
    return "swtpm:host=127.0.0.1,port=" + std::to_string(port_);
}

} // namespace jitbox::test
