#!/usr/bin/env python3
# SPDX-FileCopyrightText: The CDRA workbench authors
# SPDX-License-Identifier: Apache-2.0
"""A linear probe that shares no code with the workbench: frozen DINOv2 features by transformers, images by Pillow,
logistic regression by scikit-learn, its strength chosen on the 200 validation images, then fitted on all 1,000 and read
once on the 10,000 test images. The thousand images are those the workbench takes for the same seed.

usage: linear_probe.py MODEL_FOLDER FASHION_MNIST_FOLDER SEED [IMAGE_SIZE]   (prints one JSON object)
"""
import gzip
import json
import sys
import warnings

import numpy as np
import torch
from PIL import Image
from sklearn.linear_model import LogisticRegression
from transformers import Dinov2Model

MASK = (1 << 64) - 1


def finalise(z):
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


def mix_seed(seed, purpose):
    salt = 0xCBF29CE484222325
    for byte in purpose.encode():
        salt = ((salt ^ byte) * 0x100000001B3) & MASK
    golden = 0x9E3779B97F4A7C15
    return finalise(finalise((seed + golden) & MASK) ^ ((salt + golden) & MASK))


def random_permutation(n, state):
    order = np.arange(n)
    for i in range(n, 1, -1):
        unfair = (-i & MASK) % i
        while True:
            state = (state + 0x9E3779B97F4A7C15) & MASK
            draw = finalise(state)
            if draw >= unfair:
                break
        j = draw % i
        order[i - 1], order[j] = order[j], order[i - 1]
    return order


def idx(folder, name):
    with gzip.open(f"{folder}/{name}.gz") as file:
        data = file.read()
    if data[3] == 3:
        return np.frombuffer(data, np.uint8, offset=16).reshape(-1, 28, 28)
    return np.frombuffer(data, np.uint8, offset=8).astype(np.int64)


def features(model, images, size):
    mean = torch.tensor([0.485, 0.456, 0.406]).view(3, 1, 1)
    std = torch.tensor([0.229, 0.224, 0.225]).view(3, 1, 1)
    out = []
    with torch.inference_mode():
        for start in range(0, len(images), 250):
            batch = [Image.fromarray(i).convert("RGB").resize((size, size), Image.BICUBIC) for i in images[start:start + 250]]
            pixels = torch.stack([torch.from_numpy(np.asarray(i).copy()).permute(2, 0, 1).float() / 255 for i in batch])
            out.append(model(pixel_values=(pixels - mean) / std).last_hidden_state[:, 0].numpy())
    return np.concatenate(out).astype(np.float64)


def fit(x, y, strength):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return LogisticRegression(C=strength, max_iter=2000).fit(x, y)


def main():
    folder, data, seed = sys.argv[1], sys.argv[2], int(sys.argv[3])
    size = int(sys.argv[4]) if len(sys.argv) > 4 else 56
    model = Dinov2Model.from_pretrained(folder).eval()
    images, labels = idx(data, "train-images-idx3-ubyte"), idx(data, "train-labels-idx1-ubyte")
    chosen = random_permutation(len(images), mix_seed(seed, "train-subset"))[:1000]
    x, y = features(model, images[chosen], size), labels[chosen]
    tx, ty = features(model, idx(data, "t10k-images-idx3-ubyte"), size), idx(data, "t10k-labels-idx1-ubyte")
    strengths = [10.0 ** e for e in range(-4, 3)]
    val = [fit(x[:800], y[:800], c).score(x[800:], y[800:]) for c in strengths]
    best = strengths[int(np.argmax(val))]
    print(json.dumps({"method": "logistic-regression", "seed": seed, "C": best, "val_accuracy": max(val),
                      "test_accuracy": fit(x, y, best).score(tx, ty)}))


main()
