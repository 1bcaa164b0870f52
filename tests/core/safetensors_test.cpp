// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/tensor_io/half.h"
#include "core/tensor_io/safetensors.h"
#include "tests/support/near.h"
#include "tests/support/temporary_folder.h"

#include <QtTest>
#include <cmath>
#include <limits>

using namespace cdra;
using namespace cdra::tensor_io;

class SafetensorsTest : public QObject {
    Q_OBJECT

    test::TemporaryFolder folder_;

    static std::string file_of(std::string_view header, std::string_view data,
                               std::uint64_t stated = ~std::uint64_t{0}) {
        std::string bytes;
        const std::uint64_t length = stated == ~std::uint64_t{0} ? header.size() : stated;
        for (int i = 0; i < 8; ++i)
            bytes += static_cast<char>(length >> (8 * i) & 255U);
        return bytes + std::string(header) + std::string(data);
    }
    std::filesystem::path written(const std::string& bytes) {
        write_file_atomically(folder_ / "x.safetensors", bytes);
        return folder_ / "x.safetensors";
    }

  private slots:
    void round_trip() {
        const std::vector<float> weights = {1, -2.5F, 3e-20F, 4};
        const std::vector<std::int32_t> indices = {7, -1, 2147483647};
        const std::vector<float> none;
        const auto path = folder_ / "round.safetensors";
        write_safetensors(path,
                          {view_f32("b.weight", {2, 2}, weights), view_i32("a.rows", {3}, indices),
                           view_f32("scalar", {}, std::span(weights).first(1)),
                           view_f32("empty", {0, 5}, none)},
                          {{"format", "pt"}, {"note", "\"quoted\" ü"}});
        const auto file = SafetensorsFile::open(path);
        QCOMPARE(file.tensors().size(), std::size_t{4});
        QCOMPARE(file.metadata().at("note"), std::string("\"quoted\" ü"));
        QCOMPARE(file.find("b.weight")->shape, (std::vector<std::int64_t>{2, 2}));
        QCOMPARE(file.read_f32(*file.find("b.weight")), weights);
        QCOMPARE(file.read_i32(*file.find("a.rows")), indices);
        QCOMPARE(file.find("scalar")->elements(), std::int64_t{1});
        QCOMPARE(file.read_f32(*file.find("empty")).size(), std::size_t{0});
        QVERIFY(file.find("c") == nullptr);
        QVERIFY_EXCEPTION_THROWN(file.read_f32(*file.find("a.rows")), CorruptFile);
        QVERIFY_EXCEPTION_THROWN(file.read_i32(*file.find("b.weight")), CorruptFile);
        // The same input gives the same bytes.
        const std::string first = read_text_file(path);
        write_safetensors(path,
                          {view_f32("b.weight", {2, 2}, weights), view_i32("a.rows", {3}, indices),
                           view_f32("scalar", {}, std::span(weights).first(1)),
                           view_f32("empty", {0, 5}, none)},
                          {{"format", "pt"}, {"note", "\"quoted\" ü"}});
        QVERIFY(read_text_file(path) == first);
    }

    void writing_refuses_what_does_not_fit() {
        const std::vector<float> weights = {1, 2};
        QVERIFY_EXCEPTION_THROWN(write_safetensors(folder_ / "n", {view_f32("a", {3}, weights)}, {}), Error);
        QVERIFY_EXCEPTION_THROWN(
            write_safetensors(folder_ / "n", {view_f32("a", {2}, weights), view_f32("a", {2}, weights)}, {}),
            Error);
        QVERIFY_EXCEPTION_THROWN(write_safetensors(folder_ / "no" / "n", {view_f32("a", {2}, weights)}, {}),
                                 IoError);
        QVERIFY(!std::filesystem::exists(folder_ / "n"));
    }

    void half_precision_is_exact() {
        QCOMPARE(float_from_half(0x3C00), 1.0F);
        QCOMPARE(float_from_half(0xC000), -2.0F);
        QCOMPARE(float_from_half(0x7BFF), 65504.0F);
        QCOMPARE(float_from_half(0x0001), 0x1p-24F);
        QCOMPARE(float_from_half(0x03FF), 1023 * 0x1p-24F);
        QCOMPARE(float_from_half(0x0400), 0x1p-14F);
        QVERIFY(std::signbit(float_from_half(0x8000)) && float_from_half(0x8000) == 0);
        QVERIFY(std::isinf(float_from_half(0x7C00)) && std::isnan(float_from_half(0x7E00)));
        QCOMPARE(float_from_bfloat16(0x3F80), 1.0F);
        QCOMPARE(float_from_bfloat16(0xC049), -3.140625F);
        // F16, BF16 and F64 in a file, at an address that is not aligned.
        const std::string header =
            R"({"h":{"dtype":"F16","shape":[1],"data_offsets":[0,2]},"b":{"dtype":"BF16","shape":[1],"data_offsets":[2,4]},)"
            R"("d":{"dtype":"F64","shape":[1],"data_offsets":[4,12]}})";
        std::string data("\x00\x3C\x49\xC0", 4);
        const double value = 0.5;
        data.append(reinterpret_cast<const char*>(&value), 8);
        const auto file = SafetensorsFile::open(written(file_of(header, data)));
        QCOMPARE(file.read_f32(*file.find("h")).at(0), 1.0F);
        QCOMPARE(file.read_f32(*file.find("b")).at(0), -3.140625F);
        QCOMPARE(file.read_f32(*file.find("d")).at(0), 0.5F);
    }

    void other_files_are_not_recognised() {
        QVERIFY_EXCEPTION_THROWN(SafetensorsFile::open(folder_ / "none"), InputError);
        QVERIFY_EXCEPTION_THROWN(SafetensorsFile::open(folder_.path()), InputError);
        QVERIFY_EXCEPTION_THROWN(SafetensorsFile::open(written("")), UnrecognisedFormat);
        QVERIFY_EXCEPTION_THROWN(SafetensorsFile::open(written("short")), UnrecognisedFormat);
        QVERIFY_EXCEPTION_THROWN(SafetensorsFile::open(written("\x89HDF\r\n\x1a\n and so on, some bytes")),
                                 UnrecognisedFormat);
    }

    void damaged_headers_are_named_data() {
        QTest::addColumn<QString>("header");
        QTest::addColumn<quint64>("stated");
        QTest::addColumn<QString>("named");
        const quint64 right = ~quint64{0};
        const auto tensor = [](const char* entry) { return QString("{\"w\":%1}").arg(entry); };
        QTest::newRow("huge length") << tensor("{}") << quint64{0xFFFFFFFFFFFFFFF0} << "header claims";
        QTest::newRow("length past the end") << tensor("{}") << quint64{1000} << "header claims";
        QTest::newRow("bad JSON") << "{\"w\":" << right << "not valid JSON";
        QTest::newRow("nothing after an object") << "{}x" << right << "not valid JSON";
        QTest::newRow("no dtype") << tensor(R"({"shape":[2],"data_offsets":[0,8]})") << right
                                  << "\"w\" has no \"dtype\"";
        QTest::newRow("entry is a number") << tensor("5") << right << "\"w\" has no";
        QTest::newRow("unknown dtype")
            << tensor(R"({"dtype":"F4","shape":[2],"data_offsets":[0,8]})") << right << "type F4";
        QTest::newRow("negative size")
            << tensor(R"({"dtype":"F32","shape":[-2],"data_offsets":[0,8]})") << right << "not a size";
        QTest::newRow("fractional size")
            << tensor(R"({"dtype":"F32","shape":[2.0],"data_offsets":[0,8]})") << right << "not a size";
        QTest::newRow("offsets outside")
            << tensor(R"({"dtype":"F32","shape":[2],"data_offsets":[4,12]})") << right << "the data has 8";
        QTest::newRow("offsets reversed")
            << tensor(R"({"dtype":"F32","shape":[2],"data_offsets":[8,0]})") << right << "lies at 8 to 0";
        QTest::newRow("offsets and shape differ")
            << tensor(R"({"dtype":"F32","shape":[1],"data_offsets":[0,8]})") << right << "has 8 bytes";
        QTest::newRow("shape overflows")
            << tensor(R"({"dtype":"F32","shape":[4294967296,4294967296,4],"data_offsets":[0,8]})") << right
            << "more bytes";
        QTest::newRow("shape overflows to its size")
            << tensor(R"({"dtype":"F32","shape":[9223372036854775807,2,2],"data_offsets":[0,8]})") << right
            << "more bytes";
        QTest::newRow("gap before") << tensor(R"({"dtype":"F32","shape":[1],"data_offsets":[4,8]})") << right
                                    << "begins at 4";
        QTest::newRow("gap after") << tensor(R"({"dtype":"F32","shape":[1],"data_offsets":[0,4]})") << right
                                   << "the data has 8 bytes";
        QTest::newRow("overlap")
            << R"({"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"x":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})"
            << right << "\"x\" begins at 4";
        QTest::newRow("metadata not texts")
            << R"({"__metadata__":{"a":1},"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})" << right
            << "\"a\"";
    }
    void damaged_headers_are_named() {
        QFETCH(QString, header);
        QFETCH(quint64, stated);
        QFETCH(QString, named);
        const auto path = written(file_of(header.toStdString(), "12345678", stated));
        try {
            SafetensorsFile::open(path);
            QFAIL("accepted");
        } catch (const CorruptFile& error) {
            const std::string what = error.what();
            QVERIFY2(what.find(named.toStdString()) != std::string::npos, what.c_str());
            QVERIFY2(what.find(path.string()) != std::string::npos && what.find('\n') == std::string::npos,
                     what.c_str());
        }
    }
};

QTEST_GUILESS_MAIN(SafetensorsTest)
#include "safetensors_test.moc"
