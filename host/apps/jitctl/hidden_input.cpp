// The signals that could end or stop the process are held back while the terminal is hidden: poll() sees them, and they are
// delivered when it shows again. So there is no handler, and no moment at which one comes between two calls.
// SPDX-License-Identifier: Apache-2.0
#include "apps/jitctl/hidden_input.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>

#include <poll.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

namespace jitbox::apps {
namespace {

/// From its construction to its end the terminal shows nothing, and signals wait.
class HiddenTerminal {
public:
    explicit HiddenTerminal(const termios& shown) : shown_(shown) {
        sigset_t held{};
        sigemptyset(&held);
        // Not SIGTTOU: it has to stop a process in the background here, before it changes a terminal that is another one's.
        for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGPIPE, SIGALRM}) sigaddset(&held, number);
        ::pthread_sigmask(SIG_BLOCK, &held, &before_);
        signals_ = ::signalfd(-1, &held, SFD_CLOEXEC);
        termios hidden = shown;
        hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
    }
    /// What was typed and not read is dropped: half a PIN is no command for the shell to show.
    ~HiddenTerminal() {
        ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown_);
        ::close(signals_);
        std::fputs("\n", stderr);
        ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); // a signal that waits acts here
    }
    HiddenTerminal(const HiddenTerminal&) = delete;
    HiddenTerminal& operator=(const HiddenTerminal&) = delete;

    /// True: there is a line to read. False: a signal came first.
    [[nodiscard]] bool wait_for_line() const {
        std::array<pollfd, 2> ready{
            {{.fd = signals_, .events = POLLIN, .revents = 0}, {.fd = STDIN_FILENO, .events = POLLIN, .revents = 0}}};
        while (::poll(ready.data(), ready.size(), -1) < 0 && errno == EINTR) {
        }
        return ready[0].revents == 0;
    }

private:
    termios shown_;
    sigset_t before_{};
    int signals_ = -1;
};

std::size_t read_all(std::span<char> out) {
    std::size_t have = 0;
    while (have < out.size()) {
        const ssize_t size = ::read(STDIN_FILENO, out.data() + have, out.size() - have);
        if (size <= 0) break;
        have += static_cast<std::size_t>(size);
    }
    return have;
}

} // namespace

std::size_t read_hidden(std::span<char> secret, const char* prompt) {
    termios shown{};
    if (::tcgetattr(STDIN_FILENO, &shown) != 0) return read_all(secret);
    for (;;) {
        const HiddenTerminal hidden(shown);
        std::fputs(prompt, stderr);
        if (!hidden.wait_for_line()) continue; // its end delivers the signal; who is still there is asked again
        const ssize_t size = ::read(STDIN_FILENO, secret.data(), secret.size());
        return size > 0 ? static_cast<std::size_t>(size) : 0;
    }
}

} // namespace jitbox::apps
