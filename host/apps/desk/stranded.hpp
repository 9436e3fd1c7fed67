// Positions that unbundling left in a pool, from the verdict until they are seen empty. jitd only keeps the record: it has no key
// that could unwind; the guardian has (docs/guardian.md). SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/runtime/services.hpp"
#include "chain/block.hpp"
#include "feed/node_client.hpp"
#include "relay/outcome.hpp"

#include <memory>

namespace jitbox::apps {

/// Journals (risk events, rules "stranded" and "unwound") and notes both ends. On the io_context's thread.
class Stranded {
public:
    Stranded(const Services& services, feed::NodeClient& node);
    ~Stranded();
    Stranded(const Stranded&) = delete;
    Stranded& operator=(const Stranded&) = delete;

    /// The mint of this bundle stands and its burn does not.
    void add(const relay::TrackedBundle& bundle);
    /// Asks the pools what is left.
    void on_head(const chain::Head& head);

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

} // namespace jitbox::apps
