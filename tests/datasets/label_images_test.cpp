// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/error.h"
#include "datasets/encode_png.h"
#include "datasets/loader.h"
#include "datasets/voc_palette.h"
#include "tests/datasets/fixtures.h"
#include "tests/support/temporary_folder.h"

#include <QtTest>
#include <algorithm>
#include <array>
#include <png.h>
#include <set>

using namespace cdra;
using namespace cdra::test;
using namespace cdra::datasets;

namespace {

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::string refused(const std::string& spec) {
    return message_of<InputError>([&] { (void)open_dataset(spec); });
}

// Numbers 0 to `classes` - 1 in a pattern that differs by picture, with a frame of 255.
Bytes label_numbers(int width, int height, int classes, unsigned salt) {
    Bytes numbers;
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x) {
            const bool frame = x == 0 || y == 0 || x == width - 1 || y == height - 1;
            numbers.push_back(static_cast<std::uint8_t>(frame ? 255U : (unsigned(x + 3 * y) + salt) % unsigned(classes)));
        }
    return numbers;
}

void write_voc(const std::filesystem::path& root, int count, const std::string& test_ids) {
    std::string train, val;
    for (int i = 0; i < count; ++i) {
        const std::string id = "2007_" + std::to_string(100 + i);
        // The decoder goes by content: a .jpg that holds PPM bytes keeps its pixels exactly.
        write_bytes(root / "JPEGImages" / (id + ".jpg"), ppm(picture(7, 5, unsigned(i))));
        write_bytes(root / "SegmentationClass" / (id + ".png"),
                    encode_png(7, 5, label_numbers(7, 5, 21, unsigned(i)), voc_palette()));
        (i % 3 ? train : val) += id + "\n";
    }
    write_text(root / "ImageSets/Segmentation/train.txt", train);
    write_text(root / "ImageSets/Segmentation/val.txt", val);
    if (!test_ids.empty()) write_text(root / "ImageSets/Segmentation/test.txt", test_ids);
}

// As libpng writes it, of any kind.
Bytes png_of(const Bytes& rows, int width, int height, int colour, int bits) {
    Bytes bytes;
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
    png_infop info = png_create_info_struct(png);
    png_set_write_fn(
        png, &bytes,
        [](png_structp to, png_bytep data, std::size_t size) {
            auto* out = static_cast<Bytes*>(png_get_io_ptr(to));
            out->insert(out->end(), data, data + size);
        },
        nullptr);
    png_set_IHDR(png, info, unsigned(width), unsigned(height), bits, colour, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
                 PNG_FILTER_TYPE_DEFAULT);
    if (colour == PNG_COLOR_TYPE_PALETTE) {
        std::array<png_color, 4> grey{};
        for (std::size_t i = 0; i < grey.size(); ++i)
            grey[i] = {png_byte(200 - i), png_byte(7 * i), 90};
        png_set_PLTE(png, info, grey.data(), int(grey.size()));
    }
    png_write_info(png, info);
    const std::size_t stride = png_get_rowbytes(png, info);
    for (std::size_t y = 0; y < std::size_t(height); ++y)
        png_write_row(png, rows.data() + y * stride);
    png_write_end(png, nullptr);
    png_destroy_write_struct(&png, &info);
    return bytes;
}

} // namespace

class LabelImagesTest : public QObject {
    Q_OBJECT

  private slots:
    void png_written_by_our_encoder_reads_back() {
        TemporaryFolder folder;
        for (const auto& [width, height] : {std::pair{1, 1}, {7, 5}, {300, 3}, {64, 64}, {1030, 2}}) {
            Bytes runs, mixed;
            for (int i = 0; i < width * height; ++i) {
                runs.push_back(static_cast<std::uint8_t>(i / 270));
                mixed.push_back(static_cast<std::uint8_t>((unsigned(i) * 2654435761U) >> 24));
            }
            for (const Bytes& pixels : {runs, mixed}) {
                const Bytes grey = encode_png(width, height, pixels);
                const Image image = decode_image(grey, "grey.png");
                QCOMPARE(image.width, width);
                for (std::size_t i = 0; i < pixels.size(); ++i)
                    QCOMPARE(image.rgb[3 * i + 1], pixels[i]);
                write_bytes(folder / "palette.png", encode_png(width, height, pixels, voc_palette()));
                QCOMPARE(read_label_png(folder / "palette.png").classes, pixels); // indices, not colours
            }
        }
    }

    void the_palette_is_vocs() {
        const Bytes colours = voc_palette();
        const auto colour = [&](std::size_t i) { return Bytes(colours.begin() + std::ptrdiff_t(3 * i), colours.begin() + std::ptrdiff_t(3 * i + 3)); };
        QCOMPARE(colour(0), (Bytes{0, 0, 0}));
        QCOMPARE(colour(1), (Bytes{128, 0, 0}));
        QCOMPARE(colour(15), (Bytes{192, 128, 128})); // person
        QCOMPARE(colour(20), (Bytes{0, 64, 128}));    // tvmonitor
        QCOMPARE(colour(255), (Bytes{224, 224, 192}));
    }

    void label_pngs_of_every_depth_and_none_of_colours() {
        TemporaryFolder folder;
        write_bytes(folder / "two.png", png_of({0b00011011, 0b11100100}, 4, 2, PNG_COLOR_TYPE_PALETTE, 2));
        QCOMPARE(read_label_png(folder / "two.png").classes, (Bytes{0, 1, 2, 3, 3, 2, 1, 0}));
        // Grey of few bits stays a number too: it is not stretched to 255.
        write_bytes(folder / "grey4.png", png_of({0x1F}, 2, 1, PNG_COLOR_TYPE_GRAY, 4));
        QCOMPARE(read_label_png(folder / "grey4.png").classes, (Bytes{1, 15}));
        const auto message = [&](const Bytes& bytes) {
            write_bytes(folder / "bad.png", bytes);
            return message_of<CorruptFile>([&] { (void)read_label_png(folder / "bad.png"); });
        };
        QVERIFY(contains(message(png_of({1, 2, 3}, 1, 1, PNG_COLOR_TYPE_RGB, 8)), "colours"));
        QVERIFY(contains(message(png_of({1, 2}, 1, 1, PNG_COLOR_TYPE_GRAY, 16)), "16-bit"));
        QVERIFY(contains(message(ppm(picture(2, 2))), "not a PNG"));
        QVERIFY(contains(message({}), "bad.png"));
        Bytes cut = encode_png(7, 5, label_numbers(7, 5, 9, 0));
        cut.resize(cut.size() - 30);
        QVERIFY(contains(message(cut), "damaged PNG"));
        Bytes large = encode_png(7, 5, label_numbers(7, 5, 9, 0));
        large[16] = 0x7F; // a width of two thousand million
        QVERIFY(contains(message(large), "bad.png"));
    }

    void nearest_takes_the_pixel_under_the_centre() {
        const LabelImage labels{4, 2, {0, 1, 2, 3, 4, 5, 6, 255}};
        QCOMPARE(resize_nearest(labels, 2, 1).classes, (Bytes{5, 255}));
        QCOMPARE(resize_nearest(labels, 8, 2).classes, (Bytes{0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 255, 255}));
        QCOMPARE(resize_nearest(labels, 3, 2).classes, (Bytes{0, 2, 3, 4, 6, 255}));
        QVERIFY_EXCEPTION_THROWN((void)resize_nearest(labels, 0, 2), InputError);
    }

    void labels_follow_the_images_crop_and_flip() {
        // Every pixel's class is its grey value: after any augmentation they must still agree.
        Image image{32, 32, {}};
        LabelImage labels{32, 32, {}};
        for (int i = 0; i < 32 * 32; ++i) {
            const auto value = static_cast<std::uint8_t>(i / 32 / 8 * 4 + i % 32 / 8); // 16 squares
            image.rgb.insert(image.rgb.end(), 3, static_cast<std::uint8_t>(16 * value));
            labels.classes.push_back(value);
        }
        int flips = 0;
        std::vector<float> pixels(3 * 28 * 28);
        Bytes classes(28 * 28);
        for (const char* augment : {"none", "flip", "crop-flip"})
            for (std::uint64_t seed = 0; seed < 8; ++seed) {
                Preprocessing how;
                how.image_size = 28;
                how.augment = augment;
                how.mean = {0, 0, 0};
                how.std = {1, 1, 1};
                preprocess(image, how, true, seed, pixels);
                preprocess_labels(labels, how, true, seed, classes);
                int agree = 0;
                for (std::size_t i = 0; i < classes.size(); ++i)
                    agree += std::abs(pixels[i] * 255.0F / 16.0F - float(classes[i])) < 0.5F;
                QVERIFY2(agree > 28 * 28 * 3 / 4, augment); // squares' edges are blurred by the bicubic filter
                flips += classes.front() > classes[27];
            }
        QVERIFY(flips > 2 && flips < 14);
    }

    void voc_without_a_labelled_test_split() {
        TemporaryFolder folder;
        write_voc(folder / "VOCdevkit/VOC2012", 30, "2012_000001\n"); // published without labels
        const auto data = open_dataset(folder.path().string());
        QCOMPARE(data->layout(), std::string("voc"));
        QVERIFY(data->task() == Task::segmentation);
        QCOMPARE(data->classes().size(), std::size_t{21});
        QCOMPARE(data->classes()[15], std::string("person"));
        QCOMPARE(data->samples("train").size(), std::size_t{16});
        QCOMPARE(data->samples("val").size(), std::size_t{4}); // a fifth of train
        QCOMPARE(data->samples("test").size(), std::size_t{10}); // VOC's val
        for (const Sample& sample : data->samples("test")) {
            QCOMPARE((std::stoi(sample.name.substr(sample.name.find('_') + 1)) - 100) % 3, 0);
            QCOMPARE(sample.label, -1);
        }
        const std::string name = data->samples("train")[3].name;
        const auto salt = unsigned(std::stoi(name.substr(name.find('_') + 1)) - 100);
        QCOMPARE(data->load("train", 3).rgb, picture(7, 5, salt).rgb);
        QCOMPARE(data->load_labels("train", 3).classes, label_numbers(7, 5, 21, salt));
        QCOMPARE(open_dataset("voc:" + (folder / "VOCdevkit/VOC2012").string())->fingerprint(), data->fingerprint());
    }

    void voc_with_its_own_classes_and_test_split() {
        TemporaryFolder folder;
        write_voc(folder.path(), 30, "2007_101\n2007_104\n");
        write_text(folder / "classes.txt", "background\nshoe\nbag\n");
        const auto data = open_dataset("voc:" + folder.path().string());
        QCOMPARE(data->classes(), (std::vector<std::string>{"background", "shoe", "bag"}));
        QCOMPARE(data->samples("val").size(), std::size_t{10});
        QCOMPARE(data->samples("test").size(), std::size_t{2});
        // Labels of 21 classes where three are named: damage, by file and number.
        const std::string message = message_of<CorruptFile>([&] { (void)data->load_labels("test", 0); });
        QVERIFY(contains(message, "SegmentationClass/2007_101.png") && contains(message, "class number"));
    }

    void check_names_every_bad_label_image() {
        TemporaryFolder folder;
        write_voc(folder.path(), 30, {});
        std::filesystem::remove(folder / "SegmentationClass/2007_105.png");
        write_bytes(folder / "SegmentationClass/2007_109.png", encode_png(7, 4, label_numbers(7, 4, 21, 0)));
        write_bytes(folder / "SegmentationClass/2007_114.png", {});
        write_bytes(folder / "SegmentationClass/2007_120.png", encode_png(7, 5, Bytes(35, 77)));
        const auto data = open_dataset("voc:" + folder.path().string());
        NullProgress progress;
        for (const int threads : {1, 3}) {
            std::set<std::string> found;
            for (const BadSample& bad : check(*data, threads, progress, {}))
                found.insert(bad.name.substr(11) + " " + bad.reason);
            QCOMPARE(found.size(), std::size_t{4});
            const auto reason = [&](const std::string& id) {
                const auto at = std::find_if(found.begin(), found.end(), [&](const auto& f) { return f.starts_with(id); });
                return at == found.end() ? std::string() : *at;
            };
            QVERIFY(contains(reason("2007_105"), "can't be read"));
            QVERIFY(contains(reason("2007_109"), "7×4"));
            QVERIFY(contains(reason("2007_114"), "not a PNG"));
            QVERIFY(contains(reason("2007_120"), "77"));
        }
    }

    void wrong_voc_folders_are_named() {
        TemporaryFolder folder;
        QVERIFY(contains(refused("voc:" + folder.path().string()), "ImageSets/Segmentation"));
        write_voc(folder.path(), 30, {});
        std::filesystem::remove(folder / "ImageSets/Segmentation/val.txt");
        QVERIFY(contains(refused("voc:" + folder.path().string()), "val.txt is missing"));
        write_text(folder / "ImageSets/Segmentation/val.txt", "../../secret\n");
        QVERIFY(contains(refused("voc:" + folder.path().string()), "'../../secret'"));
        std::filesystem::remove_all(folder / "SegmentationClass");
        QVERIFY(contains(refused("voc:" + folder.path().string()), "SegmentationClass"));
    }

    void ade20k_numbers_begin_at_one() {
        TemporaryFolder folder;
        const auto root = folder / "ADEChallengeData2016";
        for (int i = 0; i < 14; ++i) {
            const std::string split = i < 10 ? "training" : "validation", id = "ADE_" + std::to_string(10 + i);
            write_bytes(root / "images" / split / (id + ".jpg"), ppm(picture(3, 2, unsigned(i))));
            write_bytes(root / "annotations" / split / (id + ".png"),
                        encode_png(3, 2, Bytes{0, 1, 2, 150, 0, static_cast<std::uint8_t>(i + 1)}));
        }
        const auto data = open_dataset(folder.path().string());
        QCOMPARE(data->layout(), std::string("ade20k"));
        QCOMPARE(data->classes().size(), std::size_t{150});
        QCOMPARE(data->samples("train").size(), std::size_t{8});
        QCOMPARE(data->samples("val").size(), std::size_t{2});
        QCOMPARE(data->samples("test").size(), std::size_t{4});
        QCOMPARE(data->samples("test")[2].name, std::string("images/validation/ADE_22.jpg"));
        QCOMPARE(data->load_labels("test", 2).classes, (Bytes{255, 0, 1, 149, 255, 12}));
        write_bytes(root / "annotations/validation/ADE_22.png", encode_png(3, 2, Bytes{0, 1, 2, 151, 0, 1}));
        QVERIFY(contains(message_of<CorruptFile>([&] { (void)data->load_labels("test", 2); }), "151"));
        std::string info = "Idx\tRatio\tTrain\tVal\tStuff\tName\n";
        for (int i = 1; i <= 150; ++i)
            info += std::to_string(i) + "\t0.1\t1\t1\t0\tthing " + std::to_string(i) + "\n";
        write_text(root / "objectInfo150.txt", info);
        QCOMPARE(open_dataset("ade20k:" + root.string())->classes()[149], std::string("thing 150"));
        std::filesystem::remove_all(root / "annotations");
        QVERIFY(contains(refused("ade20k:" + root.string()), "annotations/training"));
    }

    void batches_carry_masks() {
        TemporaryFolder folder;
        write_voc(folder.path(), 30, {});
        const auto data = open_dataset("voc:" + folder.path().string());
        Preprocessing how;
        how.image_size = 10;
        for (const int threads : {1, 3}) {
            Loader loader(*data, "train", how, {.batch_size = 5, .threads = threads});
            for (int pass = 0; pass < 2; ++pass) { // the second from the cache
                loader.start({7, 1, 4, 0, 9, 2}, 0);
                Batch batch;
                std::vector<std::uint8_t> masks;
                while (loader.next(batch)) {
                    QCOMPARE(batch.masks.size(), std::size_t(batch.size) * 100);
                    QCOMPARE(batch.labels[0], std::int64_t{-1});
                    masks.insert(masks.end(), batch.masks.begin(), batch.masks.end());
                }
                QCOMPARE(masks.size(), std::size_t{600});
                std::size_t at = 0;
                for (const std::size_t index : {7, 1, 4, 0, 9, 2}) {
                    const Bytes expected = resize_nearest(data->load_labels("train", index), 10, 10).classes;
                    QVERIFY(std::equal(expected.begin(), expected.end(), masks.begin() + std::ptrdiff_t(at)));
                    at += 100;
                }
            }
        }
        write_idx(folder / "fashion", 20, 5, 4);
        const auto plain = open_dataset("fashion-mnist:" + (folder / "fashion").string());
        QVERIFY_EXCEPTION_THROWN((void)plain->load_labels("train", 0), InputError);
        Loader loader(*plain, "train", how, {});
        loader.start({0, 1}, 0);
        Batch batch;
        QVERIFY(loader.next(batch) && batch.masks.empty());
    }
};

QTEST_GUILESS_MAIN(LabelImagesTest)
#include "label_images_test.moc"
