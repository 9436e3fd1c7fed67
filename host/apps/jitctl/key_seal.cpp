// A PIN from a terminal or a pipe into a sealed file.
// SPDX-License-Identifier: Apache-2.0
#include "apps/jitctl/key_seal.hpp"

#include "apps/jitctl/commands.hpp"
#include "base/file.hpp"
#include "signer/config.hpp"

#include <array>
#include <cstdio>
#include <iostream>

#include <openssl/crypto.h>
#include <termios.h>
#include <unistd.h>

namespace jitbox::apps {
namespace {

/// The first line of standard input; a terminal shows nothing of it.
signer::Secret read_pin_from_input() {
    termios shown{};
    const bool terminal = ::tcgetattr(STDIN_FILENO, &shown) == 0;
    termios hidden = shown;
    hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    if (terminal) {
        std::fputs("PIN: ", stderr);
        ::tcsetattr(STDIN_FILENO, TCSANOW, &hidden);
    }
    std::array<char, 300> line{};
    const ssize_t size = ::read(STDIN_FILENO, line.data(), line.size());
    if (terminal) {
        ::tcsetattr(STDIN_FILENO, TCSANOW, &shown);
        std::fputs("\n", stderr);
    }
    signer::Secret pin{std::string(line.data(), size > 0 ? static_cast<std::size_t>(size) : 0)};
    OPENSSL_cleanse(line.data(), line.size());
    return pin;
}

} // namespace

int seal_pin(const PinSealing& options) {
    const auto sealed = signer::seal_pin(read_pin_from_input(), options.tpm, options.pcrs);
    if (!sealed) return print_error(sealed.error());
    if (auto written = write_new_private_file(options.out, *sealed); !written) return print_error(written.error());
    if (auto opened = signer::unseal_pin_file(options.out, options.tpm); !opened) return print_error(opened.error());
    std::cout << "sealed and tried: hsm.pin_sealed_file = \"" << options.out << "\""
              << (options.tpm.empty() ? "" : ", hsm.tpm = \"" + options.tpm + "\"") << "\n";
    return 0;
}

} // namespace jitbox::apps
