# SPDX-FileCopyrightText: The CDRA workbench authors
# SPDX-License-Identifier: Apache-2.0
"""Eq. 3 against a Python loop of one sample at a time over timm's model."""
import subprocess

import pytest
import timm
import torch
from safetensors.torch import load_file, save_file

from test_model import images, randomised

CLASSES = 7


def names(parameter, dim):
    """(our name, rows) of a timm parameter; nothing for what is no candidate."""
    if not (parameter.startswith("blocks.") or parameter.startswith("norm.")) or "ls1" in parameter or "ls2" in parameter:
        return []
    kind = parameter.rsplit(".", 1)[1]
    if "qkv" in parameter:
        block = parameter.split(".attn.")[0]
        suffix = "" if kind == "weight" else ".bias"
        return [(f"{block}.attn.{part}{suffix}", slice(i * dim, (i + 1) * dim)) for i, part in enumerate("qkv")]
    if kind == "weight" and "norm" not in parameter:
        return [(parameter.removesuffix(".weight"), slice(None))]
    return [(parameter, slice(None))]


@pytest.mark.parametrize("name, size, arguments", [
    ("vit_tiny_patch16_224", 64, {}),                                        # 17 tokens
    ("vit_tiny_patch16_224", 224, {}),                                       # 197 tokens
    ("vit_tiny_patch16_224", 16, {"class_token": False, "global_pool": "avg", "fc_norm": False}),  # 1 token
    ("vit_tiny_patch16_224", 64, {"global_pool": "avg"}),                    # normalised after the mean
    ("vit_small_patch14_dinov2", 56, {}),                                    # LayerScale
])
@pytest.mark.parametrize("reduction", ["sum", "mean"])
def test_per_sample(program, tmp_path, name, size, arguments, reduction):
    model = randomised(timm.create_model(name, pretrained=False, img_size=size, num_classes=CLASSES, depth=3, **arguments), seed=4)
    with torch.no_grad():
        model.head.bias.zero_()
    count = 5
    x, labels = images(size, count=count), torch.arange(count) % CLASSES
    weights = {key: value.contiguous() for key, value in model.state_dict().items()}
    save_file({key: value for key, value in weights.items() if not key.startswith("head")}, tmp_path / "model.safetensors")
    save_file({"images": x, "labels": labels.float(), "head": weights["head.weight"]}, tmp_path / "in.safetensors")
    subprocess.run([program("engine_model"), "sensitivity", tmp_path / "model.safetensors", tmp_path / "in.safetensors",
                    tmp_path / "out.safetensors", "per-sample", "2", reduction], check=True)
    got = load_file(tmp_path / "out.safetensors")

    sums = {}
    for i in range(count):
        model.zero_grad(set_to_none=True)
        torch.nn.functional.cross_entropy(model(x[i:i + 1]), labels[i:i + 1]).backward()
        for key, parameter in model.named_parameters():
            sums[key] = sums.get(key, 0) + parameter.grad.double() ** 2
    compared = 0
    for key, total in sums.items():
        for ours, rows in names(key.replace("fc_norm", "norm"), model.embed_dim):
            expected = (total[rows] / count).float()
            assert got[ours].shape == expected.shape, ours
            compared += 1
            # The keys' biases never matter, and one token attends to itself whatever queries and keys are.
            if ours.endswith("attn.k.bias") or (size == 16 and (".attn.q" in ours or ".attn.k" in ours)):
                assert got[ours].abs().max() <= 1e-9 * max(sums[k].max().item() for k in sums), ours
                continue
            assert expected.max() > 0, ours
            assert (got[ours] - expected).abs().max() <= 1e-5 * expected.max(), ours
    assert compared == len(got)
