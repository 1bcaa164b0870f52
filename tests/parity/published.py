# SPDX-FileCopyrightText: The CDRA workbench authors
# SPDX-License-Identifier: Apache-2.0
"""Writes a timm vision transformer the way each publisher stores one: names, nesting, transposed kernels."""
import argparse
import collections
import json

import numpy as np
import torch
from safetensors.torch import save_file


def as_npz(model, path, heads, dtype=np.float32, compressed=False, prefix=""):
    """The original ViT release and AugReg: Flax names, kernels [in, out], heads apart."""
    weights = {name: value.detach().numpy().astype(dtype) for name, value in model.state_dict().items()}
    dim = weights["cls_token"].shape[-1]
    size = dim // heads
    arrays = {"cls": weights["cls_token"], "Transformer/posembed_input/pos_embedding": weights["pos_embed"],
              "embedding/kernel": weights["patch_embed.proj.weight"].transpose(2, 3, 1, 0),
              "embedding/bias": weights["patch_embed.proj.bias"],
              "Transformer/encoder_norm/scale": weights["norm.weight"], "Transformer/encoder_norm/bias": weights["norm.bias"],
              "head/kernel": weights["head.weight"].T, "head/bias": weights["head.bias"]}
    if not compressed:
        arrays["pre_logits/kernel"] = np.zeros((dim, dim), dtype)  # ImageNet-21k releases have one; nobody uses it
    for block in range(len(model.blocks)):
        ours, theirs = f"blocks.{block}.", f"Transformer/encoderblock_{block}/"
        attention = theirs + "MultiHeadDotProductAttention_1/"
        for norm, number in (("norm1", 0), ("norm2", 2)):
            arrays[f"{theirs}LayerNorm_{number}/scale"] = weights[f"{ours}{norm}.weight"]
            arrays[f"{theirs}LayerNorm_{number}/bias"] = weights[f"{ours}{norm}.bias"]
        for part, name in enumerate(("query", "key", "value")):
            rows = slice(part * dim, (part + 1) * dim)
            arrays[f"{attention}{name}/kernel"] = weights[ours + "attn.qkv.weight"][rows].T.reshape(dim, heads, size)
            arrays[f"{attention}{name}/bias"] = weights[ours + "attn.qkv.bias"][rows].reshape(heads, size)
        arrays[attention + "out/kernel"] = weights[ours + "attn.proj.weight"].T.reshape(heads, size, dim)
        arrays[attention + "out/bias"] = weights[ours + "attn.proj.bias"]
        for number, name in enumerate(("fc1", "fc2")):
            arrays[f"{theirs}MlpBlock_3/Dense_{number}/kernel"] = weights[f"{ours}mlp.{name}.weight"].T
            arrays[f"{theirs}MlpBlock_3/Dense_{number}/bias"] = weights[f"{ours}mlp.{name}.bias"]
    (np.savez_compressed if compressed else np.savez)(path, **{prefix + name: value for name, value in arrays.items()})


def as_sharded(model, folder, parts):
    """Split as Hugging Face splits: an index that names each tensor's file."""
    folder.mkdir()
    state = list(model.state_dict().items())
    where, size = {}, -(-len(state) // parts)
    for part in range(parts):
        name = f"model-{part + 1:05}-of-{parts:05}.safetensors"
        tensors = {key: value.contiguous() for key, value in state[part * size:(part + 1) * size]}
        save_file(tensors, folder / name)
        where.update(dict.fromkeys(tensors, name))
    (folder / "model.safetensors.index.json").write_text(json.dumps({"metadata": {}, "weight_map": where}))


def as_mae(model, path, **how):
    state = dict(model.state_dict())
    dim = state["norm.weight"].numel()
    state.update({"mask_token": torch.zeros(1, 1, 64), "decoder_pos_embed": torch.zeros(1, 197, 64),
                  "decoder_blocks.0.norm1.weight": torch.ones(64), "decoder_embed.weight": torch.zeros(64, dim)})
    torch.save({"model": state}, path, **how)


def as_moco(model, path, **how):
    """Two encoders, the optimiser's state, and what else a training keeps."""
    state = collections.OrderedDict()
    for name, value in model.state_dict().items():
        state["module.base_encoder." + name] = value
        state["module.momentum_encoder." + name] = torch.zeros_like(value)
    optimizer = torch.optim.AdamW([torch.nn.Parameter(torch.ones(3))], lr=1e-3)
    optimizer.param_groups[0]["params"][0].grad = torch.ones(3)
    optimizer.step()
    torch.save({"epoch": 300, "arch": "vit", "state_dict": state, "optimizer": optimizer.state_dict(), "loss": 1.5}, path, **how)


def as_dino(model, path, **how):
    state = model.state_dict()
    torch.save({"student": {"module.backbone." + name: torch.zeros_like(value) for name, value in state.items()},
                "teacher": collections.OrderedDict(("backbone." + name, value) for name, value in state.items()),
                "epoch": 100, "args": argparse.Namespace(arch="vit", lr=5e-4, use_fp16=True)}, path, **how)


def as_dinov2(model, path, **how):
    """Meta's hub: registers and SwiGLU under other names than timm's; the class token has a position of its own."""
    state = {}
    for name, value in model.state_dict().items():
        if name == "reg_token":
            name = "register_tokens"
        if "mlp.fc1" in name and model.blocks[0].mlp.__class__.__name__ != "Mlp":
            name = name.replace("mlp.fc1", "mlp.w12")
        elif "mlp.fc2" in name and model.blocks[0].mlp.__class__.__name__ != "Mlp":
            name = name.replace("mlp.fc2", "mlp.w3")
        state[name] = value
    if "register_tokens" in state:  # timm keeps the class token's position in the token itself
        state["pos_embed"] = torch.cat([torch.full_like(state["cls_token"], 0.25), state["pos_embed"]], 1)
        state["cls_token"] = state["cls_token"] - 0.25
    state["mask_token"] = torch.zeros(1, model.embed_dim)
    torch.save(state, path, **how)
