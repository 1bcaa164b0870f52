// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/method_options.h"

#include "core/base/error.h"
#include "core/methods/nearest.h"

namespace cdra::cli {
namespace {

std::string help_of(const std::string& name, const std::map<std::string, std::string>& also) {
    // Methods that say the same about an option share one sentence.
    std::vector<std::pair<std::string, std::string>> parts; // text, methods
    for (const methods::Descriptor* method : methods::all_methods())
        if (const methods::Option* option = methods::find_option(*method, name)) {
            const std::string text = std::string(option->help) + " Default " + std::string(option->default_value) + ".";
            if (!parts.empty() && parts.back().first == text) parts.back().second += ", " + std::string(method->word);
            else parts.emplace_back(text, method->word);
        }
    std::string help;
    for (const auto& [text, which] : parts) help += (help.empty() ? "" : " ") + ("[" + which + "] " + text);
    if (const auto extra = also.find(name); extra != also.end()) help += " " + extra->second;
    return help;
}

} // namespace

void MethodOptions::declare(CLI::App& app, const std::map<std::string, std::string>& also) {
    std::set<std::string> done;
    for (const methods::Descriptor* method : methods::all_methods())
        for (const methods::Option& option : method->options) {
            const std::string name(option.name);
            if (!done.insert(name).second) continue;
            CLI::Option* added = nullptr;
            if (option.type == methods::OptionType::boolean)
                added = app.add_flag_function(
                    "--" + name + ",!--no-" + name,
                    [this, name](std::int64_t count) { given_[name] = count > 0 ? "true" : "false"; }, help_of(name, also));
            else
                added = app.add_option_function<std::string>(
                               "--" + name, [this, name](const std::string& text) { given_[name] = text; }, help_of(name, also))
                            ->type_name(option.type == methods::OptionType::integer ? "N"
                                        : option.type == methods::OptionType::real  ? "F"
                                                                                    : "WORD");
            added->group("Options of the method (cdra methods)");
        }
}

void MethodOptions::apply(const methods::Descriptor& method, methods::OptionValues& values,
                          const std::set<std::string>& taken) const {
    for (const auto& [name, text] : given_) {
        if (taken.contains(name)) continue;
        const methods::Option* option = methods::find_option(method, name);
        if (option == nullptr) {
            std::vector<std::string> known;
            for (const methods::Option& one : method.options) known.push_back("--" + std::string(one.name));
            throw InputError("method " + std::string(method.word) + " has no option --" + name + "; it has " +
                             methods::join(known));
        }
        values[name] = methods::normalised(*option, text);
    }
}

const std::string* MethodOptions::given(const std::string& name) const {
    const auto found = given_.find(name);
    return found == given_.end() ? nullptr : &found->second;
}

} // namespace cdra::cli
