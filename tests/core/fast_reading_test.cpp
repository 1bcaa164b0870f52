// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
// Reading large files by several threads against reading them one value after the other.
#include "core/base/digest.h"
#include "core/base/error.h"
#include "core/checkpoint/checkpoint.h"
#include "core/sensitivity/map.h"
#include "core/tensor_io/hdf5.h"
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

    // Values as the library reads them, and files with the check sum of earlier versions.
    void a_map_is_read_as_the_library_reads_it() {
        const test::TemporaryFolder folder;
        const auto path = folder / "s.h5", earlier = folder / "earlier.h5", damaged = folder / "damaged.h5";
        sensitivity::write_map(path, test::synthetic_map());
        auto bytes = bytes_of(path);
        const auto body = bytes.substr(0, bytes.size() - 80);
        QCOMPARE(bytes.substr(bytes.size() - 80, 16), std::string("CDRA-HDF5-PIECES"));
        write(earlier, body + "CDRA-HDF5-SHA256" + sha256_hex(std::as_bytes(std::span(body))));
        NullProgress progress;
        for (const auto& file : {path, earlier}) {
            const auto map = sensitivity::read_map(file, progress);
            const auto library = tensor_io::hdf5::File::open(file);
            QVERIFY(library.group("sensitivity").dataset(map.matrices[0].shape.name).mapped_floats().data() != nullptr);
            for (const auto& matrix : map.matrices)
                QCOMPARE(test::difference(matrix.values, library.group("sensitivity").dataset(matrix.shape.name).floats(1 << 20), 0), std::string());
            for (const auto& vector : map.vectors)
                QVERIFY(vector.values == library.group("vectors").dataset(vector.shape.name).floats(1 << 20));
            QCOMPARE(sensitivity::fingerprint(map), library.text("fingerprint"));
        }
        for (const auto& file : {path, earlier})
            for (const std::size_t place : {std::size_t{100}, body.size() / 2, body.size() - 1, body.size() + 20}) {
                auto changed = bytes_of(file);
                changed[place] = static_cast<char>(changed[place] ^ 1);
                write(damaged, changed);
                QVERIFY_EXCEPTION_THROWN(sensitivity::read_map(damaged, progress), CorruptFile);
            }
    }
};

QTEST_GUILESS_MAIN(FastReadingTest)
#include "fast_reading_test.moc"
