// A PIN from a terminal or a pipe into a sealed file.
// SPDX-License-Identifier: Apache-2.0
#include "apps/jitctl/key_seal.hpp"

#include "apps/jitctl/commands.hpp"
#include "apps/jitctl/hidden_input.hpp"
#include "base/file.hpp"
#include "signer/config.hpp"

#include <array>
#include <iostream>

#include <openssl/crypto.h>

namespace jitbox::apps {

signer::Secret read_pin_from_input() {
    std::array<char, 300> line{};
    const std::size_t size = read_hidden(line, "PIN: ");
    signer::Secret pin{std::string(line.data(), size)};
    OPENSSL_cleanse(line.data(), line.size());
    return pin;
}

int seal_pin(const signer::Secret& pin, const PinSealing& options) {
    const auto sealed = signer::seal_pin(pin, options.tpm, options.pcrs);
    if (!sealed) return print_error(sealed.error());
    if (auto written = write_new_private_file(options.out, *sealed); !written) return print_error(written.error());
    if (auto opened = signer::unseal_pin_file(options.out, options.tpm); !opened) return print_error(opened.error());
    std::cout << "sealed and tried: hsm.pin_sealed_file = \"" << options.out << "\""
              << (options.tpm.empty() ? "" : ", hsm.tpm = \"" + options.tpm + "\"") << "\n";
    return 0;
}

} // namespace jitbox::apps
