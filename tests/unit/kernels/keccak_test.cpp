// keccak256 against known answers: the two that everybody knows, and lengths around the rate made with ethers 6 (keccak256 of the
// bytes (7 i + 3) mod 256).
// SPDX-License-Identifier: Apache-2.0
#include "hls/keccak.hpp"

#include "base/hex.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <utility>
#include <vector>

namespace {

using jitbox::Bytes;
using jitbox::Bytes32;

Bytes32 keccak(const Bytes& data) {
    Bytes32 out{};
    jitbox::hlsk::keccak256(data.data(), data.size(), out.data());
    return out;
}

Bytes pattern(std::size_t size) {
    Bytes out(size);
    for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<std::uint8_t>(i * 7 + 3);
    return out;
}

TEST(Keccak, of_nothing_is_the_hash_of_empty_code) {
    EXPECT_EQ(jitbox::to_hex_plain(keccak({})), "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470");
}

TEST(Keccak, of_abc_is_original_keccak_not_sha3) {
    EXPECT_EQ(jitbox::to_hex_plain(keccak({'a', 'b', 'c'})), "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45");
}

TEST(Keccak, pads_at_every_length_around_the_rate) {
    const std::vector<std::pair<std::size_t, std::string>> known = {
        {1, "69c322e3248a5dfc29d73c5b0553b0185a35cd5bb6386747517ef7e53b15e287"},
        {7, "af2dd82887bb5be2eaa8117023b0b486d9dbd438e9f92e89dc2ada088af681ad"},
        {8, "ad894215c2106b9dfa2c04022025509974a5eb20b9f4cd27ca716967542ecf6e"},
        {135, "00ef96af9cf4b24c7f269d922294444a197d0a33638c2e56634c57e892103a8f"},
        {136, "742061bcad767ed4c4f5883b1dcb1aad11afdcc140dc469d953759b127b9f9ed"},
        {137, "e3371f61e770abf254c34239c3b0099ad90594507415bc81dd0a10b9692bbf2a"},
        {271, "4401c4afbe16ff911bdbf2d38e556e5b861f3fdf0f9d4306b1c46f6ae4f73584"},
        {272, "ac141fd7b0a0ffcd2e967254d508da3ec616596493c36fa304425647d90e6de5"},
        {273, "16192ea86793083e47731cb3c970600f04768414d92bc0540e54ce8607a0fce0"},
        {1000, "80cdc8dd52cbb3dbaea8f383209893fa2bb52efbd5aedbb4b26dcfe307fcdc9b"},
    };
    for (const auto& [size, hash] : known) EXPECT_EQ(jitbox::to_hex_plain(keccak(pattern(size))), hash) << size << " bytes";
}

TEST(Keccak, agrees_with_ethers_for_every_length_to_600) {
    Bytes all;
    for (std::size_t size = 0; size <= 600; ++size) {
        const Bytes32 hash = keccak(pattern(size));
        all.insert(all.end(), hash.begin(), hash.end());
    }
    EXPECT_EQ(jitbox::to_hex_plain(keccak(all)), "f08f149f3ec5580d040fdd873cdd3827d1f2aa2e36cc68c64cc8a7a474a8b98d");
}

} // namespace
