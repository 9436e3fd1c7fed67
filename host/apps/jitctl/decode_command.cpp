// `jitctl decode`: its options, and standard input and output made fast.
// SPDX-License-Identifier: Apache-2.0
#include "apps/jitctl/commands.hpp"
#include "apps/offline/decode.hpp"
#include "apps/text/command_line.hpp"

#include <CLI/CLI.hpp>

#include <ext/stdio_filebuf.h>

#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>
#include <unistd.h>

namespace jitbox::apps {

int decode_command(int argc, char** argv) {
    CLI::App app{
        "Decodes raw signed transactions: hex (0x optional), one a line, on standard input; one JSON object a line on standard "
        "output.\nFields and reasons: docs/parser.md",
        "jitctl decode"};
    std::string routers;
    std::string engine = "native";
    DecodeOptions options;
    app.add_option("--routers", routers,
                   "file of router addresses and kinds, JSON or lines `address kind [factory]`; default: mainnet's");
    app.add_option("--chain-id", options.chain_id, "reject transactions that name another chain (wrong_chain)");
    app.add_option("--engine", engine, "native (the HLS kernel on this CPU) or xrt (a card)")
        ->check(CLI::IsMember({"native", "xrt"}))
        ->capture_default_str();
    std::string xclbin;
    app.add_option("--xclbin", xclbin, "the card's image, with --engine xrt; default: JITBOX_XCLBIN");
    if (const auto code = parse_command_line(app, argc, argv)) return *code;
    std::unique_ptr<accel::Engine> card;
    if (engine != "native") {
        const char* const image = std::getenv("JITBOX_XCLBIN");
        auto made = accel::make_engine({.name = engine, .xclbin = !xclbin.empty() ? xclbin : image != nullptr ? image : ""});
        if (!made) return print_error({"decode: " + made.error().what, made.error().hint});
        card = std::move(*made);
        options.engine = card.get();
    }
    if (!routers.empty()) {
        auto table = load_routers(routers);
        if (!table) return print_mistake({"decode: --routers: " + table.error().what, table.error().hint});
        options.table = std::move(*table);
    }
    std::ios::sync_with_stdio(false);
    // The buffer of std::cin is 8 KiB; ours is as large as a pipe hands out at once.
    __gnu_cxx::stdio_filebuf<char> input(STDIN_FILENO, std::ios::in | std::ios::binary, std::size_t{256} << 10);
    std::istream in(&input);
    const int code = run_decode(in, std::cout, options);
    return code == 0 ? 0 : print_error({"decode: cannot write to standard output", "is the disk full, or its reader gone?"});
}

} // namespace jitbox::apps
