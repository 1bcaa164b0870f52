// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/command.h"
#include "core/base/error.h"
#include "core/base/one_line.h"
#include "core/methods/nearest.h"

#include <csignal>
#include <cstdio>
#include <iostream>
#include <memory>
#include <string_view>

namespace cdra::cli {
namespace {

int complain(const std::string& message, int code) {
    std::cout.flush();
    std::cerr << "cdra: " << one_line(message) << '\n';
    return code;
}

bool is_plain(const std::string& argument) {
    return !argument.empty() && argument.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                                           "0123456789-_./:,=+@%") == std::string::npos;
}

std::vector<std::string> command_names() {
    std::vector<std::string> names;
    for (const CommandEntry& entry : commands()) names.emplace_back(entry.name);
    return names;
}

std::vector<std::string> option_names(const CLI::App& app) {
    std::vector<std::string> names;
    for (const CLI::Option* option : app.get_options())
        for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    return names;
}

// "; see '…'" after a statement, " See '…'" after the question of a suggestion.
std::string with_hint(const std::string& message, const std::string& command) {
    return message + (message.ends_with("?") ? " See '" : "; see '") + command + " --help'";
}

// The command that was typed and, of a command of words ("dataset build"), the words.
std::vector<const CLI::App*> typed(const CLI::App& app) {
    std::vector<const CLI::App*> chain;
    for (auto next = app.get_subcommands(); !next.empty(); next = next.front()->get_subcommands()) chain.push_back(next.front());
    return chain;
}

std::string line_of(const CLI::App& app) {
    return app.get_parent() == nullptr ? app.get_name() : line_of(*app.get_parent()) + " " + app.get_name();
}

// What the parser did not take.
std::string unexpected(const CLI::App& app, const std::string& argument) {
    const std::string command = line_of(app);
    if (!argument.starts_with("-")) return with_hint("unexpected argument '" + argument + "'", command);
    const std::string name = argument.substr(0, argument.find('='));
    return with_hint("unknown option '" + name + "'" + methods::suggestion(name, option_names(app)), command);
}

std::string without_line_end(std::string text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
    for (char& c : text)
        if (c == '\n') c = ' ';
    return text;
}

// The library marks the negative half of a flag, "--no-x{false}": of use to a parser, not to a reader.
class HelpText final : public CLI::Formatter {
  public:
    std::string make_option_name(const CLI::Option* option, bool positional) const override {
        std::string name = CLI::Formatter::make_option_name(option, positional);
        constexpr std::string_view mark = "{false}";
        for (auto at = name.find(mark); at != std::string::npos; at = name.find(mark)) name.erase(at, mark.size());
        return name;
    }
};

int dispatch(int argc, char** argv) {
    CLI::App app("CDRA: sensitivity analysis and compact low-rank fine-tuning of vision transformers.", "cdra");
    const auto help = std::make_shared<HelpText>();
    help->column_width(30); // the library's own default
    app.formatter(help);    // subcommands inherit it
    app.set_version_flag("--version", std::string("cdra ") + CDRA_VERSION);
    app.set_help_flag("-h,--help", "Show this help and exit.");
    app.require_subcommand(0, 1);
    app.allow_extras();
    app.footer("'cdra COMMAND --help' describes a command. Exit codes: 0 done, 1 failed, 2 wrong usage or bad input, 130 stopped.");
    std::vector<std::unique_ptr<Command>> made;
    for (const CommandEntry& entry : commands()) {
        CLI::App* sub = app.add_subcommand(std::string(entry.name), std::string(entry.summary));
        sub->allow_extras();
        made.push_back(entry.make());
        made.back()->declare(*sub);
    }
    const Invocation invocation{{argv, argv + argc}};
    try {
        app.parse(argc, argv);
    } catch (const CLI::CallForHelp&) {
        std::cout << app.help();
        return exit_codes::done;
    } catch (const CLI::CallForAllHelp&) {
        std::cout << app.help("", CLI::AppFormatMode::All);
        return exit_codes::done;
    } catch (const CLI::CallForVersion& version) {
        std::cout << version.what() << '\n';
        return exit_codes::done;
    } catch (const CLI::ParseError& error) {
        const auto chosen = typed(app);
        // A mistyped option leaves others missing: the slip is worth telling, not its consequence.
        for (const CLI::App* word : chosen)
            for (const std::string& argument : word->remaining())
                if (argument.starts_with("-")) return complain(unexpected(*word, argument), exit_codes::bad_input);
        return complain(with_hint(without_line_end(error.what()), line_of(chosen.empty() ? app : *chosen.back())),
                        exit_codes::bad_input);
    }
    const auto chosen = typed(app);
    if (chosen.empty()) {
        const std::vector<std::string> rest = app.remaining();
        if (rest.empty()) {
            std::cerr << app.help();
            return exit_codes::bad_input;
        }
        const char* kind = rest.front().starts_with("-") ? "option" : "command";
        return complain(with_hint(std::string("unknown ") + kind + " '" + rest.front() + "'" +
                                      methods::suggestion(rest.front(), command_names()),
                                  "cdra"),
                        exit_codes::bad_input);
    }
    for (const CLI::App* word : chosen)
        if (const auto rest = word->remaining(); !rest.empty())
            return complain(unexpected(*word, rest.front()), exit_codes::bad_input);
    for (std::size_t i = 0; i < made.size(); ++i)
        if (chosen.front()->get_name() == commands()[i].name) return made[i]->run(invocation);
    return exit_codes::failed;
}

} // namespace

std::string Invocation::line() const {
    std::string text;
    for (const std::string& argument : arguments) {
        if (!text.empty()) text += ' ';
        if (is_plain(argument)) {
            text += argument;
            continue;
        }
        text += '\'';
        for (const char c : argument) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
        text += '\'';
    }
    return text;
}

int run(int argc, char** argv) {
    // A limit on the size of files shall fail a write as a full disk does, here and in the engine that this becomes.
    std::signal(SIGXFSZ, SIG_IGN);
    try {
        const int code = dispatch(argc, argv);
        std::cout.flush();
        if (!std::cout) return complain("cannot write to standard output", exit_codes::failed);
        return code;
    } catch (const Cancelled& stopped) {
        return complain("stopped", exit_code(stopped));
    } catch (const std::exception& error) {
        return complain(error.what(), exit_code(error));
    }
}

} // namespace cdra::cli
