// CLI11's verdicts, in the words of this repository.
// SPDX-License-Identifier: Apache-2.0
#include "apps/text/command_line.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace jitbox::apps {
namespace {

/// The subcommand that was given last, or the app itself.
const CLI::App& innermost(const CLI::App& app) {
    const std::vector<CLI::App*> given = app.get_subcommands();
    return given.empty() ? app : innermost(*given.back());
}

std::string subcommands_of(const CLI::App& app) {
    std::string out;
    for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; }))
        out += (out.empty() ? "" : ", ") + command->get_name();
    return out;
}

/// "Could not convert: --limit = x": only numbers are converted.
std::string bad_number(std::string_view text) {
    constexpr std::string_view prefix = "Could not convert: ";
    if (text.starts_with(prefix)) text.remove_prefix(prefix.size());
    const std::size_t equals = text.find(" = ");
    if (equals == std::string_view::npos) return std::string(text);
    return std::string(text.substr(0, equals)) + ": '" + std::string(text.substr(equals + 3)) + "' is not a number that it takes";
}

std::string in_words(const CLI::App& app, const CLI::ParseError& error) {
    const CLI::App& command = innermost(app);
    const bool wants_subcommand = command.get_require_subcommand_min() > 0;
    if (wants_subcommand && error.get_name() == "RequiredError") {
        const std::vector<std::string> words = command.remaining();
        return (words.empty() ? "a subcommand is missing" : "unknown subcommand '" + words.front() + "'") +
               ", it is one of: " + subcommands_of(command);
    }
    if (error.get_name() == "ConversionError") return bad_number(error.what());
    return error.what();
}

} // namespace

std::optional<int> parse_command_line(CLI::App& app, int argc, const char* const* argv) {
    if (app.get_name().empty() && argc > 0) app.name(std::filesystem::path(argv[0]).filename().string());
    try {
        app.parse(argc, argv);
        return {};
    } catch (const CLI::Success& asked) { // help or version
        return app.exit(asked);
    } catch (const CLI::ParseError& error) {
        const CLI::App& command = innermost(app);
        const std::string name = app.get_name() + (&command == &app ? "" : " " + command.get_name());
        std::fprintf(stderr, "%s: %s\n    -> %s --help\n", name.c_str(), in_words(app, error).c_str(), name.c_str());
        return wrong_usage;
    }
}

std::string version_text(const std::string& program) {
    return program + " " JITBOX_VERSION;
}

} // namespace jitbox::apps
