// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// MNIST's file format: magic 0x00000803 (images) or 0x00000801 (labels), big-endian sizes, bytes; usually
// gzipped.
#include "core/base/error.h"
#include "datasets/indexed.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <zlib.h>

namespace cdra::datasets {

namespace {

using File = std::unique_ptr<gzFile_s, int (*)(gzFile)>;

constexpr std::uint32_t most_samples = 10'000'000;
constexpr std::uint32_t largest_side = 4096;
constexpr std::uint64_t most_bytes = std::uint64_t{2} << 30;

// The file or its .gz, whichever is there.
std::filesystem::path locate(const std::filesystem::path& root, const std::string& name) {
    for (const std::string& candidate : {name + ".gz", name})
        if (std::filesystem::is_regular_file(root / candidate)) return root / candidate;
    throw InputError((root / (name + ".gz")).string() +
                     " is missing; this layout expects {train,t10k}-images-idx3-ubyte and "
                     "{train,t10k}-labels-idx1-ubyte, each with or without .gz");
}

class IdxReader {
  public:
    explicit IdxReader(std::filesystem::path path)
        : path_(std::move(path)), file_(gzopen(path_.c_str(), "rb"), gzclose) {
        if (!file_) throw InputError(path_.string() + " can't be opened");
        gzbuffer(file_.get(), 1U << 18);
    }
    std::uint32_t number() {
        std::uint8_t b[4];
        read(b);
        return std::uint32_t{b[0]} << 24 | std::uint32_t{b[1]} << 16 | std::uint32_t{b[2]} << 8 | b[3];
    }
    void expect_magic(std::uint32_t want) {
        const std::uint32_t got = number();
        if (got != want)
            throw CorruptFile(path_.string() + ": begins with the number " + std::to_string(got) +
                              ", expected " + std::to_string(want) + " of an IDX file of " +
                              (want == 2051 ? "images" : "labels"));
    }
    std::uint32_t bounded(std::uint32_t largest, const char* what) {
        const std::uint32_t value = number();
        if (value < 1 || value > largest)
            throw CorruptFile(path_.string() + ": its " + what + " is " + std::to_string(value) +
                              ", expected 1 to " + std::to_string(largest));
        return value;
    }
    // Grows as bytes arrive: a header that lies about a short file costs no memory.
    std::vector<std::uint8_t> bytes(std::uint64_t count) {
        if (count > most_bytes)
            throw CorruptFile(path_.string() + ": claims " + std::to_string(count) +
                              " bytes, more than 2 GiB");
        std::vector<std::uint8_t> result;
        constexpr std::uint64_t piece = 1U << 22;
        while (result.size() < count) {
            const std::size_t at = result.size();
            result.resize(static_cast<std::size_t>(std::min(count, at + piece)));
            read(std::span(result).subspan(at));
        }
        return result;
    }
    void expect_end() {
        std::uint8_t more = 0;
        const int got = gzread(file_.get(), &more, 1);
        if (got > 0) throw CorruptFile(path_.string() + ": holds more bytes than its header says");
        // A gzip stream that lacks its check sum reads like a good one that ends here, but for this code.
        int code = Z_OK;
        (void)gzerror(file_.get(), &code);
        if (got < 0 || code != Z_OK)
            throw CorruptFile(path_.string() + ": damaged gzip data, its end or check sum is wrong");
    }

  private:
    void read(std::span<std::uint8_t> to) {
        const int got = gzread(file_.get(), to.data(), static_cast<unsigned>(to.size()));
        if (got != static_cast<int>(to.size()))
            throw CorruptFile(path_.string() + (got < 0 ? ": damaged gzip data"
                                                        : ": cut short, it ends before its last sample"));
    }
    std::filesystem::path path_;
    File file_;
};

struct Images {
    std::uint32_t count = 0, height = 0, width = 0;
    std::vector<std::uint8_t> grey;
};

Images read_images(const std::filesystem::path& path) {
    IdxReader reader(path);
    reader.expect_magic(2051);
    Images images;
    images.count = reader.bounded(most_samples, "number of images");
    images.height = reader.bounded(largest_side, "height");
    images.width = reader.bounded(largest_side, "width");
    images.grey = reader.bytes(std::uint64_t{images.count} * images.height * images.width);
    reader.expect_end();
    return images;
}

std::vector<Sample> read_labels(const std::filesystem::path& path, const std::string& prefix,
                                std::uint32_t count, std::size_t classes) {
    IdxReader reader(path);
    reader.expect_magic(2049);
    const std::uint32_t labels = reader.bounded(most_samples, "number of labels");
    if (labels != count)
        throw CorruptFile(path.string() + ": holds " + std::to_string(labels) + " labels, but there are " +
                          std::to_string(count) + " images");
    const std::vector<std::uint8_t> values = reader.bytes(labels);
    reader.expect_end();
    std::vector<Sample> samples;
    samples.reserve(labels);
    char number[16];
    for (std::uint32_t i = 0; i < labels; ++i) {
        if (values[i] >= classes)
            throw CorruptFile(path.string() + ": label " + std::to_string(i) + " is " +
                              std::to_string(values[i]) + ", expected 0 to " + std::to_string(classes - 1));
        std::snprintf(number, sizeof number, "%05u", i);
        samples.push_back({prefix + number, values[i]});
    }
    return samples;
}

class IdxDataset final : public IndexedDataset {
  public:
    IdxDataset(std::string layout, std::vector<std::string> classes, Splits splits, Images train, Images test)
        : IndexedDataset(std::move(layout), std::move(classes), std::move(splits)), train_(std::move(train)),
          test_(std::move(test)) {}

  private:
    Image load_sample(const Sample& sample) const override {
        // The names are this file's own: "train/00017".
        const auto slash = sample.name.find('/');
        const Images& images = sample.name.starts_with("train") ? train_ : test_;
        std::size_t index = 0;
        std::from_chars(sample.name.data() + slash + 1, sample.name.data() + sample.name.size(), index);
        const std::size_t area = std::size_t{images.height} * images.width;
        const std::uint8_t* grey = images.grey.data() + index * area;
        Image image{static_cast<int>(images.width), static_cast<int>(images.height),
                    std::vector<std::uint8_t>(area * 3)};
        for (std::size_t i = 0; i < area; ++i)
            std::fill_n(image.rgb.begin() + static_cast<std::ptrdiff_t>(3 * i), 3, grey[i]);
        return image;
    }
    Images train_, test_;
};

std::unique_ptr<Dataset> open(const std::filesystem::path& root, const Options& options, const char* layout,
                              std::vector<std::string> classes) {
    const CommonOptions common = common_options(options);
    const auto train_path = locate(root, "train-images-idx3-ubyte"),
               test_path = locate(root, "t10k-images-idx3-ubyte");
    const auto train_labels = locate(root, "train-labels-idx1-ubyte"),
               test_labels = locate(root, "t10k-labels-idx1-ubyte");
    Images train = read_images(train_path), test = read_images(test_path);
    Splits splits;
    splits["train"] = read_labels(train_labels, "train/", train.count, classes.size());
    splits["test"] = read_labels(test_labels, "test/", test.count, classes.size());
    apply_common(splits, common, root.string());
    return std::make_unique<IdxDataset>(layout, std::move(classes), std::move(splits), std::move(train),
                                        std::move(test));
}

} // namespace

bool is_idx(const std::filesystem::path& root) {
    return std::filesystem::is_regular_file(root / "train-images-idx3-ubyte.gz") ||
           std::filesystem::is_regular_file(root / "train-images-idx3-ubyte");
}

// MNIST's and Fashion-MNIST's files have the same names: the folder's name tells them apart.
bool is_fashion_mnist(const std::filesystem::path& root) {
    std::string name = std::filesystem::weakly_canonical(root).filename().string();
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return is_idx(root) && name.find("fashion") != std::string::npos;
}

std::unique_ptr<Dataset> open_fashion_mnist(const std::filesystem::path& root, const Options& options) {
    return open(root, options, "fashion-mnist",
                {"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag",
                 "Ankle boot"});
}

std::unique_ptr<Dataset> open_mnist(const std::filesystem::path& root, const Options& options) {
    return open(root, options, "mnist", {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"});
}

} // namespace cdra::datasets
