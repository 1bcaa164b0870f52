// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
// make_tiny_inputs DIR: a random vision transformer and a folder of images to try the whole road on in seconds.
#include "tests/support/tiny_inputs.h"

#include <iostream>

int main(int count, char** words) {
    if (count != 2) {
        std::cerr << "usage: make_tiny_inputs DIR\n";
        return 2;
    }
    const std::filesystem::path folder = words[1];
    std::filesystem::create_directories(folder);
    cdra::test::write_tiny_vit(folder / "vit.safetensors");
    cdra::test::write_tiny_images(folder / "images");
    return 0;
}
