// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// Private to datasets: what the layouts share. A layout reads its index once, hands it over, and says how a
// sample's image comes to be.
#pragma once

#include "datasets/options.h"

namespace cdra::datasets {

class IndexedDataset : public Dataset {
  public:
    // `splits` as they come out of apply_common.
    IndexedDataset(std::string layout, std::vector<std::string> classes, Splits splits);

    std::string layout() const override { return layout_; }
    const std::vector<std::string>& classes() const override { return classes_; }
    const std::vector<std::string>& splits() const override { return names_; }
    const std::vector<Sample>& samples(std::string_view split) const override;
    Image load(std::string_view split, std::size_t index) const override;
    std::string fingerprint() const override { return fingerprint_; }

  protected:
    virtual Image load_sample(const Sample& sample) const = 0;

  private:
    std::string layout_;
    std::vector<std::string> classes_, names_;
    Splits splits_;
    std::string fingerprint_;
};

// Samples whose names are files below `root`.
class FileDataset final : public IndexedDataset {
  public:
    FileDataset(std::filesystem::path root, std::string layout, std::vector<std::string> classes, Splits splits,
                std::string division = {})
        : IndexedDataset(std::move(layout), std::move(classes), std::move(splits)), root_(std::move(root)),
          division_(std::move(division)) {}
    std::string division() const override { return division_; }

  private:
    Image load_sample(const Sample& sample) const override { return read_image(root_ / sample.name); }
    std::filesystem::path root_;
    std::string division_;
};

// The layouts, one file each; their order and their words are in layouts.cpp.
bool is_fashion_mnist(const std::filesystem::path& root);
bool is_idx(const std::filesystem::path& root);
bool is_vtab(const std::filesystem::path& root);
bool is_fgvc(const std::filesystem::path& root);
bool is_voc(const std::filesystem::path& root);
bool is_ade20k(const std::filesystem::path& root);
bool is_image_folder(const std::filesystem::path& root);
std::unique_ptr<Dataset> open_fashion_mnist(const std::filesystem::path& root, const Options& options);
std::unique_ptr<Dataset> open_mnist(const std::filesystem::path& root, const Options& options);
std::unique_ptr<Dataset> open_vtab(const std::filesystem::path& root, const Options& options);
std::unique_ptr<Dataset> open_fgvc(const std::filesystem::path& root, const Options& options);
std::unique_ptr<Dataset> open_voc(const std::filesystem::path& root, const Options& options);
std::unique_ptr<Dataset> open_ade20k(const std::filesystem::path& root, const Options& options);
std::unique_ptr<Dataset> open_image_folder(const std::filesystem::path& root, const Options& options);

} // namespace cdra::datasets
