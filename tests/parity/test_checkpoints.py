# SPDX-FileCopyrightText: The CDRA workbench authors
# SPDX-License-Identifier: Apache-2.0
"""Logits of the engine against timm's and Hugging Face's for every published format, on random weights."""
import functools
import json
import subprocess

import numpy as np
import pytest
import timm
import torch
from safetensors.torch import save_file

import published
from test_model import assert_close, engine, images, randomised

SIZES = {"tiny": 3, "small": 6, "base": 12, "large": 16}


def made(build, seed):
    """A model whose weights are random once: what its own constructor draws would be thrown away."""
    with torch.device("meta"):
        model = build()
    return randomised(model.to_empty(device="cpu"), seed)


def vit(size, pixels=224):
    return made(lambda: timm.create_model(f"vit_{size}_patch16_224", pretrained=False, num_classes=21, img_size=pixels), seed=4)


@functools.lru_cache(maxsize=1)  # ViT-L has a gigabyte
def shared_vit(size):
    """At 64 px: the weights are the point here. Other sizes are test_model.py's."""
    return vit(size, 64)


def compare(program, folder, file, model, size=224, resampling="timm", tolerance=1e-4):
    x = images(size)
    got = engine(program, folder, file, x, resampling)
    with torch.no_grad():
        assert_close(got["logits"], model(x), tolerance)


@pytest.mark.parametrize("size, store", [(size, store) for size in SIZES for store in ("npz", "mae", "moco", "dino", "safetensors", "sharded")])
def test_published_formats(program, tmp_path, size, store):
    model = shared_vit(size)
    path = tmp_path / {"npz": "m.npz", "safetensors": "m.safetensors"}.get(store, "m.pth")
    if store == "npz":
        published.as_npz(model, path, SIZES[size])
    elif store == "safetensors":
        save_file({name: value.contiguous() for name, value in model.state_dict().items()}, path)
    elif store == "sharded":
        published.as_sharded(model, path := tmp_path / "m", parts=3)
    else:
        getattr(published, "as_" + store)(model, path)
    compare(program, tmp_path, path, model, size=64)
    for file in tmp_path.rglob("*.*"):  # pytest keeps its folders: up to three gigabytes each
        if file.is_file():
            file.unlink()


# The hub's files hold no head: the normalised tokens are compared.
@pytest.mark.parametrize("name, size", [("vit_small_patch14_dinov2", 518), ("vit_base_patch14_dinov2", 70), ("vit_large_patch14_dinov2", 70),
                                        ("vit_small_patch14_reg4_dinov2", 518), ("vit_giant_patch14_dinov2", 70)])
def test_dinov2_hub(program, tmp_path, name, size):
    extra = {"depth": 2} if "giant" in name else {}
    model = made(lambda: timm.create_model(name, pretrained=False, img_size=size, num_classes=0, **extra), seed=5)
    published.as_dinov2(model, tmp_path / "m.pth")
    x = images(size, count=1)
    got = engine(program, tmp_path, tmp_path / "m.pth", x, "timm")
    (tmp_path / "m.pth").unlink()
    with torch.no_grad():
        assert_close(got["hidden"], model.forward_features(x))


WIDTHS = {"tiny": (192, 12, 3), "small": (384, 12, 6), "base": (768, 12, 12), "large": (1024, 24, 16)}  # width, depth, heads


# Hugging Face's own names and classes, in every size; DINOv2's classifier takes the class token and the mean.
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("family", ["vit", "dinov2"])
def test_hugging_face_sizes(program, tmp_path, family, size):
    import transformers
    width, depth, heads = WIDTHS[size]
    common = dict(hidden_size=width, num_hidden_layers=depth, num_attention_heads=heads, image_size=64, patch_size=16, num_labels=21)
    if family == "vit":
        build = lambda: transformers.ViTForImageClassification(transformers.ViTConfig(intermediate_size=4 * width, **common))
    else:
        build = lambda: transformers.Dinov2ForImageClassification(transformers.Dinov2Config(**common))
    model = made(build, seed=6)
    model.save_pretrained(tmp_path / "m")
    x = images(64)
    got = engine(program, tmp_path, tmp_path / "m", x, "hf", "cls+mean" if family == "dinov2" else "cls")
    for file in (tmp_path / "m").iterdir():
        file.unlink()
    with torch.no_grad():
        assert_close(got["logits"], model(x).logits)


# The final norm behind the pooling, timm's fc_norm: MAE's fine-tuned models and others that classify by the mean.
@pytest.mark.parametrize("arguments", [{}, {"class_token": False}, {"reg_tokens": 4, "no_embed_class": True}])
@pytest.mark.parametrize("store", ["safetensors", "pth"])
def test_normalised_after_the_pooling(program, tmp_path, store, arguments):
    build = lambda norm: timm.create_model("vit_tiny_patch16_224", pretrained=False, num_classes=21, img_size=64, global_pool="avg", fc_norm=norm, **arguments)
    model = made(lambda: build(True), seed=8)
    state = {name: value.contiguous() for name, value in model.state_dict().items()}
    path = tmp_path / f"m.{store}"
    if store == "pth":
        torch.save({"model": state}, path)
    else:
        save_file(state, path)
    compare(program, tmp_path, path, model, size=64)
    # The other order of the same weights is another model.
    other = made(lambda: build(False), seed=8)
    other.load_state_dict({name.replace("fc_norm", "norm"): value for name, value in state.items()})
    with torch.no_grad():
        assert (model(images(64)) - other(images(64))).abs().max() > 100 * 1e-4
    # By the class token it is still a backbone, but its own head was trained on something else.
    if not arguments:
        assert "logits" not in engine(program, tmp_path, path, images(64), "timm", "cls")


def test_pth_before_zip(program, tmp_path):
    model = vit("tiny")
    published.as_moco(model, tmp_path / "m.pth", _use_new_zipfile_serialization=False)
    compare(program, tmp_path, tmp_path / "m.pth", model)


def test_npz_packed_and_nested(program, tmp_path):
    model = vit("tiny")
    published.as_npz(model, tmp_path / "m.npz", 3, compressed=True, prefix="opt/target/")
    compare(program, tmp_path, tmp_path / "m.npz", model)


# NumPy has no bfloat16.
@pytest.mark.parametrize("kind, store", [(kind, store) for kind in ("float16", "bfloat16", "float64") for store in ("npz", "pth", "safetensors")
                                         if (kind, store) != ("bfloat16", "npz")])
def test_precisions(program, tmp_path, kind, store):
    """The same logits as a model whose weights were rounded the same way."""
    model = vit("tiny").to(getattr(torch, kind))  # in place
    path = tmp_path / f"m.{store}"
    if store == "npz":
        published.as_npz(model, path, 3, dtype=getattr(np, kind))
    elif store == "pth":
        published.as_mae(model, path)
    else:
        save_file({name: value.contiguous() for name, value in model.state_dict().items()}, path)
    compare(program, tmp_path, path, model.float())


def test_pth_with_views_and_steps(program, tmp_path):
    """Tensors that share a storage or do not lie densely in it."""
    model = vit("tiny")
    state = dict(model.state_dict())
    for name, value in list(state.items()):
        if value.dim() == 2:
            state[name] = value.t().contiguous().t()
    whole = torch.cat([state["norm.weight"], state["norm.bias"]])
    state["norm.weight"], state["norm.bias"] = whole[:192], whole[192:]
    torch.save(state, tmp_path / "m.pth")
    compare(program, tmp_path, tmp_path / "m.pth", model)


@pytest.mark.parametrize("family", ["vit", "dinov2"])
def test_split_hugging_face(program, tmp_path, family):
    import transformers
    common = dict(hidden_size=192, num_hidden_layers=3, num_attention_heads=3, num_labels=7)
    if family == "vit":
        model = transformers.ViTForImageClassification(transformers.ViTConfig(intermediate_size=768, **common))
    else:
        model = transformers.Dinov2ForImageClassification(transformers.Dinov2Config(image_size=224, **common))
    model = randomised(model, seed=6)
    model.save_pretrained(tmp_path / "m", max_shard_size="2MB")
    assert len(list((tmp_path / "m").glob("*.safetensors"))) > 2
    x = images(224)
    got = engine(program, tmp_path, tmp_path / "m", x, "hf")
    with torch.no_grad():
        backbone = model.vit if family == "vit" else model.dinov2
        assert_close(got["hidden"], backbone(x).last_hidden_state)
        if family == "vit":
            assert_close(got["logits"], model(x).logits)


def refusal(program, path):
    done = subprocess.run([program("cdra"), "inspect", path], capture_output=True, text=True)
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr.count("\n") == 1 and str(path) in done.stderr, done.stderr
    return done.stderr


class Mischief:
    def __init__(self, name, arguments):
        self.call = name, arguments

    def __reduce__(self):
        return self.call


def test_a_pickle_cannot_run_anything(program, tmp_path):
    import os
    import builtins
    mark = tmp_path / "was-run"
    for number, (function, arguments) in enumerate([
            (os.system, (f"touch {mark}",)), (builtins.eval, (f"open({str(mark)!r}, 'w')",)),
            (builtins.getattr, (os, "system")), (os.mkdir, (str(mark),)), (subprocess.Popen, (["touch", str(mark)],))]):
        if function is builtins.getattr:
            arguments = ("x", "upper")
        path = tmp_path / f"evil{number}.pth"
        torch.save({"model": Mischief(function, arguments)}, path)
        assert "nothing of it was run" in refusal(program, path)
        torch.save({"model": Mischief(function, arguments)}, path, _use_new_zipfile_serialization=False)
        assert "nothing of it was run" in refusal(program, path)
    assert not mark.exists()


def test_whole_modules_are_refused(program, tmp_path):
    torch.save(vit("tiny"), tmp_path / "m.pth")
    assert "VisionTransformer" in refusal(program, tmp_path / "m.pth")


def test_what_is_missing_or_misshapen_is_named(program, tmp_path):
    model = vit("tiny")
    published.as_npz(model, tmp_path / "m.npz", 3)
    arrays = dict(np.load(tmp_path / "m.npz"))
    del arrays["Transformer/encoderblock_5/LayerNorm_2/bias"]
    arrays["Transformer/encoderblock_7/MlpBlock_3/Dense_1/kernel"] = np.ones((3, 4), np.float32)
    np.savez(tmp_path / "m.npz", **arrays)
    line = refusal(program, tmp_path / "m.npz")
    assert "encoderblock_5/LayerNorm_2/bias" in line and "encoderblock_7/MlpBlock_3/Dense_1/kernel" in line
