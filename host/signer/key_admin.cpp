// What persons do to the lanes' keys. Each of it is audited in the log of keys.
// SPDX-License-Identifier: Apache-2.0
#include "signer/key_admin.hpp"

#include "chain/secp256k1.hpp"
#include "signer/key_log.hpp"
#include "signer/pin_guard.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace jitbox::signer {
namespace {

constexpr std::array<std::string_view, 4> state_names = {"active", "waiting", "retired", "missing"};

/// A lane's key of this label: the label, '-', a number.
bool belongs_to(std::string_view label, std::string_view key_label) {
    if (!label.starts_with(key_label) || label.size() < key_label.size() + 2 || label[key_label.size()] != '-') return false;
    return label.find_first_not_of("0123456789", key_label.size() + 1) == std::string_view::npos;
}

std::string joined(const std::vector<std::string>& labels) {
    std::string out;
    for (const std::string& label : labels) out += (out.empty() ? "" : " ") + label;
    return out.empty() ? "none" : out;
}

} // namespace

std::string_view to_text(KeyState state) {
    return state_names.at(static_cast<std::size_t>(state));
}

Result<std::vector<KeyView>> view_keys(const Config& config) {
    const auto present = list_keys(config.hsm.token);
    if (!present) return std::unexpected(present.error());
    const auto book = open_key_book(config, print_distrust);
    if (!book) return std::unexpected(book.error());
    const auto known = book->registry->all();
    if (!known) return std::unexpected(known.error());
    std::vector<KeyView> out;
    for (const KeyRecord& record : *known)
        out.push_back({.record = record, .state = record.retired_s ? KeyState::retired : KeyState::missing});
    for (const HsmKey& key : *present) {
        const auto address = chain::address_of_public_key(key.public_key);
        if (!address) continue; // list_keys() gives keys on the curve only
        auto view = std::ranges::find(out, *address, [](const KeyView& item) { return item.record.address; });
        if (view == out.end())
            view = out.insert(out.end(), {.record = {.label = key.label, .address = *address, .created_s = 0, .retired_s = {}},
                                          .registered = false});
        view->in_token = true;
        if (!view->record.retired_s) view->state = belongs_to(key.label, config.key_label) ? KeyState::active : KeyState::waiting;
    }
    return out;
}

Result<std::vector<std::string>> generate_and_register(const Config& config, const std::string& operator_name) {
    const auto book = open_key_book(config, print_distrust);
    if (!book) return std::unexpected(book.error());
    const auto record = [&](const std::string& result) {
        return record_key_action(config, *book->log, operator_name, "key_generate", result);
    };
    if (auto recorded = record("asked: " + joined(config.hsm.token.key_labels)); !recorded)
        return std::unexpected(recorded.error());
    auto made = generate_missing_keys(config.hsm.token);
    if (!made) return made;
    const auto present = list_keys(config.hsm.token);
    if (!present) return std::unexpected(present.error());
    for (const HsmKey& key : *present) {
        if (std::ranges::find(config.hsm.token.key_labels, key.label) == config.hsm.token.key_labels.end()) continue;
        const auto address = chain::address_of_public_key(key.public_key);
        if (!address) return std::unexpected(address.error());
        const bool is_new = std::ranges::find(*made, key.label) != made->end();
        if (const auto added = book->registry->add(key.label, *address, std::chrono::system_clock::now(),
                                                   is_new ? KeyOrigin::generated : KeyOrigin::found);
            !added)
            return std::unexpected(added.error());
    }
    if (auto recorded = record("made: " + joined(*made)); !recorded) return std::unexpected(recorded.error());
    return made;
}

std::string next_generation(const std::string& key_label) {
    const std::size_t dot = key_label.rfind('.');
    unsigned number = 0;
    if (dot != std::string::npos) {
        const char* const end = key_label.data() + key_label.size();
        const auto parsed = std::from_chars(key_label.data() + dot + 1, end, number);
        if (parsed.ec == std::errc() && parsed.ptr == end && number >= 2)
            return key_label.substr(0, dot + 1) + std::to_string(number + 1);
    }
    return key_label + ".2";
}

Result<std::vector<std::string>> retire_generation(const Config& config, const std::string& key_label,
                                                   const std::string& operator_name) {
    if (key_label == config.key_label)
        return fail("keys: '" + key_label + "' is what the signer is configured for (hsm.key_label)",
                    "set hsm.key_label to the new keys and restart the signer first");
    const auto present = list_keys(config.hsm.token);
    if (!present) return std::unexpected(present.error());
    const auto book = open_key_book(config, print_distrust);
    if (!book) return std::unexpected(book.error());
    const auto record = [&](const std::string& result) {
        return record_key_action(config, *book->log, operator_name, "key_retire", result);
    };
    std::vector<std::string> gone;
    for (const HsmKey& key : *present) {
        if (!belongs_to(key.label, key_label)) continue;
        if (auto recorded = record("asked: " + key.label); !recorded) return std::unexpected(recorded.error());
        const auto address = chain::address_of_public_key(key.public_key);
        if (!address) return std::unexpected(address.error());
        const auto now = std::chrono::system_clock::now();
        // Written down first: a crash then leaves a key that no signer arms with, and the command can be given again.
        if (const auto added = book->registry->add(key.label, *address, now, KeyOrigin::found); !added)
            return std::unexpected(added.error());
        if (auto retired = book->registry->retire(*address, now); !retired) return std::unexpected(retired.error());
        if (auto destroyed = destroy_key(config.hsm.token, key.label); !destroyed) return std::unexpected(destroyed.error());
        gone.push_back(key.label);
    }
    if (gone.empty()) return fail("keys: the token holds no key '" + key_label + "-<lane>'", "`jitctl key list` shows the labels");
    if (auto recorded = record("destroyed: " + joined(gone)); !recorded) return std::unexpected(recorded.error());
    return gone;
}

Result<void> discard_private_half(const Config& config, const std::string& label, const std::string& operator_name) {
    const auto log = open_key_log(config);
    if (!log) return std::unexpected(log.error());
    const auto record = [&](const std::string& result) {
        return record_key_action(config, **log, operator_name, "key_discard", result);
    };
    if (auto recorded = record("asked: " + label); !recorded) return recorded;
    if (auto destroyed = destroy_private_half(config.hsm.token, label); !destroyed) return destroyed;
    return record("destroyed: " + label);
}

Result<void> unlock_pin(const Config& config, const std::string& operator_name, const std::string& reason) {
    const auto log = open_key_log(config);
    if (!log) return std::unexpected(log.error());
    if (auto recorded = record_key_action(config, **log, operator_name, "pin_unlock", reason); !recorded) return recorded;
    return PinGuard(config.pin_guard_path()).clear();
}

} // namespace jitbox::signer
