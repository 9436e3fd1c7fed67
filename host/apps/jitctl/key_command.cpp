// jitctl key: the signer's keys, by its own configuration. To be run as the signer's user, who alone may read PIN and state.
// SPDX-License-Identifier: Apache-2.0
#include "apps/jitctl/key_command.hpp"

#include "apps/jitctl/commands.hpp"
#include "apps/jitctl/dual_control.hpp"
#include "apps/jitctl/key_seal.hpp"
#include "apps/text/command_line.hpp"
#include "apps/text/table.hpp"
#include "signer/key_admin.hpp"
#include "signer/key_approval.hpp"
#include "signer/sandbox.hpp"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>

#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <mutex>
#include <string>
#include <thread>

#include <pwd.h>
#include <unistd.h>

namespace jitbox::apps {
namespace {

namespace json = boost::json;
using Clock = std::chrono::steady_clock;

struct Options {
    std::string config = "/etc/jitbox/signer.toml";
    bool as_json = false;
    unsigned timeout_s = 60;
    std::string label;
    std::string reason;
    bool yes = false;
    PinSealing seal;
    DualControl dual;
};

/// Ends this process when the PKCS#11 module does not come back: its calls know no deadline (KEY-5).
class Deadline {
public:
    explicit Deadline(unsigned seconds)
        : thread_([this, seconds](const std::stop_token& stop) {
              std::unique_lock lock(mutex_);
              if (wake_.wait_for(lock, stop, std::chrono::seconds(seconds), [] { return false; }) || stop.stop_requested()) return;
              std::fprintf(stderr, "jitctl: the HSM did not answer within %u s\n    -> look at it, then give the command again\n",
                           seconds);
              ::_exit(1);
          }) {}

private:
    std::mutex mutex_;
    std::condition_variable_any wake_;
    std::jthread thread_; // last: it ends first
};

std::string operator_name() {
    const passwd* entry = ::getpwuid(::getuid());
    return "uid:" + std::to_string(::getuid()) + (entry == nullptr ? "" : std::string(" ") + entry->pw_name);
}

Result<signer::Config> load(const Options& options) {
    auto config = signer::load_config(options.config);
    if (config) return std::move(*config);
    const std::vector<Error>& errors = config.error();
    for (std::size_t i = 0; i + 1 < errors.size(); ++i) print_error(errors[i]);
    return std::unexpected(errors.back());
}

json::object to_json(const signer::KeyView& key, std::chrono::system_clock::time_point now) {
    json::object out = {
        {"label", key.record.label}, {"address", chain::to_checksum(key.record.address)}, {"state", signer::to_text(key.state)}};
    if (key.registered) {
        out["created"] = key.record.created_s;
        out["age_days"] = signer::age_days(key.record, now);
    }
    if (key.record.retired_s) out["retired"] = *key.record.retired_s;
    out["in_token"] = key.in_token;
    const std::string objection = signer::key_objection(key.record, now);
    out["may_arm"] = key.registered && objection.empty();
    return out;
}

int list(const signer::Config& config, const Options& options) {
    const auto keys = signer::view_keys(config);
    if (!keys) return print_error(keys.error());
    const auto now = std::chrono::system_clock::now();
    if (options.as_json) {
        json::array out;
        for (const signer::KeyView& key : *keys) out.push_back(to_json(key, now));
        std::cout << json::serialize(out) << "\n";
        return 0;
    }
    std::vector<std::vector<std::string>> rows;
    for (const signer::KeyView& key : *keys) {
        const std::string age = key.registered ? std::to_string(signer::age_days(key.record, now)) : "not registered";
        std::string note = key.registered ? signer::key_objection(key.record, now) : "the signer registers it at its next start";
        if (key.state == signer::KeyState::retired) note = key.in_token ? "still in the token: give `jitctl key retire` again" : "";
        rows.push_back(
            {key.record.label, chain::to_checksum(key.record.address), std::string(signer::to_text(key.state)), age, note});
    }
    std::cout << render_table({"label", "address", "state", "age in days", ""}, rows);
    return 0;
}

int generate(const signer::Config& config, const Options& options) {
    const auto made = signer::generate_and_register(config, operator_name());
    if (!made) return print_error(made.error());
    if (options.as_json) {
        std::cout << json::serialize(json::object{{"generated", json::array(made->begin(), made->end())}}) << "\n";
        return 0;
    }
    for (const std::string& label : *made) std::cout << "generated " << label << "\n";
    if (made->empty()) std::cout << "all keys are there\n";
    return 0;
}

/// A rotation's steps with their times.
struct Steps {
    json::array done;
    bool as_json;
    Clock::time_point start = Clock::now();
    Clock::time_point last = start;

    void add(const std::string& what) {
        const auto now = Clock::now();
        const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(now - last).count();
        last = now;
        done.push_back(json::object{{"step", what}, {"ms", took}});
        if (!as_json) std::printf("%2zu. %-60s %6lld ms\n", done.size(), what.c_str(), static_cast<long long>(took));
    }
};

std::vector<std::string> addresses(const std::vector<signer::KeyView>& keys, const std::vector<std::string>& labels) {
    std::vector<std::string> out;
    for (const std::string& label : labels)
        for (const signer::KeyView& key : keys)
            if (key.record.label == label && !key.record.retired_s) out.push_back(chain::to_checksum(key.record.address));
    return out;
}

std::vector<std::string> what_is_next(const signer::Config& old, const std::string& label, const std::string& config_path,
                                      const std::vector<std::string>& fresh, const std::vector<std::string>& former) {
    const std::string propose = "jitctl safe propose --safe 0xSAFE --executor " + chain::to_checksum(old.limits.executor);
    std::vector<std::string> out;
    const auto propose_all = [&](const std::vector<std::string>& list, const char* allowed, const std::string& more) {
        for (const std::string& address : list)
            out.push_back(fmt::format("{} --out operator-{}{}.json --action setOperator {} {}{}", propose, address.substr(2, 8),
                                      more.empty() ? "" : "-announce", address, allowed, more));
    };
    propose_all(fresh, "true", " --announce");
    propose_all(fresh, "true", "");
    out.emplace_back("# send the new addresses ether for their gas");
    out.push_back("# set hsm.key_label = \"" + label + "\" in " + config_path +
                  ", sign the manifest anew, restart jit-signer, arm");
    propose_all(former, "false", "");
    out.push_back("jitctl key retire --config " + config_path + " --label " + old.key_label + " --yes");
    return out;
}

/// Two people's yes to `action` on the keys of `label`, which are at `former`. True: it may go on; false: what they have to approve
/// was printed.
Result<bool> approved(const signer::Config& config, const Options& options, const std::string& action, const std::string& label,
                      const std::vector<std::string>& former) {
    const std::string subject = signer::key_subject(config, label, former);
    if (options.dual.request) {
        std::cout << json::serialize(json::object{{"action", action}, {"subject", subject}}) << "\n";
        return false;
    }
    const auto lines = read_approvals(options.dual.files);
    if (!lines) return std::unexpected(lines.error());
    std::vector<signer::Approval> approvals;
    for (const json::value& line : *lines) {
        auto approval = signer::parse_approval(std::string_view(line.get_string()));
        if (!approval) return std::unexpected(approval.error());
        approvals.push_back(std::move(*approval));
    }
    if (auto used = signer::use_key_approvals(config, action, subject, approvals); !used) return std::unexpected(used.error());
    return true;
}

int rotate(signer::Config config, const Options& options) {
    Steps steps{.done = {}, .as_json = options.as_json};
    const auto before = signer::view_keys(config);
    if (!before) return print_error(before.error());
    const auto former = addresses(*before, config.hsm.token.key_labels);
    const auto may = approved(config, options, "rotate_keys", config.key_label, former);
    if (!may) return print_error(may.error());
    if (!*may) return 0;
    steps.add("looked at the token: " + std::to_string(former.size()) + " keys in use");

    const std::string label = signer::next_generation(config.key_label);
    signer::Config next = std::move(config);
    const std::string old_label = std::exchange(next.key_label, label);
    for (std::size_t i = 0; i < next.hsm.token.key_labels.size(); ++i)
        next.hsm.token.key_labels[i] = label + "-" + std::to_string(i);
    const auto made = signer::generate_and_register(next, operator_name());
    if (!made) return print_error(made.error());
    steps.add("generated in the token: " + std::to_string(made->size()) + " keys '" + label + "-<lane>'");
    const auto after = signer::view_keys(next);
    if (!after) return print_error(after.error());
    const auto fresh = addresses(*after, next.hsm.token.key_labels);
    next.hsm.program = std::filesystem::read_symlink("/proc/self/exe").replace_filename("jit-signer");
    next.key_label = old_label;
    {
        const chain::Address executor = next.limits.executor;
        signer::HsmPool pool(std::move(next.hsm), [](const std::string&) {});
        if (auto started = pool.start(); !started) return print_error(started.error());
        next.limits.executor = executor;
    }
    steps.add("each new key signed, was recovered and compared");
    const auto commands = what_is_next(next, label, options.config, fresh, former);
    if (options.as_json) {
        std::cout << json::serialize(json::object{{"label", label},
                                                  {"addresses", json::array(fresh.begin(), fresh.end())},
                                                  {"steps", steps.done},
                                                  {"next", json::array(commands.begin(), commands.end())}})
                  << "\n";
        return 0;
    }
    std::cout << "\nNothing signs with them yet. Next, in this order:\n";
    for (const std::string& command : commands) std::cout << "    " << command << "\n";
    return 0;
}

int retire(const signer::Config& config, const Options& options) {
    if (!options.yes)
        return print_mistake(
            {.what = "key retire destroys the keys '" + options.label + "-<lane>' for ever", .hint = "say so with --yes"});
    const auto keys = signer::view_keys(config);
    if (!keys) return print_error(keys.error());
    std::vector<std::string> doomed;
    for (const signer::KeyView& key : *keys)
        if (key.record.label.starts_with(options.label + "-") && !key.record.retired_s)
            doomed.push_back(chain::to_checksum(key.record.address));
    // What retire_generation() refuses by itself must use up no approval.
    if (!doomed.empty() && options.label != config.key_label) {
        const auto may = approved(config, options, "retire_keys", options.label, doomed);
        if (!may) return print_error(may.error());
        if (!*may) return 0;
    }
    const auto gone = signer::retire_generation(config, options.label, operator_name());
    if (!gone) return print_error(gone.error());
    if (options.as_json) {
        std::cout << json::serialize(json::object{{"destroyed", json::array(gone->begin(), gone->end())}}) << "\n";
        return 0;
    }
    for (const std::string& label : *gone) std::cout << "destroyed " << label << "\n";
    return 0;
}

int discard(const signer::Config& config, const Options& options) {
    if (!options.yes)
        return print_mistake({.what = "key discard destroys the private half of the key '" + options.label + "' for ever",
                              .hint = "say so with --yes"});
    // What is refused must use up no approval.
    if (auto alone = signer::check_private_half(config.hsm.token, options.label); !alone) return print_error(alone.error());
    const auto may = approved(config, options, "discard_key", options.label, {});
    if (!may) return print_error(may.error());
    if (!*may) return 0;
    if (auto gone = signer::discard_private_half(config, options.label, operator_name()); !gone) return print_error(gone.error());
    if (options.as_json)
        std::cout << json::serialize(json::object{{"destroyed", json::array{options.label}}}) << "\n";
    else
        std::cout << "destroyed the private half of " << options.label << "\n";
    return 0;
}

int unlock(const signer::Config& config, const Options& options) {
    if (auto done = signer::unlock_pin(config, operator_name(), options.reason); !done) return print_error(done.error());
    std::cout << "unlocked: the next start tries the PIN again\n";
    return 0;
}

} // namespace

int run_key(int argc, char** argv) {
    signer::forbid_core_files(); // a PIN or a person's key could be in them
    Options options;
    CLI::App app("key: the signer's keys, by its own configuration; run it as the signer's user.");
    app.require_subcommand(1);
    const auto add = [&](const char* name, const char* help) {
        CLI::App* command = app.add_subcommand(name, help);
        command->add_option("--config", options.config, "the signer's configuration")
            ->envname("JITBOX_SIGNER_CONFIG")
            ->capture_default_str();
        command->add_option("--timeout", options.timeout_s, "seconds after which a silent HSM is given up")->capture_default_str();
        command->add_flag("--json", options.as_json, "print JSON");
        return command;
    };
    const CLI::App* const lists = add("list", "every key of the token and of the registry: address, state, age");
    const CLI::App* const generates = add("generate", "generate the configured lanes' keys that are missing, inside the token");
    CLI::App* const rotates = add("rotate", "generate and test the next keys, and say what the owners have to confirm");
    CLI::App* const retires = add("retire", "destroy the keys of a label that is not in use any more");
    retires->add_option("--label", options.label, "the former hsm.key_label")->required();
    retires->add_flag("--yes", options.yes, "they are gone for ever");
    CLI::App* const discards = add("discard", "destroy a key's private half that a failed generation has left alone");
    discards->add_option("--label", options.label, "the key's own label, e.g. jit-0")->required();
    discards->add_flag("--yes", options.yes, "it is gone for ever");
    for (CLI::App* command : {rotates, retires, discards}) add_dual_control(*command, options.dual);
    CLI::App* const unlocks = add("unlock", "end the lock-out after wrong PINs");
    unlocks->add_option("--reason", options.reason, "for the audit log")->required();
    CLI::App* const seals = app.add_subcommand("seal", "seal the PIN that stands on standard input by this machine's TPM");
    seals->add_option("--out", options.seal.out, "the file to make, mode 0600")->required();
    seals->add_option("--tpm", options.seal.tpm, "how the TPM is reached, e.g. device:/dev/tpmrm0; tpm2-tss finds one when empty");
    seals->add_option("--pcrs", options.seal.pcrs, "PCRs (SHA-256) that must be as they are now, e.g. 7 for secure boot")
        ->delimiter(',');
    if (const auto code = parse_command_line(app, argc, argv)) return *code;
    const signer::Secret typed = seals->parsed() ? read_pin_from_input() : signer::Secret(); // a person has all the time there is
    const Deadline deadline(options.timeout_s);
    if (seals->parsed()) return seal_pin(typed, options.seal);
    auto config = load(options);
    if (!config) return print_mistake(config.error());
    if (lists->parsed()) return list(*config, options);
    if (generates->parsed()) return generate(*config, options);
    if (rotates->parsed()) return rotate(std::move(*config), options);
    if (retires->parsed()) return retire(*config, options);
    if (discards->parsed()) return discard(*config, options);
    return unlock(*config, options);
}

} // namespace jitbox::apps
