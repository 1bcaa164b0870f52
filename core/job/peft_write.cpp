// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/job/peft_export.h"
#include "core/tensor_io/safetensors.h"

#include <nlohmann/json.hpp>
#include <sstream>

namespace cdra::job {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* root = "base_model.model.";

std::string config(const PeftAdapter& adapter) {
    Json targets = Json::array(), ranks = Json::object();
    std::int64_t largest = 1;
    for (const auto& [name, module] : adapter.modules) {
        targets.push_back(name);
        ranks[name] = module.rank;
        largest = std::max(largest, module.rank);
    }
    // Every module is listed by its full name, with alpha = rank: a scale of 1.
    Json json = {{"peft_type", "LORA"},
                 {"task_type", nullptr},
                 {"auto_mapping", nullptr},
                 {"base_model_name_or_path", adapter.base_model},
                 {"revision", nullptr},
                 {"inference_mode", true},
                 {"r", largest},
                 {"lora_alpha", largest},
                 {"lora_dropout", 0.0},
                 {"target_modules", targets},
                 {"rank_pattern", ranks},
                 {"alpha_pattern", ranks},
                 {"bias", adapter.biases ? "all" : "none"},
                 {"modules_to_save", nullptr},
                 {"fan_in_fan_out", false},
                 {"init_lora_weights", true},
                 {"use_rslora", false},
                 {"use_dora", false},
                 {"layers_to_transform", nullptr},
                 {"layers_pattern", nullptr}};
    if (!adapter.modules_to_save.empty()) json["modules_to_save"] = adapter.modules_to_save;
    return json.dump(2) + "\n";
}

std::string value(const PeftAdapter& adapter, const std::string& key) {
    const auto found = adapter.metadata.find(key);
    return found == adapter.metadata.end() ? "not recorded" : found->second;
}

std::string card(const PeftAdapter& adapter) {
    const bool timm = adapter.naming == checkpoint::Naming::timm;
    std::ostringstream text;
    text << "---\nbase_model: " << Json(adapter.base_model).dump() << "\nlibrary_name: peft\ntags:\n- lora\n- image-classification\n---\n\n"
         << "# Adapter of " << adapter.base_model << " (" << value(adapter, "method") << ")\n\n"
         << "For inference and merging only. A and B are zero outside the sub-matrices that were trained; training this\n"
            "adapter further in peft would fill those zeros and give another method.\n\n"
         << "- base model: " << adapter.base_model << ", SHA-256 " << value(adapter, "model_sha256") << ", "
         << (timm ? "timm" : "Hugging Face") << " names\n"
         << "- classes: " << value(adapter, "classes") << ", in this order: " << value(adapter, "class_names") << "\n"
         << "- images: " << value(adapter, "image_size") << " px, mean " << value(adapter, "mean") << ", std "
         << value(adapter, "std") << "\n"
         << "- position embedding: resampled to that size the "
         << (value(adapter, "position_resampling") == "hf" ? "Hugging Face" : "timm") << " way\n\n```python\n";
    if (timm)
        text << "import peft, timm\n\nmodel = timm.create_model(NAME, num_classes=" << value(adapter, "classes")
             << ", img_size=" << value(adapter, "image_size") << ", checkpoint_path=BASE)\n";
    else
        text << "import peft, transformers\n\nmodel = transformers.AutoModelForImageClassification.from_pretrained(BASE, num_labels="
             << value(adapter, "classes") << ")\n";
    text << "model = peft.PeftModel.from_pretrained(model, FOLDER).merge_and_unload()\n```\n";
    return text.str();
}

} // namespace

void write_peft(const std::filesystem::path& folder, const PeftAdapter& adapter) {
    std::error_code error;
    std::filesystem::create_directory(folder, error);
    if (error) throw IoError(folder.string() + ": cannot make the folder: " + error.message());
    std::vector<tensor_io::TensorView> views;
    for (const auto& [name, module] : adapter.modules) {
        views.push_back(tensor_io::view_f32(root + name + ".lora_A.weight", {module.rank, module.in}, module.a));
        views.push_back(tensor_io::view_f32(root + name + ".lora_B.weight", {module.out, module.rank}, module.b));
    }
    for (const auto& [name, whole] : adapter.whole)
        views.push_back(tensor_io::view_f32(root + name, whole.shape, whole.values));
    tensor_io::write_safetensors(folder / "adapter_model.safetensors", views, {{"format", "pt"}});
    write_file_atomically(folder / "README.md", card(adapter));
    // The config last: a folder with it is complete.
    write_file_atomically(folder / "adapter_config.json", config(adapter));
}

} // namespace cdra::job
