# SPDX-FileCopyrightText: The CDRA workbench authors
# SPDX-License-Identifier: Apache-2.0
"""What is measured: one Row for each line of the table.

ours and peer are (program, variant): "engine" and "core" are the benchmark programs of this repository, "peers" is
peers.py, "process" a whole command timed from start to end. Targets are larger-is-better, as the ratios are.
"""
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    name: str       # run.sh --only NAME
    workload: str   # of the programs
    ours: tuple
    peer: tuple
    peer_name: str
    target: float | None
    limit: str      # what bounds it
    unit: str = "s" # "s", or a count of bytes that the programs report: "bytes", "peak_bytes"
    title: str = ""
    quick: bool = True


def pair(variant, peer=None):
    return ("engine", variant), ("engine", peer) if peer else None


SQUARE = "the weight-gradient product that training has too; the square adds 1/T"
rows = [
    Row("sensitivity-224-floor", "sensitivity-224", ("engine", "sensitivity"), ("engine", "forward-backward"),
        "plain batched forward and backward, the same products", 1 / 1.03, SQUARE),
    Row("sensitivity-224-backpack", "sensitivity-224", ("engine", "sensitivity"), ("peers", "backpack"), "BackPACK with opt_einsum", 1.9, SQUARE),
    Row("sensitivity-224-vmap", "sensitivity-224", ("engine", "sensitivity"), ("peers", "vmap"), "torch.func vmap(grad), 8 samples at a time", 1.3, SQUARE),
    Row("sensitivity-224-loop", "sensitivity-224", ("engine", "sensitivity"), ("engine", "one-sample-loop"), "one sample after the other, the same products", 1.02, SQUARE),
    Row("sensitivity-224-hooks", "sensitivity-224", ("engine", "sensitivity"), ("peers", "hooks"), "hooks with mm and addcmul", None, SQUARE),
    Row("sensitivity-48-floor", "sensitivity-48", ("engine", "sensitivity"), ("engine", "forward-backward"),
        "plain batched forward and backward, the same products", 1 / 1.15, SQUARE),
    Row("sensitivity-48-backpack", "sensitivity-48", ("engine", "sensitivity"), ("peers", "backpack"), "BackPACK with opt_einsum", 12, SQUARE),
    Row("sensitivity-48-vmap", "sensitivity-48", ("engine", "sensitivity"), ("peers", "vmap"), "torch.func vmap(grad), 8 samples at a time", 6, SQUARE),
    Row("sensitivity-48-loop", "sensitivity-48", ("engine", "sensitivity"), ("engine", "one-sample-loop"), "one sample after the other, the same products", 2.8, SQUARE),
    Row("sensitivity-48-hooks", "sensitivity-48", ("engine", "sensitivity"), ("peers", "hooks"), "hooks with mm and addcmul", 1.6, SQUARE),
    Row("step-floor", "step-224", ("engine", "cdra"), ("engine", "floor"), "frozen forward and input-gradient backward", 1 / 1.05, "the floor itself: 1"),
    Row("step-peft", "step-224", ("engine", "cdra"), ("peers", "peft"), "peft LoRA r = 8 on timm, the same matrices", 1 / 0.93, "the floor"),
    Row("step-peft-activations", "step-224", ("engine", "cdra"), ("peers", "peft"), "peft LoRA r = 8 on timm, saved activations", 1 / 0.67,
        "what the gradients of A and B need", unit="bytes"),
    Row("memory-full", "step-224", ("engine", "cdra"), ("engine", "full"), "full fine-tuning here, peak", 2, "the frozen weights", unit="peak_bytes"),
    Row("memory-lora", "step-224", ("engine", "cdra"), ("engine", "lora-8"), "LoRA r = 8 here, peak", 1, "the frozen weights", unit="peak_bytes"),
    Row("memory-spt", "step-224", ("engine", "cdra"), ("engine", "spt"), "SPT-LoRA here, peak", 1, "the frozen weights", unit="peak_bytes"),
    Row("memory-peft", "step-224", ("engine", "cdra"), ("peers", "peft"), "peft LoRA r = 8 on timm, peak", 1 / 0.67, "the frozen weights", unit="peak_bytes"),
    Row("inference-timm", "inference-224", ("engine", "merged"), ("peers", "timm"), "timm eager, inference mode", 1.1, "peak of the matrix product"),
    Row("inference-onnxruntime", "inference-224", ("engine", "merged"), ("peers", "onnxruntime"), "onnxruntime", 1, "peak of the matrix product"),
    Row("linear-cache", "linear-cache", ("engine", "cached"), ("engine", "uncached"), "without the cache, one epoch times 100", 50, "100: one pass over the images"),
    Row("select-85m-numpy", "select-85m", ("core", "select"), ("peers", "numpy"), "numpy.partition and flatnonzero", 3, "one read of 340 MB"),
    Row("select-85m-torch", "select-85m", ("core", "select"), ("peers", "torch"), "torch.topk", 40, "one read of 340 MB"),
    Row("select-300m-numpy", "select-300m", ("core", "select"), ("peers", "numpy"), "numpy.partition and flatnonzero", 3, "one read of 1.2 GB"),
    Row("select-300m-torch", "select-300m", ("core", "select"), ("peers", "torch"), "torch.topk", 40, "one read of 1.2 GB"),
    Row("slider-step", "slider", ("core", "step"), ("core", "select"), "full selection here (select_top, 2 threads)", 100, "85 k entries change"),
    Row("slider-plan", "slider", ("core", "plan-step"), ("core", "plan"), "whole plan anew here (make_plan, 2 threads)", None, "the sums over the boxes"),
    Row("load", "load", ("core", "load"), ("peers", "timm"), "Python safetensors and timm, imports excluded", 4, "one read and one write of 340 MB"),
    Row("plan", "plan", ("process", "cdra"), ("process", "numpy"), "the same in numpy and h5py, start to end", 10, "check sum and one read of 340 MB"),
    Row("input", "input", ("core", "load"), ("peers", "dataloader"), "torchvision's DataLoader with Pillow, 2 workers", 1.3, "libjpeg-turbo's decoding, the same in both"),
    Row("start-up", "start-up", ("process", "version"), ("process", "python"), "python3 -c pass", None, "loading shared libraries"),
]

# What this table can't measure by itself: taken from results/desktop.json if desktop_benchmark has left it there.
elsewhere = [
    ("heat-map", "heat map of 4096 × 4096 at 1080p", "QCustomPlot's colour map", None, "look-up and blit"),
]
gpu = [
    ("gpu-sensitivity-bf16", "sensitivity ViT-B/16 224 px, GPU, bf16", "materialised per-sample gradients", 3),
    ("gpu-sensitivity-tf32", "sensitivity ViT-B/16 224 px, GPU, TF32", "materialised per-sample gradients", 2),
    ("gpu-sensitivity-floor", "sensitivity ViT-B/16 224 px, GPU", "plain batched forward and backward", 1 / 1.2),
    ("gpu-step", "CDRA step ViT-B/16 224 px, GPU", "peft LoRA r = 8", 1.3),
    ("gpu-memory", "fine-tuning peak memory, GPU", "LoRA", 1),
    ("gpu-table8-time", "milliseconds an image, GPU", "the paper's Table 8: 2.8 ms", 1),
    ("gpu-table8-memory", "fine-tuning memory, GPU", "the paper's Table 8: 8.3 GB", 1),
]
