// The sandbox chain as a child process, and a node connection to drive from a test.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "feed/feed.hpp"
#include "feed/node_client.hpp"
#include "integration/feed/run_until.hpp"
#include "pools/pool_keeper.hpp"
#include "support/temp_dir.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>
#include <sys/types.h>

namespace jitbox::test {

/// A program of the repository run by node; ended (and waited for) with its owner.
class NodeProgram {
public:
    NodeProgram(const std::vector<std::string>& arguments, const std::filesystem::path& output);
    ~NodeProgram();
    NodeProgram(const NodeProgram&) = delete;
    NodeProgram& operator=(const NodeProgram&) = delete;

    /// Exit status once it has ended.
    std::optional<int> ended();

private:
    pid_t pid_ = -1;
    std::optional<int> status_;
};

/// `sandbox.mjs up` in a folder of its own. Not ready: says why in `problem`.
class Sandbox {
public:
    Sandbox();

    [[nodiscard]] const std::string& problem() const { return problem_; }
    [[nodiscard]] const boost::json::object& manifest() const { return manifest_; }
    [[nodiscard]] std::string ws_url() const;
    [[nodiscard]] std::vector<pools::PoolIdentity> pools() const;
    [[nodiscard]] std::string manifest_path() const { return folder_.file("manifest.json"); }
    [[nodiscard]] const TempDir& folder() const { return folder_; }

private:
    TempDir folder_; ///< outlives the program
    std::unique_ptr<NodeProgram> program_;
    boost::json::object manifest_;
    std::string problem_;
};

/// One call and its answer, running the loop meanwhile.
Result<std::string> ask(boost::asio::io_context& io, feed::RpcClient& rpc, const std::string& method, const std::string& params);

} // namespace jitbox::test
