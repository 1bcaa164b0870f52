// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/fuzz.h"

#include "datasets/dataset.h"

// The index files of every layout. The first byte says which.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view text(reinterpret_cast<const char*>(bytes + 1), size - 1);
    const auto folder = cdra::fuzz::scratch_folder();
    std::string spec = folder.string();
    switch (bytes[0] % 4) {
    case 0:
        for (const char* split : {"train800", "val200", "train800val200", "test"}) cdra::fuzz::put(folder / "cifar" / (std::string(split) + ".txt"), text);
        spec = "vtab:" + (folder / "cifar").string();
        break;
    case 1:
        for (const char* split : {"train", "val", "test"}) cdra::fuzz::put(folder / (std::string(split) + ".json"), text);
        spec = "fgvc:" + folder.string();
        break;
    case 2:
        for (const char* name : {"train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"})
            cdra::fuzz::put(folder / name, text);
        spec = "fashion-mnist:" + folder.string();
        break;
    default:
        for (const char* split : {"train", "val", "trainval"})
            cdra::fuzz::put(folder / "VOCdevkit/VOC2012/ImageSets/Segmentation" / (std::string(split) + ".txt"), text);
        spec = "voc:" + folder.string();
    }
    cdra::fuzz::expect_refusal_or_success([&] { (void)cdra::datasets::open_dataset(spec)->samples("train"); });
    return 0;
}
