// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
// The engine's workloads against each other in one process, interleaved, on a random ViT-B/16. One JSON line a result.
//
//   engine_benchmark WORKLOAD... [--threads N] [--rounds N] [--images N] [--batch N] [--depth N] [--dir DIR] [--quick] [--serve] [--plain-memory]
//
//   WORKLOAD          variants (the first is ours)
//   sensitivity-224   sensitivity | forward-backward | one-sample-loop       Eq. 3 of all images, 197 tokens an image
//   sensitivity-48    the same at 48 px, 10 tokens
//   step-224          cdra | floor | lora-8 | full | spt | merged            one training step (forward, backward, AdamW) of a batch
//   linear-cache      cached | uncached                                      100 epochs of the head alone
//   inference-224     merged                                                 logits of a batch with a merged model
//   all               each of them
//   forms             alone: measures a row of core/engine/kernels/forms_table.inc for this machine and prints it
//
//   --threads N   0 (default): all processors     --rounds N   5; medians are of the rounds after one that warms up
//   --images N    of sensitivity and linear       --batch N    32 (8 with --quick)
//   --depth N     12 blocks (2 with --quick)      --quick      few small rounds: to see that it runs and agrees
//   --dir DIR     writes what a peer needs to do the same work: DIR/model.safetensors (timm's names, vit_base_patch16_224
//                 with a head of 10), DIR/inputs-<px>.safetensors (images, labels as I32), and after a sensitivity
//                 workload DIR/sensitivity-<px>.safetensors (our map, [out, in], q, k and v apart)
//   --serve       with one WORKLOAD: prints {"ready": true} once it is set up, then runs one variant for every line of
//                 standard input ("sensitivity", "cdra", …), answering one line each, until the end of input. So a
//                 program can interleave its own peers.
//
//   --plain-memory  tensors in the C library's memory, as LibTorch has them, instead of the engine's kept memory
//
// Lines: {"workload", "variant", "seconds", "bytes"…}. seconds: the median of the rounds (of the one run with --serve);
// rounds: every one. processor_seconds, processor_rounds: the same in processor time of all threads; with --threads 1 the
// steadier figure on a machine that others use. ours_by_this(_processor): the median over rounds of ours ÷ this. bytes: tensors kept between forward and backward (step-*), else 0. peak_bytes: the most that tensors
// took at once, what was there before (weights) included. checksum: of the result, for comparing. A line of variant
// "agreement" compares the results of two variants: difference, limit, agree. Exit codes: 0, 1 where variants disagree,
// 2 wrong usage.
#include "tests/benchmarks/engine/forms_measure.h"
#include "tests/benchmarks/engine/harness.h"
#include "tests/benchmarks/engine/linear_workload.h"
#include "tests/benchmarks/engine/sensitivity_workload.h"
#include "tests/benchmarks/engine/step_workload.h"

namespace {

using namespace cdra::benchmark;

std::unique_ptr<Workload> make(const std::string& word, const Options& options) {
    if (word == "sensitivity-224") return std::make_unique<SensitivityWorkload>(word, 224, options);
    if (word == "sensitivity-48") return std::make_unique<SensitivityWorkload>(word, 48, options);
    if (word == "step-224") return std::make_unique<StepWorkload>(word, 224, options);
    if (word == "linear-cache") return std::make_unique<LinearWorkload>(word, options);
    if (word == "inference-224") return std::make_unique<InferenceWorkload>(word, 224, options);
    throw cdra::InputError("workload '" + word +
                           "': expected sensitivity-224, sensitivity-48, step-224, linear-cache, inference-224 or all");
}

} // namespace

int main(int count, char** words) {
    try {
        const auto options = parse_options({words + 1, words + count});
        if (!options.plain_memory) cdra::engine::kernels::keep_host_memory();
        count_tensor_bytes();
        cdra::engine::make_deterministic();
        const int threads = cdra::engine::set_threads(options.threads);
        if (options.workloads.front() == "forms") {
            print_forms(options, threads);
            return 0;
        }
        if (options.serve) {
            serve(*make(options.workloads.front(), options), threads);
            return 0;
        }
        bool agree = true;
        for (const auto& word : options.workloads)
            agree = measure(*make(word, options), options, threads) && agree;
        return agree ? 0 : 1;
    } catch (const std::exception& error) {
        std::cerr << "engine_benchmark: " << error.what() << '\n';
        return 2;
    }
}
