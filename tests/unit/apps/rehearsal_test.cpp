// The rehearsal walks the whole way each time, and nothing of it gets out.
// SPDX-License-Identifier: Apache-2.0
#include "apps/desk/rehearsal.hpp"

#include "relay/client.hpp"
#include "support/temp_dir.hpp"

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <thread>

namespace jitbox::apps {
namespace {

TEST(RehearsalTest, every_walk_ends_with_two_payloads_and_nothing_is_sent) {
    const test::TempDir temp;
    boost::asio::io_context io;
    auto key = relay::AuthKey::load_or_create(temp.file("key"));
    ASSERT_TRUE(key) << key.error().text();
    relay::RelayConfig relay;
    relay.name = "nobody";
    relay.url = "http://127.0.0.1:9";
    auto client = relay::Client::create(io, {relay}, std::move(*key));
    ASSERT_TRUE(client) << client.error().text();
    auto rehearsal = Rehearsal::create(**client);
    ASSERT_TRUE(rehearsal) << rehearsal.error().text();
    int at_once = 0;
    for (int walk = 0; walk < 1000; ++walk) at_once += (*rehearsal)->run() ? 1 : 0;
    EXPECT_GT(at_once, 0);
    while (!(*rehearsal)->run()) std::this_thread::yield(); // what the engine's worker took, if it was awake, is answered too
    EXPECT_EQ((*client)->stats().at(0).sent, 0U);
    EXPECT_EQ(io.poll(), 0U) << "nothing waits to be done";
    io.restart();
    int asked = 0;
    (*rehearsal)->repeat(io, std::chrono::milliseconds{1}, [&] { return ++asked < 3; });
    while (asked < 5) io.run_one();
    rehearsal->reset();
    io.run(); // ends: nothing of it is left
}

} // namespace
} // namespace jitbox::apps
