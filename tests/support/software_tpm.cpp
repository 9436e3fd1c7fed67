// swtpm as a child process.
// SPDX-License-Identifier: Apache-2.0
#include "support/software_tpm.hpp"

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace jitbox::test {
namespace {

using namespace std::chrono_literals;

/// Without a connection, of which swtpm serves one at a time: the file alone is there before somebody listens at it.
bool somebody_listens(const std::string& path) {
    constexpr const char* accepts_connections = " 00010000 "; // SO_ACCEPTCON, in the column "Flags"
    std::ifstream sockets("/proc/net/unix");
    for (std::string line; std::getline(sockets, line);)
        if (line.ends_with(" " + path) && line.find(accepts_connections) != std::string::npos) return true;
    return false;
}

} // namespace

SoftwareTpm::SoftwareTpm(std::string state_directory) : directory_(std::move(state_directory)) {
    ::setenv("TSS2_LOG", "all+none", 0); // its errors reach the test as results
    start();
}

SoftwareTpm::~SoftwareTpm() {
    stop();
}

void SoftwareTpm::start() {
    if (!try_start()) throw std::runtime_error("swtpm does not start: is it installed? (packages.debian)");
}

bool SoftwareTpm::try_start() {
    const std::string state = "dir=" + directory_;
    const std::string path = directory_ + "/tpm.sock";
    const std::string server = "type=unixio,path=" + path;
    const std::string control = server + ".ctrl";
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
    return somebody_listens(directory_ + "/tpm.sock") && somebody_listens(directory_ + "/tpm.sock.ctrl");
}

void SoftwareTpm::stop() {
    if (process_ <= 0) return;
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
    process_ = -1;
    for (const char* name : {"/tpm.sock", "/tpm.sock.ctrl"}) ::unlink((directory_ + name).c_str());
}

void SoftwareTpm::freeze() {
    ::kill(process_, SIGSTOP);
}

void SoftwareTpm::thaw() {
    ::kill(process_, SIGCONT);
}

std::string SoftwareTpm::tcti() const {
    return "swtpm:path=" + directory_ + "/tpm.sock";
}

} // namespace jitbox::test
