// `jitctl key seal` asks for a PIN at a real terminal (a pseudo-terminal with a shell's job control around it): whatever ends or
// stops the question, the terminal shows what is typed again, and the process ends as it would have without the question.
// SPDX-License-Identifier: Apache-2.0
#include "support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <csignal>
#include <string>

#include <poll.h>
#include <pty.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

namespace jitbox::test {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr int patience_ms = 20'000; ///< only a hang waits so long

/// `jitctl key seal` in the foreground of a terminal of its own; its parent reports every change of its state, as a shell learns
/// it.
class PromptOnTerminal {
public:
    explicit PromptOnTerminal(const std::string& out_file) {
        if (::pipe(reports_.data()) != 0) throw std::runtime_error("no pipe");
        shell_ = ::forkpty(&terminal_, nullptr, nullptr, nullptr);
        if (shell_ < 0) throw std::runtime_error("no pseudo-terminal");
        if (shell_ == 0) be_the_shell(reports_[1], out_file.c_str());
        ::close(reports_[1]);
        jitctl_ = next_report();
    }
    ~PromptOnTerminal() {
        ::kill(jitctl_, SIGKILL);
        ::close(terminal_); // the shell ends with its child or by the terminal's end
        ::waitpid(shell_, nullptr, 0);
        ::close(reports_[0]);
    }
    PromptOnTerminal(const PromptOnTerminal&) = delete;
    PromptOnTerminal& operator=(const PromptOnTerminal&) = delete;

    [[nodiscard]] pid_t jitctl() const { return jitctl_; }
    void type(const std::string& keys) const { ASSERT_EQ(::write(terminal_, keys.data(), keys.size()), ssize_t(keys.size())); }
    /// Whether the terminal shows what is typed.
    [[nodiscard]] bool shows() const {
        termios now{};
        EXPECT_EQ(::tcgetattr(terminal_, &now), 0);
        return (now.c_lflag & ECHO) != 0;
    }
    /// What stands on the terminal, read until `wanted` is there (or its owner is gone).
    std::string read_until(const std::string& wanted) {
        seen_.clear();
        std::array<char, 256> part{};
        pollfd ready{.fd = terminal_, .events = POLLIN, .revents = 0};
        while (seen_.find(wanted) == std::string::npos && ::poll(&ready, 1, patience_ms) > 0) {
            const ssize_t size = ::read(terminal_, part.data(), part.size());
            if (size <= 0) break;
            seen_.append(part.data(), static_cast<std::size_t>(size));
        }
        return seen_;
    }
    /// The next change of state as waitpid() gives it; -1 when none comes.
    [[nodiscard]] int next_report() const {
        pollfd ready{.fd = reports_[0], .events = POLLIN, .revents = 0};
        int report = -1;
        if (::poll(&ready, 1, patience_ms) <= 0 || ::read(reports_[0], &report, sizeof(report)) != sizeof(report)) return -1;
        return report;
    }

private:
    [[noreturn]] static void be_the_shell(int reports, const char* out_file) {
        (void)std::signal(SIGTTOU, SIG_IGN); // as shells do: it hands the terminal over
        (void)std::signal(SIGHUP, SIG_IGN);
        const pid_t job = ::fork();
        if (job == 0) {
            ::setpgid(0, 0);
            ::tcsetpgrp(STDIN_FILENO, ::getpid());
            (void)std::signal(SIGTTOU, SIG_DFL);
            (void)std::signal(SIGHUP, SIG_DFL);
            ::execl(JITBOX_BINARY_DIR "/bin/jitctl", "jitctl", "key", "seal", "--out", out_file, "--tpm", "mssim:port=1", nullptr);
            ::_exit(126);
        }
        const auto tell = [reports](int what) { (void)!::write(reports, &what, sizeof(what)); };
        tell(job);
        for (int status = 0; ::waitpid(job, &status, WUNTRACED) == job;) {
            tell(status);
            if (!WIFSTOPPED(status)) break;
        }
        ::_exit(0);
    }

    std::array<int, 2> reports_{};
    int terminal_ = -1;
    pid_t shell_ = -1;
    pid_t jitctl_ = -1;
    std::string seen_;
};

class HiddenPrompt : public ::testing::Test {
protected:
    void SetUp() override {
        ASSERT_TRUE(prompt.shows());
        ASSERT_THAT(prompt.read_until("PIN: "), HasSubstr("PIN: "));
        ASSERT_FALSE(prompt.shows());
    }
    void expect_ended_by(int signal) {
        const int status = prompt.next_report();
        ASSERT_TRUE(WIFSIGNALED(status)) << status;
        EXPECT_EQ(WTERMSIG(status), signal);
        EXPECT_TRUE(prompt.shows());
        EXPECT_NE(::access(out.c_str(), F_OK), 0) << "nothing is sealed";
    }

    TempDir files;
    std::string out = files.file("pin.sealed");
    PromptOnTerminal prompt{out};
};

TEST_F(HiddenPrompt, CtrlCEndsItAndTheTerminalShowsAgain) {
    prompt.type("12\x03");
    expect_ended_by(SIGINT);
}

TEST_F(HiddenPrompt, CtrlBackslashEndsItAndTheTerminalShowsAgain) {
    prompt.type("\x1c");
    expect_ended_by(SIGQUIT);
}

TEST_F(HiddenPrompt, SigtermAndSighupFromOutsideEndItAndHalfAPinIsNotLeftToTheShell) {
    prompt.type("123");
    ::kill(prompt.jitctl(), SIGTERM);
    expect_ended_by(SIGTERM);
    PromptOnTerminal second(out);
    EXPECT_THAT(second.read_until("PIN: "), HasSubstr("PIN: "));
    ::kill(second.jitctl(), SIGHUP);
    const int status = second.next_report();
    ASSERT_TRUE(WIFSIGNALED(status)) << status;
    EXPECT_EQ(WTERMSIG(status), SIGHUP);
    EXPECT_TRUE(second.shows());
}

TEST_F(HiddenPrompt, CtrlZLeavesATerminalThatShowsAndAfterFgItAsksAgain) {
    prompt.type("12\x1a");
    const int stopped = prompt.next_report();
    ASSERT_TRUE(WIFSTOPPED(stopped)) << stopped;
    EXPECT_EQ(WSTOPSIG(stopped), SIGTSTP);
    EXPECT_TRUE(prompt.shows());
    ::kill(prompt.jitctl(), SIGCONT);
    EXPECT_THAT(prompt.read_until("PIN: "), HasSubstr("PIN: "));
    EXPECT_FALSE(prompt.shows());
    prompt.type("\x03");
    expect_ended_by(SIGINT);
}

TEST_F(HiddenPrompt, ALineAndTheEndOfInputLeaveATerminalThatShows) {
    prompt.type("123456\n"); // a PIN for a TPM that is not there
    const std::string said = prompt.read_until("\njitctl");
    EXPECT_THAT(said, Not(HasSubstr("123456")));
    EXPECT_EQ(WEXITSTATUS(prompt.next_report()), 1);
    EXPECT_TRUE(prompt.shows());
    PromptOnTerminal second(out);
    EXPECT_THAT(second.read_until("PIN: "), HasSubstr("PIN: "));
    second.type("\x04");
    EXPECT_EQ(WEXITSTATUS(second.next_report()), 1);
    EXPECT_TRUE(second.shows());
}

} // namespace
} // namespace jitbox::test
