// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/checks.h"
#include "app/cli/command.h"
#include "app/cli/common_options.h"
#include "app/cli/engine.h"
#include "core/base/error.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace cdra::cli {
namespace {

namespace fs = std::filesystem;

bool is_image_name(const fs::path& path) {
    std::string extension = path.extension().string();
    for (char& c : extension) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    static constexpr std::array<std::string_view, 7> known = {".jpg", ".jpeg", ".png", ".bmp", ".ppm", ".pgm", ".webp"};
    return std::find(known.begin(), known.end(), extension) != known.end();
}

class Predict final : public Command {
  public:
    void declare(CLI::App& app) override {
        app.add_option("RUN", run_, "Job folder of a fine-tuning run.")->required();
        app.add_option("IMAGE", images_, "Image files, or folders of them.")->required();
        app.add_option("--top", top_, "Classes shown for each image (default 5).")->type_name("N");
        app.add_option("--out", out_, "Segmentation: folder for the masks, PNG in PASCAL VOC's colours (default RUN/predictions).")
            ->type_name("DIR");
        device_.declare(app, false);
        output_.declare(app);
    }

    int run(const Invocation&) override {
        const job::JobPaths paths(fs::absolute(run_).lexically_normal());
        job::Project project = check_trained_run(paths);
        device_.apply(project.run);
        job::validate(project);
        if (top_ < 1) throw InputError("--top is " + std::to_string(top_) + "; expected at least 1");
        check_model(project.model, project.data);
        const job::PredictRequest request{paths.folder.string(), files(), top_, out(),
                                          project.run, output_.output()};
        exec_engine(find_engine(), "predict", job::to_json(request));
    }

  private:
    std::vector<std::string> files() const {
        std::vector<std::string> found;
        std::error_code error;
        for (const std::string& image : images_) {
            if (fs::is_directory(image, error)) {
                const std::size_t before = found.size();
                for (const auto& entry : fs::directory_iterator(image))
                    if (entry.is_regular_file() && is_image_name(entry.path())) found.push_back(entry.path().string());
                if (found.size() == before) throw InputError(image + ": the folder holds no image");
                std::sort(found.begin() + static_cast<std::ptrdiff_t>(before), found.end());
            } else if (fs::is_regular_file(image, error)) {
                found.push_back(image);
            } else {
                throw InputError(image + ": there is no such file");
            }
        }
        return found;
    }

    std::string out() const { return out_.empty() ? out_ : fs::absolute(out_).lexically_normal().string(); }

    std::string run_, out_;
    std::vector<std::string> images_;
    int top_ = 5;
    RunOptions device_;
    OutputOptions output_;
};

} // namespace

std::unique_ptr<Command> make_predict() { return std::make_unique<Predict>(); }

} // namespace cdra::cli
