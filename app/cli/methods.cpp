// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/command.h"
#include "app/cli/common_options.h"
#include "core/base/error.h"
#include "core/methods/descriptor.h"

#include <nlohmann/json.hpp>

#include <iostream>

namespace cdra::cli {
namespace {

using Json = nlohmann::ordered_json;

Json default_of(const methods::Option& option) {
    const methods::OptionValues values{{std::string(option.name), std::string(option.default_value)}};
    switch (option.type) {
    case methods::OptionType::boolean: return methods::as_bool(values, option.name);
    case methods::OptionType::integer: return methods::as_integer(values, option.name);
    case methods::OptionType::real: return methods::as_real(values, option.name);
    case methods::OptionType::word:
    case methods::OptionType::words: break;
    }
    return option.default_value;
}

class Methods final : public Command {
  public:
    void declare(CLI::App& app) override {
        app.add_option("NAME", name_, "Only this method.");
        output_.declare(app);
    }

    int run(const Invocation&) override {
        std::vector<const methods::Descriptor*> chosen;
        if (name_.empty()) chosen.assign(methods::all_methods().begin(), methods::all_methods().end());
        else chosen.push_back(&methods::find_method(name_));
        if (output_.json) print_json(chosen);
        else print_text(chosen);
        return exit_codes::done;
    }

  private:
    static void print_json(const std::vector<const methods::Descriptor*>& chosen) {
        Json json{{"methods", Json::array()}};
        for (const methods::Descriptor* method : chosen) {
            Json entry{{"name", method->word},          {"title", method->title},
                       {"summary", method->summary},    {"needs_plan", method->needs_plan},
                       {"mergeable", method->mergeable}, {"options", Json::array()}};
            for (const methods::Option& option : method->options) {
                Json one{{"name", option.name}, {"type", methods::name_of(option.type)}, {"default", default_of(option)}};
                if (option.minimum != option.maximum) one["minimum"] = option.minimum, one["maximum"] = option.maximum;
                if (!option.choices.empty()) one["choices"] = option.choices;
                one["help"] = option.help;
                entry["options"].push_back(std::move(one));
            }
            entry["published_recipe"] = Json::object();
            for (const auto& [key, value] : method->recipe) entry["published_recipe"][std::string(key)] = value;
            if (!method->recipe_note.empty()) entry["published_recipe_note"] = method->recipe_note;
            json["methods"].push_back(std::move(entry));
        }
        std::cout << json.dump() << '\n';
    }

    static void print_text(const std::vector<const methods::Descriptor*>& chosen) {
        bool first = true;
        for (const methods::Descriptor* method : chosen) {
            if (!first) std::cout << '\n';
            first = false;
            std::cout << method->word << ": " << method->title << ". " << method->summary
                      << (method->needs_plan ? " Needs a compact plan." : "") << '\n';
            for (const methods::Option& option : method->options)
                std::cout << "  --" << option.name << " (default " << option.default_value << "): " << option.help << '\n';
            print_recipe(*method);
        }
    }

    static void print_recipe(const methods::Descriptor& method) {
        if (method.recipe.empty() && method.recipe_note.empty()) return;
        std::cout << "  --recipe published:";
        for (const auto& [key, value] : method.recipe) std::cout << ' ' << key << ' ' << value;
        if (!method.recipe_note.empty()) std::cout << (method.recipe.empty() ? " " : ". ") << method.recipe_note;
        std::cout << '\n';
    }

    std::string name_;
    OutputOptions output_;
};

} // namespace

std::unique_ptr<Command> make_methods() { return std::make_unique<Methods>(); }

} // namespace cdra::cli
