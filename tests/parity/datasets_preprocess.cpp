// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// For the parity test: decodes an image and prints its pixels after the step named, as `WIDTH HEIGHT\n` and raw bytes.
//   decode IMAGE | resize IMAGE WIDTH HEIGHT | squash IMAGE SIZE | crop IMAGE SIZE
#include "core/base/error.h"
#include "datasets/image.h"

#include <cmath>
#include <iostream>
#include <string>

using namespace cdra::datasets;

namespace {

// The grey levels behind a normalised tensor of mean 0 and deviation 1.
Image preprocessed(const Image& image, const std::string& resize, int size) {
    Preprocessing how;
    how.image_size = size;
    how.resize = resize;
    how.mean = {0, 0, 0};
    how.std = {1, 1, 1};
    const std::size_t area = static_cast<std::size_t>(size) * static_cast<std::size_t>(size);
    std::vector<float> values(3 * area);
    preprocess(image, how, false, 0, values);
    Image result{size, size, std::vector<std::uint8_t>(3 * area)};
    for (std::size_t c = 0; c < 3; ++c)
        for (std::size_t i = 0; i < area; ++i)
            result.rgb[3 * i + c] = static_cast<std::uint8_t>(std::lround(values[c * area + i] * 255));
    return result;
}

} // namespace

int main(int argc, char** argv) try {
    const std::string step = argc > 2 ? argv[1] : "";
    Image image = read_image(argc > 2 ? argv[2] : "");
    if (step == "resize" && argc == 5)
        image = resize_bicubic(image, std::stoi(argv[3]), std::stoi(argv[4]));
    else if ((step == "squash" || step == "crop") && argc == 4)
        image = preprocessed(image, step, std::stoi(argv[3]));
    else if (step != "decode")
        throw cdra::InputError("usage: decode IMAGE | resize IMAGE WIDTH HEIGHT | squash IMAGE SIZE | crop IMAGE SIZE");
    std::cout << image.width << ' ' << image.height << '\n';
    std::cout.write(reinterpret_cast<const char*>(image.rgb.data()), static_cast<std::streamsize>(image.rgb.size()));
    return 0;
} catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return cdra::exit_code(error);
}
