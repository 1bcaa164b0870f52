# SPDX-FileCopyrightText: The CDRA workbench authors
# SPDX-License-Identifier: Apache-2.0
"""`cdra attention` of a trained run against timm's and Hugging Face's own attention weights of the merged model."""
import json

import numpy as np
import pytest
import timm
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from test_model import randomised
from test_peft import CLASSES, SIZE, cdra, image_folder, preprocessed

HEADS, DIM, DEPTH, TOLERANCE = 3, 192, 3, 1e-5
TOKENS = 1 + (SIZE // 16) ** 2


def base_model(kind):
    if kind == "timm":
        return timm.create_model("vit_tiny_patch16_224", pretrained=False, img_size=SIZE, num_classes=CLASSES, embed_dim=DIM, depth=DEPTH, num_heads=HEADS)
    import transformers
    config = transformers.Dinov2Config(patch_size=16, hidden_size=DIM, num_hidden_layers=DEPTH, num_attention_heads=HEADS, image_size=SIZE, num_labels=CLASSES,
                                       attn_implementation="eager")
    return transformers.Dinov2ForImageClassification(config)


@pytest.fixture(scope="module")
def world(program, tmp_path_factory):
    root = tmp_path_factory.mktemp("attention")
    data = image_folder(root / "data")
    for kind in ("timm", "hf-dinov2"):
        folder = root / kind
        folder.mkdir()
        model = randomised(base_model(kind), seed=11)
        if kind == "timm":
            save_file({name: value.contiguous() for name, value in model.state_dict().items()}, folder / "model.safetensors")
        else:
            model.save_pretrained(folder)
        common = ["--model", folder, "--data", data, "--image-size", SIZE, "--pooling", "cls+mean" if kind == "hf-dinov2" else "cls", "--threads", 1, "--device", "cpu"]
        cdra(program, "sensitivity", *common, "--samples", 12, "--out", folder / "S.h5")
        cdra(program, "plan", folder / "S.h5", "--gamma", "0.05", "--out", folder / "P.h5")
        train = [*common, "--epochs", 3, "--warmup-epochs", 0, "--batch-size", 12, "--lr", "1e-2", "--seed", 3]
        cdra(program, "train", *train, "--method", "cdra", "--plan", folder / "P.h5", "--out", folder / "cdra")
        if kind == "timm":
            cdra(program, "train", *train, "--method", "vpt-shallow", "--prompt-length", 5, "--out", folder / "vpt")
    return root


def attention(program, run, out, *extra):
    said = json.loads(cdra(program, "attention", run, "--split", "test", "--index", 7, "--out", out, "--json", *extra))
    with safe_open(out, "pt") as file:
        return file.get_tensor("attention"), file.metadata(), said


def timm_attention(model, x):
    """Of every block, from the q and k that the block itself makes."""
    found = []

    def keep(module, inputs):
        (y,) = inputs[:1]
        q, k, _ = module.qkv(y).reshape(*y.shape[:2], 3, HEADS, DIM // HEADS).permute(2, 0, 3, 1, 4)
        found.append((q @ k.transpose(-2, -1) / (DIM // HEADS) ** 0.5).softmax(-1))
    hooks = [block.attn.register_forward_pre_hook(keep) for block in model.blocks]
    with torch.no_grad():
        model.eval()(x)
    for hook in hooks:
        hook.remove()
    return torch.cat(found)


@pytest.mark.parametrize("kind", ["timm", "hf-dinov2"])
def test_every_head_of_the_tuned_model(program, world, tmp_path, kind):
    run = world / kind / "cdra"
    ours, about, said = attention(program, run, tmp_path / "A.safetensors", "--queries", "all")
    assert ours.shape == (DEPTH, HEADS, TOKENS, TOKENS)
    assert said["tokens"] == said["queries"] == TOKENS and about["image"] == said["image"]
    torch.testing.assert_close(ours.sum(-1), torch.ones(DEPTH, HEADS, TOKENS))
    x = preprocessed(world, run)[7:8]
    cdra(program, "merge", run, "--out", tmp_path / "merged.safetensors")
    model = base_model(kind)
    untuned = base_model(kind)
    missing = model.load_state_dict(load_file(tmp_path / "merged.safetensors"), strict=False)
    assert not missing.unexpected_keys and set(missing.missing_keys) <= {"dinov2.embeddings.mask_token"}  # of pretraining alone
    untuned.load_state_dict(load_file(world / kind / "model.safetensors"), strict=True)
    if kind == "timm":
        expected, before = timm_attention(model, x), timm_attention(untuned, x)
    else:
        with torch.no_grad():
            expected, before = (torch.cat(one.eval()(x, output_attentions=True).attentions) for one in (model, untuned))
    assert expected.shape == ours.shape
    assert (ours - expected).abs().max() < TOLERANCE
    assert (before - expected).abs().max() > 100 * TOLERANCE  # training moved it: not the checkpoint's own is shown
    assert expected.std() > 1e-3


def test_the_class_token_alone_is_a_row_of_all(program, world, tmp_path):
    run = world / "timm" / "cdra"
    every, _, _ = attention(program, run, tmp_path / "all.safetensors", "--queries", "all")
    one, about, said = attention(program, run, tmp_path / "cls.safetensors")
    assert one.shape == (DEPTH, HEADS, 1, TOKENS) and about["queries"] == "cls" and said["queries"] == 1
    assert torch.equal(one, every[:, :, :1])


def test_a_file_is_seen_as_the_dataset_sees_it(program, world, tmp_path):
    run = world / "timm" / "cdra"
    expected, about, _ = attention(program, run, tmp_path / "A.safetensors")
    cdra(program, "attention", run, world / "data" / about["image"], "--out", tmp_path / "B.safetensors")
    with safe_open(tmp_path / "B.safetensors", "pt") as file:
        assert torch.equal(file.get_tensor("attention"), expected)


def test_prompts_are_taken_out_and_keep_their_share(program, world, tmp_path):
    run = world / "timm" / "vpt"
    ours, _, _ = attention(program, run, tmp_path / "A.safetensors", "--queries", "all")
    assert ours.shape == (DEPTH, HEADS, TOKENS, TOKENS)
    adapter = load_file(run / "adapter" / "adapter.safetensors")
    prompts = [value for value in adapter.values() if value.shape[-2:] == (5, DIM) or value.shape == (5, DIM)]
    assert len(prompts) == 1
    model = base_model("timm")
    model.load_state_dict(load_file(world / "timm" / "model.safetensors"), strict=True)
    x = preprocessed(world, run)[7:8]
    with torch.no_grad():
        tokens = model._pos_embed(model.patch_embed(x))
        tokens = torch.cat([tokens[:, :1], prompts[0].reshape(1, 5, DIM), tokens[:, 1:]], 1)
        block = model.eval().blocks[0]
        q, k, _ = block.attn.qkv(block.norm1(tokens)).reshape(1, TOKENS + 5, 3, HEADS, DIM // HEADS).permute(2, 0, 3, 1, 4)
        weights = (q @ k.transpose(-2, -1) / (DIM // HEADS) ** 0.5).softmax(-1)[0]
    own = [0, *range(6, TOKENS + 5)]
    assert (ours[0] - weights[:, own][:, :, own]).abs().max() < TOLERANCE
    assert ((ours.sum(-1) < 1) & (ours.sum(-1) > 0)).all()


@pytest.mark.parametrize("words, complaint", [(["--index", 12], "12 images"), ([], "either IMAGE or --index"), (["--index", 0, "--queries", "some"], "cls or all"),
                                              (["--index", 0, "--split", "elsewhere"], "elsewhere"), (["nowhere.png"], "nowhere.png")])
def test_bad_input_is_said_in_one_line(program, world, tmp_path, words, complaint):
    said = cdra(program, "attention", world / "timm" / "cdra", *words, "--out", tmp_path / "A.safetensors", "--quiet", code=2)
    assert complaint in said and said.count("\n") == 1
    assert not (tmp_path / "A.safetensors").exists()
