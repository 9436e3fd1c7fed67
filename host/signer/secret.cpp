// Secrets in locked memory.
// SPDX-License-Identifier: Apache-2.0
#include "signer/secret.hpp"

#include <openssl/crypto.h>
#include <sodium.h>

#include <algorithm>
#include <cstdlib>

namespace jitbox::signer {

Secret::Secret(std::string text) : size_(text.size()) {
    if (::sodium_init() < 0) std::abort(); // no random numbers, no guard pages: nothing may go on
    data_ = static_cast<char*>(::sodium_malloc(size_ + 1));
    if (data_ == nullptr) std::abort();
    *std::ranges::copy(text, data_).out = '\0';
    ::sodium_mprotect_readonly(data_);
    OPENSSL_cleanse(text.data(), text.size());
}

Secret::~Secret() {
    ::sodium_free(data_); // zeroes it
}

} // namespace jitbox::signer
