// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "datasets/build_sources.h"

#include "core/base/error.h"
#include "datasets/dataset.h"

#include <algorithm>
#include <charconv>
#include <memory>
#include <numeric>
#include <zlib.h>

namespace cdra::datasets {

namespace {

constexpr const char* advice = "; packaging/offline_inputs.py makes it";

Source read_split(const Dataset& data, const char* split, const std::filesystem::path& folder) {
    const std::vector<Sample>& samples = data.samples(split);
    // "train" and "val" of the index are a seeded division of the file; the names tell the file's order.
    std::vector<std::size_t> order(samples.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](auto a, auto b) { return samples[a].name < samples[b].name; });
    Source source;
    for (const std::size_t index : order) {
        const Image image = data.load(split, index);
        if (image.width != image.height || image.width > 64)
            throw InputError(folder.string() + ": its images are " + std::to_string(image.width) + "×" +
                             std::to_string(image.height) + ", expected small squares, 28×28 in Fashion-MNIST");
        Grey grey{image.width, image.height, {}};
        for (std::size_t i = 0; i < image.rgb.size(); i += 3)
            grey.pixels.push_back(image.rgb[i]);
        source.images.push_back(std::move(grey));
        source.labels.push_back(samples[index].label);
        source.names.push_back(samples[index].name);
    }
    return source;
}

std::string unzipped(const std::filesystem::path& path) {
    const std::unique_ptr<gzFile_s, int (*)(gzFile)> file(gzopen(path.c_str(), "rb"), gzclose);
    if (!file) throw InputError(path.string() + " can't be opened");
    constexpr std::size_t most = std::size_t{4} << 20; // the real one has 265 kB
    std::string text;
    char piece[65536];
    for (;;) {
        const int got = gzread(file.get(), piece, sizeof piece);
        int code = Z_OK;
        (void)gzerror(file.get(), &code);
        if (got < 0 || (got == 0 && code != Z_OK)) throw CorruptFile(path.string() + ": damaged gzip data");
        if (got == 0) return text;
        text.append(piece, static_cast<std::size_t>(got));
        if (text.size() > most) throw CorruptFile(path.string() + ": more than 4 MiB of digits; is it the right file?");
    }
}

// The 65 whole numbers of a line.
std::vector<int> numbers(std::string_view line, const std::string& where) {
    std::vector<int> values;
    for (const char *at = line.data(), *end = at + line.size(); at < end;) {
        int value = 0;
        const auto [next, error] = std::from_chars(at, end, value);
        const int largest = values.size() < 64 ? 16 : 9;
        if (error != std::errc{} || (next < end && *next != ',') || value < 0 || value > largest || values.size() > 64)
            throw CorruptFile(where + ": expected 64 values of 0 to 16 and a digit, with commas between");
        values.push_back(value);
        at = next + 1;
    }
    if (values.size() != 65) throw CorruptFile(where + ": " + std::to_string(values.size()) + " values, expected 65");
    return values;
}

} // namespace

FashionSource read_fashion(const std::filesystem::path& folder) {
    if (!std::filesystem::is_directory(folder))
        throw InputError(folder.string() + ": no such folder; expected the four IDX files of Fashion-MNIST" + advice +
                         ", or give the folder with --fashion");
    const auto data = open_dataset("fashion-mnist:" + folder.string());
    return {read_split(*data, "trainval", folder), read_split(*data, "test", folder), data->classes()};
}

Source read_digits(const std::filesystem::path& file_or_folder) {
    std::filesystem::path path = file_or_folder;
    if (std::filesystem::is_directory(path)) path /= "digits.csv.gz";
    if (!std::filesystem::is_regular_file(path))
        throw InputError(path.string() + " is missing; expected the digits of scikit-learn" + advice +
                         ", or give the file with --digits");
    const std::string text = unzipped(path);
    Source source;
    std::size_t line_number = 0;
    for (std::size_t at = 0; at < text.size();) {
        std::size_t end = std::min(text.find('\n', at), text.size());
        std::string_view line(text.data() + at, end - at);
        at = end + 1;
        ++line_number;
        if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
        if (line.empty()) continue;
        const auto values = numbers(line, path.string() + ", line " + std::to_string(line_number));
        Grey image{8, 8, {}};
        for (std::size_t i = 0; i < 64; ++i)
            image.pixels.push_back(static_cast<std::uint8_t>((values[i] * 255 + 8) / 16));
        const std::string number = std::to_string(source.images.size());
        source.images.push_back(std::move(image));
        source.labels.push_back(values[64]);
        source.names.push_back("digits/" + std::string(4 - std::min<std::size_t>(number.size(), 4), '0') + number);
    }
    return source;
}

} // namespace cdra::datasets
