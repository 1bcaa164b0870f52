// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/sensitivity/map.h"
#include "core/tensor_io/hdf5.h"
#include "tests/support/near.h"
#include "tests/support/synthetic_map.h"
#include "tests/support/temporary_folder.h"

#include <QtTest>
#include <functional>
#include <limits>

using namespace cdra;
using namespace cdra::sensitivity;
namespace hdf5 = cdra::tensor_io::hdf5;

class MapFileTest : public QObject {
    Q_OBJECT

    test::TemporaryFolder folder_;

    static std::string message(const std::function<void()>& act) {
        try {
            act();
        } catch (const CorruptFile& error) {
            return error.what();
        }
        return {};
    }
    SensitivityMap read(const std::filesystem::path& path) const {
        NullProgress progress;
        return read_map(path, progress);
    }

  private slots:
    void round_trip() {
        const SensitivityMap map = test::synthetic_map();
        write_map(folder_ / "S.h5", map);
        const SensitivityMap got = read(folder_ / "S.h5");
        QCOMPARE(got.matrices.size(), map.matrices.size());
        QCOMPARE(got.vectors.size(), map.vectors.size());
        for (std::size_t i = 0; i < map.matrices.size(); ++i) {
            QCOMPARE(got.matrices[i].shape.name, map.matrices[i].shape.name);
            QCOMPARE(got.matrices[i].shape.block, map.matrices[i].shape.block);
            QCOMPARE(got.matrices[i].shape.kind, map.matrices[i].shape.kind);
            QCOMPARE(got.matrices[i].shape.out, map.matrices[i].shape.out);
            QCOMPARE(test::difference(got.matrices[i].values, map.matrices[i].values, 0), std::string());
        }
        for (std::size_t i = 0; i < map.vectors.size(); ++i) {
            QCOMPARE(got.vectors[i].shape.name, map.vectors[i].shape.name);
            QCOMPARE(test::difference(got.vectors[i].values, map.vectors[i].values, 0), std::string());
        }
        const Provenance &a = got.provenance, &b = map.provenance;
        QCOMPARE(a.model, b.model);
        QCOMPARE(a.model_sha256, b.model_sha256);
        QCOMPARE(a.dataset, b.dataset);
        QCOMPARE(a.dataset_fingerprint, b.dataset_fingerprint);
        QVERIFY(a.samples == b.samples && a.mean == b.mean && a.std == b.std);
        QCOMPARE(a.estimator, b.estimator);
        QCOMPARE(a.loss, b.loss);
        QCOMPARE(a.seed, b.seed);
        QCOMPARE(a.head_seed, b.head_seed);
        QCOMPARE(a.classes, b.classes);
        QCOMPARE(a.image_size, b.image_size);
        QCOMPARE(a.position_resampling, b.position_resampling);
        QCOMPARE(a.pooling, b.pooling);
        QCOMPARE(a.device, b.device);
        QCOMPARE(a.threads, b.threads);
        QCOMPARE(a.backbone_parameters, b.backbone_parameters);
        QCOMPARE(a.class_token_parameters, b.class_token_parameters);
        QCOMPARE(a.program_version, b.program_version);
        QCOMPARE(fingerprint(got), fingerprint(map));
        // The same map, the same bytes.
        const std::string bytes = read_text_file(folder_ / "S.h5");
        write_map(folder_ / "S.h5", map);
        QVERIFY(read_text_file(folder_ / "S.h5") == bytes);
    }

    void the_fingerprint_sees_every_part() {
        const SensitivityMap map = test::synthetic_map();
        const std::string before = fingerprint(map);
        QCOMPARE(before.size(), std::size_t{64});
        SensitivityMap other = map;
        other.matrices[3].values.edit([](auto& values) { values[5] *= 2; });
        QVERIFY(fingerprint(other) != before);
        other = map;
        other.vectors.back().values.edit([](auto& values) { values[0] += 1; });
        QVERIFY(fingerprint(other) != before);
        other = map;
        other.matrices[0].shape.name = "blocks.0.attn.k";
        QVERIFY(fingerprint(other) != before);
        other = map;
        other.provenance.device = "cuda";
        QCOMPARE(fingerprint(other), before);
    }

    void many_samples() {
        SensitivityMap map = test::synthetic_map();
        map.provenance.samples.clear();
        for (std::uint32_t i = 0; i < 60000; ++i)
            map.provenance.samples.push_back(i * 7 % 60000);
        write_map(folder_ / "many.h5", map);
        QVERIFY(read(folder_ / "many.h5").provenance.samples == map.provenance.samples);
    }

    void bad_values_are_named() {
        for (const float bad :
             {-1e-30F, std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
            SensitivityMap map = test::synthetic_map();
            map.matrices[2].values.edit([&](auto& values) { values[17] = bad; });
            write_map(folder_ / "bad.h5", map);
            const std::string what = message([&] { read(folder_ / "bad.h5"); });
            QVERIFY2(what.find("/sensitivity/blocks.0.attn.v") != std::string::npos &&
                         what.find("index 17") != std::string::npos,
                     what.c_str());
        }
        SensitivityMap map = test::synthetic_map();
        map.vectors[1].values.edit([](auto& values) { values[2] = -1; });
        map.matrices[0].values.edit([](auto& values) { values[0] = -0.0F; }); // no harm
        write_map(folder_ / "bad.h5", map);
        const std::string what = message([&] { read(folder_ / "bad.h5"); });
        QVERIFY2(what.find("/vectors/blocks.0.norm1.bias") != std::string::npos &&
                     what.find("index 2") != std::string::npos,
                 what.c_str());
    }

    void writing_refuses_a_wrong_size() {
        SensitivityMap map = test::synthetic_map();
        map.matrices[2].values.edit([](auto& values) { values.pop_back(); });
        QVERIFY_EXCEPTION_THROWN(write_map(folder_ / "never.h5", map), Error);
        QVERIFY(!std::filesystem::exists(folder_ / "never.h5"));
        QVERIFY_EXCEPTION_THROWN(write_map(folder_ / "none" / "S.h5", test::synthetic_map()), IoError);
    }

    void other_files() {
        QVERIFY_EXCEPTION_THROWN(read(folder_ / "none.h5"), InputError);
        write_file_atomically(folder_ / "text.h5", "not HDF5 at all");
        QVERIFY_EXCEPTION_THROWN(read(folder_ / "text.h5"), UnrecognisedFormat);
        {
            auto file = hdf5::File::create(folder_ / "other.h5");
            file.set("format", "something else");
            file.close();
        }
        QVERIFY_EXCEPTION_THROWN(read(folder_ / "other.h5"), UnrecognisedFormat);
        {
            auto file = hdf5::File::create(folder_ / "newer.h5");
            file.set("format", "cdra-sensitivity");
            file.set("version", 2);
            file.close();
        }
        QVERIFY_EXCEPTION_THROWN(read(folder_ / "newer.h5"), InputError);
        // Cut short anywhere: an error, never a crash and never a map.
        write_map(folder_ / "S.h5", test::synthetic_map());
        const std::string bytes = read_text_file(folder_ / "S.h5");
        for (const double part : {0.01, 0.1, 0.4, 0.7, 0.99}) {
            write_file_atomically(folder_ / "cut.h5",
                                  std::string_view(bytes).substr(
                                      0, static_cast<std::size_t>(part * static_cast<double>(bytes.size()))));
            QVERIFY_EXCEPTION_THROWN(read(folder_ / "cut.h5"), InputError);
        }
    }

    void stops_between_datasets() {
        write_map(folder_ / "S.h5", test::synthetic_map());
        struct Stopper final : ProgressSink {
            std::stop_source source;
            int reports = 0;
            void report(const Progress& progress) override {
                if (progress.stage != "load") qFatal("unexpected stage");
                if (++reports == 3) source.request_stop();
            }
        } stopper;
        bool cancelled = false;
        try {
            read_map(folder_ / "S.h5", stopper, stopper.source.get_token());
        } catch (const Cancelled&) {
            cancelled = true;
        }
        QVERIFY(cancelled);
        QCOMPARE(stopper.reports, 3);
    }

    void the_layer_below() {
        const std::vector<float> values = {1, 2, 3, 4, 5, 6};
        const std::vector<std::string> words = {"one", "zwölf", ""};
        {
            auto file = hdf5::File::create(folder_ / "layer.h5");
            auto group = file.make_group("a/b", "NXdata");
            auto data =
                group.write("data", {2, 3}, std::span<const float>(values), {.chunk = {1, 3}, .deflate = 4});
            auto axis = group.write("axis", {3}, std::span<const float>(values).first(3));
            axis.make_scale("column");
            data.attach_scale(axis, 1);
            data.set_units("1");
            group.set("axes", std::span<const std::string>(words));
            group.set("empty", std::span<const std::string>());
            group.write_texts("words", words);
            group.write_text("text", "a text");
            data.set("large", std::uint64_t{1} << 63);
            group = {};
            data = {};
            axis = {};
            file.close();
        }
        const auto file = hdf5::File::open(folder_ / "layer.h5");
        const auto group = file.group("a").group("b");
        QCOMPARE(group.text("NX_class"), std::string("NXdata"));
        QVERIFY(group.texts("axes") == words && group.texts("empty").empty());
        QVERIFY(group.dataset("words").strings(10) == words);
        QCOMPARE(group.dataset("text").string(), std::string("a text"));
        const auto data = file.dataset("a/b/data", {2, 3});
        QVERIFY(data.floats(6) == values);
        QCOMPARE(data.count("large"), std::uint64_t{1} << 63);
        std::vector<float> part(2);
        data.read_slab({0, 1}, {2, 1}, part);
        QVERIFY(part == (std::vector<float>{2, 5}));
        QVERIFY(group.names() == (std::vector<std::string>{"axis", "data", "text", "words"}));
        QVERIFY(!file.contains("a/c/data") && file.contains("a/b/data") && !group.find_dataset("none"));
        QVERIFY(message([&] { (void)data.floats(5); }).find("claims 6 values") != std::string::npos);
        QVERIFY(message([&] { (void)data.uints(6); }).find("does not hold integers") != std::string::npos);
        QVERIFY(message([&] {
                    data.read_slab({1, 1}, {2, 1}, part);
                }).find("too small") != std::string::npos);
        QVERIFY(message([&] {
                    (void)file.dataset("a/b/data", {3, 3});
                }).find("2×3, expected 3×3") != std::string::npos);
        QVERIFY(message([&] { (void)file.dataset("nothing"); }).find("\"nothing\" is missing") !=
                std::string::npos);
        QVERIFY(message([&] { (void)data.text("none"); }).find("\"none\" is missing") != std::string::npos);
        QVERIFY(message([&] { (void)data.number("units"); }).find("not a number") != std::string::npos);
        QVERIFY(message([&] { (void)file.dataset("a"); }).find("can't be opened as a dataset") !=
                std::string::npos);
    }
};

QTEST_GUILESS_MAIN(MapFileTest)
#include "map_file_test.moc"
