// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
// Reading large files by several threads against reading them one value after the other.
#include "core/base/digest.h"
#include "core/base/error.h"
#include "core/checkpoint/checkpoint.h"
#include "core/sensitivity/map.h"
#include "core/tensor_io/hdf5.h"
#include "core/tensor_io/hdf5_seal.h"
#include "core/tensor_io/safetensors.h"
#include "tests/core/engine/random_models.h"
#include "tests/support/near.h"
#include "tests/support/synthetic_map.h"
#include "tests/support/temporary_folder.h"

#include <QtTest>
#include <cmath>
#include <fstream>
#include <limits>

using namespace cdra;

class FastReadingTest : public QObject {
    Q_OBJECT

    static std::string bytes_of(const std::filesystem::path& path) {
        std::ifstream file(path, std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
    }
    static void write(const std::filesystem::path& path, const std::string& bytes) { std::ofstream(path, std::ios::binary) << bytes; }

    // What the checkpoint should give: the stored tensor, or its rows.
    static std::vector<float> naive(const tensor_io::SafetensorsFile& file, const checkpoint::TensorSource& source) {
        const auto& info = *file.find(source.tensor);
        auto values = file.read_f32(info);
        if (source.row_end == 0) return values;
        const auto row = static_cast<std::ptrdiff_t>(values.size()) / info.shape.front();
        return {values.begin() + row * source.row_begin, values.begin() + row * source.row_end};
    }

  private slots:
    void a_checkpoint_is_read_to_where_it_is_wanted() {
        const test::TemporaryFolder folder;
        const auto path = folder / "model.safetensors";
        test::RandomModel({}).write_timm(path);
        const auto stored = tensor_io::SafetensorsFile::open(path);
        const auto source = checkpoint::open(path);
        QVERIFY(source->tensors().contains("blocks.0.attn.k.weight")); // rows of a fused tensor
        for (const auto& [name, where] : source->tensors()) {
            const auto want = naive(stored, where);
            std::vector<float> got(want.size(), -1.0F);
            source->read(name, got);
            const bool zero = std::ranges::all_of(want, [](float value) { return value == 0; });
            if (!zero) QCOMPARE(test::difference(got, want, 0), std::string());
            QVERIFY(got == want);
            QVERIFY(source->read(name).values == want);
            std::vector<float> small(want.size() - 1);
            QVERIFY_EXCEPTION_THROWN(source->read(name, small), Error);
        }
        std::vector<float> some(3);
        QVERIFY_EXCEPTION_THROWN(source->read("no.such", some), InputError);
    }

    void what_is_not_finite_is_refused_by_name() {
        const test::TemporaryFolder folder;
        const auto path = folder / "model.safetensors";
        test::RandomModel({}).write_timm(path);
        auto bytes = bytes_of(path);
        const float bad = std::numeric_limits<float>::quiet_NaN();
        std::memcpy(bytes.data() + bytes.size() - sizeof bad, &bad, sizeof bad);
        write(path, bytes);
        const auto last = tensor_io::SafetensorsFile::open(path).tensors().back();
        const auto source = checkpoint::open(path);
        int refused = 0;
        for (const auto& [name, where] : source->tensors()) {
            if (where.tensor != last.name || (where.row_end > 0 && where.row_end != last.shape.front())) continue;
            std::vector<float> values(static_cast<std::size_t>(last.elements()) / (where.row_end > 0 ? 3 : 1));
            try {
                source->read(name, values);
                QFAIL("a value that is not finite was read");
            } catch (const CorruptFile& error) {
                QVERIFY(std::string(error.what()).find("not finite (" + name + ", index " + std::to_string(values.size() - 1)) != std::string::npos);
                ++refused;
            }
        }
        QCOMPARE(refused, 1);
    }

    // Python's xxhash says: XXH3-128 of the digests of pieces of 1 MiB.
    void the_check_sum_is_the_one_of_another_implementation() {
        std::vector<std::byte> bytes((2U << 20) + 5);
        for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = std::byte((i * 31 + (i >> 8)) & 255);
        const std::span<const std::byte> all(bytes);
        const std::string word = "CDRA-HDF5-XXH128";
        QCOMPARE(tensor_io::hdf5::seal_of({}), word + "99aa06d3014798d86001c324468d497f");
        QCOMPARE(tensor_io::hdf5::seal_of(all.first(100)), word + "283f07d2bcfe89b7b0b55dbed5299be0");
        QCOMPARE(tensor_io::hdf5::seal_of(all), word + "7f80fcbf35e1d897be82b21e11a59c49");
    }

    void a_map_is_read_as_the_library_reads_it() {
        const test::TemporaryFolder folder;
        const auto path = folder / "s.h5", changed_path = folder / "changed.h5";
        sensitivity::write_map(path, test::synthetic_map());
        const auto bytes = bytes_of(path);
        NullProgress progress;
        const auto map = sensitivity::read_map(path, progress);
        const auto library = tensor_io::hdf5::File::open(path);
        QVERIFY(library.group("sensitivity").dataset(map.matrices[0].shape.name).mapped_floats().data() != nullptr);
        for (const auto& matrix : map.matrices)
            QCOMPARE(test::difference(matrix.values, library.group("sensitivity").dataset(matrix.shape.name).floats(1 << 20), 0), std::string());
        for (const auto& vector : map.vectors)
            QVERIFY(*vector.values.shared() == library.group("vectors").dataset(vector.shape.name).floats(1 << 20));
        QCOMPARE(sensitivity::fingerprint(map), library.text("fingerprint"));
        // In place: the same values, in the file itself, and for as long as anybody holds them.
        std::filesystem::copy(path, folder / "lent.h5");
        auto lent = sensitivity::read_map(folder / "lent.h5", progress, {}, sensitivity::Reading::in_place);
        std::filesystem::remove(folder / "lent.h5");
        for (std::size_t i = 0; i < map.matrices.size(); ++i) QVERIFY(lent.matrices[i].values == map.matrices[i].values);
        for (std::size_t i = 0; i < map.vectors.size(); ++i) QVERIFY(lent.vectors[i].values == map.vectors[i].values);
        const auto other = lent;
        QVERIFY(other.matrices[0].values.data() == lent.matrices[0].values.data());
        lent.matrices[0].values.edit([](auto& values) { values[3] += 1; });
        QVERIFY(!(lent.matrices[0].values == map.matrices[0].values) && other.matrices[0].values == map.matrices[0].values);
        QVERIFY(*other.matrices[0].values.shared() == *map.matrices[0].values.shared());
        QVERIFY(map.matrices[0].values.shared()->data() == map.matrices[0].values.data());
        for (const std::size_t place : {std::size_t{100}, bytes.size() / 2, bytes.size() - 49, bytes.size() - 20}) {
            auto changed = bytes;
            changed[place] = static_cast<char>(changed[place] ^ 1);
            write(changed_path, changed);
            QVERIFY_EXCEPTION_THROWN(sensitivity::read_map(changed_path, progress), CorruptFile);
        }
        const auto body = bytes.substr(0, bytes.size() - 48);
        write(changed_path, body + "CDRA-HDF5-SHA256" + sha256_hex(std::as_bytes(std::span(body))));
        try {
            sensitivity::read_map(changed_path, progress);
            QFAIL("a check sum of an earlier version was taken");
        } catch (const CorruptFile& error) {
            QVERIFY2(std::string_view(error.what()).find("earlier version") != std::string_view::npos, error.what());
        }
    }
};

QTEST_GUILESS_MAIN(FastReadingTest)
#include "fast_reading_test.moc"
