// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
// What the engine's benchmark is made of: options, an account of tensor memory, interleaved rounds, JSON lines.
#pragma once

#include "core/base/error.h"
#include "core/engine/kernels/host_memory.h"
#include "core/engine/methods/whole_tensors.h"
#include "core/engine/model/preprocessing.h"
#include "core/engine/model/vit.h"
#include "core/engine/training/run_setup.h"
#include "tests/core/engine/random_models.h"

#include <algorithm>
#include <atomic>
#include <c10/core/CPUAllocator.h>
#include <charconv>
#include <chrono>
#include <ctime>
#include <filesystem>
#include <iostream>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <torch/torch.h>
#include <unistd.h>
#include <unordered_map>
#include <vector>

namespace cdra::benchmark {

using engine::Tensor;
using Line = nlohmann::ordered_json;
using Clock = std::chrono::steady_clock;

struct Options {
    std::vector<std::string> workloads;
    int threads = 0, rounds = 5, images = 0, batch = 32, depth = 12;
    std::filesystem::path dir;
    bool quick = false, serve = false, plain_memory = false;
};

inline Options parse_options(const std::vector<std::string>& words) {
    Options options;
    const auto number = [&](std::size_t& i) {
        const std::string name = words[i];
        int value = -1;
        if (++i < words.size()) std::from_chars(words[i].data(), words[i].data() + words[i].size(), value);
        if (value < 0) throw InputError("option " + name + " takes a number, as in \"" + name + " 2\"");
        return value;
    };
    // First, so that the others may override it.
    if (std::ranges::find(words, "--quick") != words.end()) options.rounds = 1, options.batch = 4, options.depth = 2;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const auto& word = words[i];
        if (word == "--threads") options.threads = number(i);
        else if (word == "--rounds") options.rounds = std::max(1, number(i));
        else if (word == "--images") options.images = number(i);
        else if (word == "--batch") options.batch = std::max(1, number(i));
        else if (word == "--depth") options.depth = std::max(1, number(i));
        else if (word == "--dir" && i + 1 < words.size()) options.dir = words[++i];
        else if (word == "--quick") options.quick = true;
        else if (word == "--plain-memory") options.plain_memory = true;
        else if (word == "--serve") options.serve = true;
        else if (word == "all")
            options.workloads = {"sensitivity-224", "sensitivity-48", "step-224", "linear-cache", "inference-224"};
        else if (word.starts_with("--"))
            throw InputError("option " + word + " is unknown; the head of engine_benchmark.cpp lists them");
        else options.workloads.push_back(word);
    }
    if (options.workloads.empty()) throw InputError("no workload given; \"all\" runs each");
    if (options.serve && options.workloads.size() != 1) throw InputError("--serve takes one workload");
    return options;
}

// Bytes of CPU tensors, now and at most.
inline std::atomic<std::int64_t> tensor_bytes{0}, most_tensor_bytes{0};

// The process's allocator with an account of what is out. Its memory is its own context, as raw_allocate wants it.
class CountingAllocator final : public c10::Allocator {
  public:
    c10::DataPtr allocate(std::size_t bytes) override {
        void* data = real().allocate(bytes).release_context();
        if (data == nullptr) return {nullptr, c10::Device(c10::DeviceType::CPU)};
        {
            const std::lock_guard guard(mutex());
            sizes()[data] = static_cast<std::int64_t>(bytes);
        }
        const auto now = tensor_bytes.fetch_add(static_cast<std::int64_t>(bytes)) + static_cast<std::int64_t>(bytes);
        for (auto most = most_tensor_bytes.load(); now > most && !most_tensor_bytes.compare_exchange_weak(most, now);) {}
        return {data, data, &forget, c10::Device(c10::DeviceType::CPU)};
    }
    c10::DeleterFnPtr raw_deleter() const override { return &forget; }
    void copy_data(void* to, const void* from, std::size_t bytes) const override { default_copy_data(to, from, bytes); }

    static c10::Allocator& real() {
        static c10::Allocator& before = *c10::GetCPUAllocator(); // asked for before this one is installed
        return before;
    }

  private:
    static std::mutex& mutex() {
        static std::mutex only;
        return only;
    }
    // Never destroyed: tensors of static life outlive it.
    static std::unordered_map<void*, std::int64_t>& sizes() {
        static auto& only = *std::make_unique<std::unordered_map<void*, std::int64_t>>().release();
        return only;
    }
    static void forget(void* data) {
        {
            const std::lock_guard guard(mutex());
            if (const auto found = sizes().find(data); found != sizes().end()) {
                tensor_bytes -= found->second;
                sizes().erase(found);
            }
        }
        real().raw_deleter()(data);
    }
};

// From here on; before any tensor is made.
inline void count_tensor_bytes() {
    static CountingAllocator counting;
    CountingAllocator::real();
    c10::SetCPUAllocator(&counting, 100);
}

class Workload {
  public:
    Workload(std::string word, int image_size) : word(std::move(word)), image_size(image_size) {}
    virtual ~Workload() = default;
    virtual std::vector<std::string> variants() const = 0; // ours first
    struct Run {
        double seconds = 0;
        std::int64_t bytes = 0;
        double checksum = 0;
        std::int64_t peak = 0; // of tensors, with the weights; 0: as counted from outside
    };
    // Once; throws InputError for an unknown variant.
    virtual Run run(const std::string& variant) = 0;
    // After every variant has run: lines that compare results.
    virtual std::vector<Line> agreements() { return {}; }
    virtual Line about() const = 0; // images, batch: what a line says of the work

    const std::string word;
    const int image_size;
};

// Of all threads of this process.
inline double processor_seconds() {
    timespec now{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}
inline double last_processor_seconds = 0; // of the last work that seconds_of() timed

inline double seconds_of(const std::function<void()>& work) {
    const auto start = Clock::now();
    const double processor_start = processor_seconds();
    work();
    last_processor_seconds = processor_seconds() - processor_start;
    return std::chrono::duration<double>(Clock::now() - start).count();
}

inline double median(std::vector<double> values) {
    std::ranges::sort(values);
    const auto half = values.size() / 2;
    return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

inline Line agreement(const Workload& workload, const std::string& one, const std::string& other, double difference,
                      double limit) {
    return {{"workload", workload.word},
            {"variant", "agreement"},
            {"of", {one, other}},
            {"difference", difference},
            {"limit", limit},
            {"agree", difference <= limit}};
}

inline Line line_of(const Workload& workload, const std::string& variant, const std::vector<double>& seconds,
                    const std::vector<double>& processor, const Workload::Run& last, std::int64_t peak, int threads) {
    Line line{{"workload", workload.word}, {"variant", variant},
              {"seconds", median(seconds)}, {"processor_seconds", median(processor)},
              {"bytes", last.bytes},        {"peak_bytes", peak},
              {"checksum", last.checksum},  {"rounds", seconds},
              {"processor_rounds", processor}, {"threads", threads}};
    line.update(workload.about());
    return line;
}

// One run of a variant with the account of its memory beginning anew.
inline Workload::Run counted(Workload& workload, const std::string& variant, std::int64_t& peak) {
    most_tensor_bytes = tensor_bytes.load();
    const auto run = workload.run(variant);
    peak = run.peak > 0 ? run.peak : most_tensor_bytes.load();
    return run;
}

// Of what, round by round, ours takes of another: what stays of a machine that others use too.
inline double ratio_of(const std::vector<double>& ours, const std::vector<double>& other) {
    std::vector<double> ratios;
    for (std::size_t round = 0; round < other.size(); ++round)
        ratios.push_back(ours[round] / other[round]);
    return median(ratios);
}

// Rounds of all variants in turn. False where results disagree.
inline bool measure(Workload& workload, const Options& options, int threads) {
    const auto variants = workload.variants();
    std::vector<std::vector<double>> seconds(variants.size()), processor(variants.size());
    std::vector<Workload::Run> last(variants.size());
    std::vector<std::int64_t> peak(variants.size());
    for (int round = options.quick ? 0 : -1; round < options.rounds; ++round)
        for (std::size_t i = 0; i < variants.size(); ++i) {
            last[i] = counted(workload, variants[i], peak[i]);
            if (round < 0) continue;
            seconds[i].push_back(last[i].seconds);
            processor[i].push_back(last_processor_seconds);
        }
    for (std::size_t i = 0; i < variants.size(); ++i) {
        auto line = line_of(workload, variants[i], seconds[i], processor[i], last[i], peak[i], threads);
        line["ours_by_this"] = ratio_of(seconds[0], seconds[i]);
        line["ours_by_this_processor"] = ratio_of(processor[0], processor[i]);
        std::cout << line.dump() << std::endl;
    }
    bool agree = true;
    for (const auto& line : workload.agreements()) {
        std::cout << line.dump() << std::endl;
        agree = agree && line.at("agree").get<bool>();
    }
    return agree;
}

inline void serve(Workload& workload, int threads) {
    std::cout << Line{{"ready", true}, {"workload", workload.word}, {"variants", workload.variants()}}.dump() << std::endl;
    for (std::string variant; std::getline(std::cin, variant);) {
        std::int64_t peak = 0;
        const auto run = counted(workload, variant, peak);
        std::cout << line_of(workload, variant, {run.seconds}, {last_processor_seconds}, run, peak, threads).dump() << std::endl;
    }
}

constexpr int classes = 10;

// A folder of its own for this process, or the one that was asked for.
class Folder {
  public:
    explicit Folder(const std::filesystem::path& given)
        : path_(given.empty() ? std::filesystem::temp_directory_path() / ("cdra-benchmark-" + std::to_string(::getpid()))
                              : given),
          own_(given.empty()) {
        std::filesystem::create_directories(path_);
    }
    ~Folder() {
        std::error_code ignored;
        if (own_) std::filesystem::remove_all(path_, ignored);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

  private:
    std::filesystem::path path_;
    bool own_;
};

// ViT-B/16 of random values and a head of 10 classes, the same for every process.
inline engine::Vit random_vit(const Folder& folder, const Options& options, int image_size) {
    const auto file = folder / "model.safetensors";
    test::RandomModel({.depth = options.depth, .dim = 768, .mlp_dim = 3072, .patch = 16, .grid = 14}).write_timm(file);
    const auto source = checkpoint::open(file);
    engine::Vit model(*source, image_size, source->spec().default_resampling(), checkpoint::Pooling::cls, torch::kCPU);
    model.reset_head(classes, 0);
    if (options.dir.empty()) return model;
    // The head too, so that a peer has the same.
    std::vector<std::vector<float>> storage;
    std::vector<tensor_io::TensorView> views;
    const auto stored = tensor_io::SafetensorsFile::open(file);
    storage.reserve(stored.tensors().size() + 2);
    for (const auto& tensor : stored.tensors())
        views.push_back(tensor_io::view_f32(tensor.name, tensor.shape, storage.emplace_back(stored.read_f32(tensor))));
    for (const char* name : {"head.weight", "head.bias"})
        views.push_back(tensor_io::view_f32(name, model.tensor(name).sizes().vec(),
                                            storage.emplace_back(engine::float_values(model.tensor(name)))));
    tensor_io::write_safetensors(file, views, {{"format", "pt"}});
    return model;
}

struct Inputs {
    Tensor images, labels; // [n, 3, S, S], [n] int64
};
inline Inputs random_inputs(const Folder& folder, const Options& options, int count, int size) {
    torch::manual_seed(0);
    Inputs inputs{torch::randn({count, 3, size, size}), torch::randint(classes, {count}, torch::kInt64)};
    if (options.dir.empty()) return inputs;
    const auto values = engine::float_values(inputs.images);
    const auto labels = engine::int32_values(inputs.labels);
    tensor_io::write_safetensors(folder / ("inputs-" + std::to_string(size) + ".safetensors"),
                                 {tensor_io::view_f32("images", inputs.images.sizes().vec(), values),
                                  tensor_io::view_i32("labels", {count}, labels)},
                                 {});
    return inputs;
}

} // namespace cdra::benchmark
