# SPDX-FileCopyrightText: The CDRA workbench authors
# SPDX-License-Identifier: Apache-2.0
"""A trained run's peft folder and merged checkpoint, loaded by Python's peft on timm's and Hugging Face's models
without any code of ours: the same logits as the engine's own within 1e-4."""
import json
import os
import subprocess

import h5py
import numpy as np
import peft
import pytest
import timm
import torch
from safetensors.torch import load_file, save_file

from test_model import randomised

SIZE, CLASSES, TOLERANCE = 64, 3, 1e-4


def cdra(program, *arguments, code=0):
    done = subprocess.run([program("cdra"), *map(str, arguments)], capture_output=True, text=True,
                          env=dict(os.environ, OMP_NUM_THREADS="1"))
    assert done.returncode == code, done.stderr
    return done.stdout if code == 0 else done.stderr


def image_folder(root):
    from PIL import Image
    random = np.random.default_rng(1)
    for split, count in (("train", 12), ("val", 3), ("test", 4)):
        for label in range(CLASSES):
            folder = root / split / f"class{label}"
            folder.mkdir(parents=True)
            for i in range(count):
                pixels = random.integers(0, 90, (SIZE, SIZE, 3))
                pixels[label * 20:label * 20 + 20] += 150
                Image.fromarray(pixels.astype(np.uint8)).save(folder / f"{i:03}.png")
    return root


def test_images(root):
    from PIL import Image
    files = sorted((root / "test").glob("*/*.png"))
    pixels = np.stack([np.asarray(Image.open(file)) for file in files]).astype(np.float32) / 255
    return torch.from_numpy(pixels).permute(0, 3, 1, 2)


test_images.__test__ = False


def hugging_face(family):
    import transformers
    common = dict(hidden_size=64, num_hidden_layers=3, num_attention_heads=1, image_size=SIZE, num_labels=CLASSES)
    if family == "vit":
        return transformers.ViTForImageClassification(transformers.ViTConfig(intermediate_size=256, patch_size=16, **common))
    return transformers.Dinov2ForImageClassification(transformers.Dinov2Config(patch_size=16, **common))


def base_model(kind):
    if kind.startswith("timm"):
        extra = {"global_pool": "avg"} if kind == "timm-avg" else {}  # normalised after the mean
        return timm.create_model("vit_tiny_patch16_224", pretrained=False, img_size=SIZE, num_classes=CLASSES, embed_dim=64, depth=3, num_heads=1, **extra)
    return hugging_face(kind.removeprefix("hf-"))


def logits_of(model, x):
    with torch.no_grad():
        out = model.eval()(x)
    return out if torch.is_tensor(out) else out.logits


@pytest.fixture(scope="module")
def world(program, tmp_path_factory):
    """Base models, the data, and a sensitivity map and a plan for each."""
    root = tmp_path_factory.mktemp("world")
    data = image_folder(root / "data")
    for kind in ("timm", "timm-avg", "hf-vit", "hf-dinov2"):
        folder = root / kind
        folder.mkdir()
        model = randomised(base_model(kind), seed=7)
        if kind.startswith("timm"):
            save_file({name: value.contiguous() for name, value in model.state_dict().items()}, folder / "model.safetensors")
        else:
            model.save_pretrained(folder)
        pooling = {"hf-dinov2": "cls+mean", "timm-avg": "mean"}.get(kind, "cls")
        common = ["--model", folder, "--data", data, "--image-size", SIZE, "--pooling", pooling, "--threads", 1, "--device", "cpu"]
        cdra(program, "sensitivity", *common, "--samples", 24, "--out", folder / "S.h5")
        # Few weights, spread: some ranks are 0, so that single weights are tuned.
        cdra(program, "plan", folder / "S.h5", "--gamma", "0.01", "--out", folder / "P.h5")
        common += ["--epochs", 4, "--batch-size", 12, "--lr", "1e-2", "--seed", 3]
        (folder / "common.json").write_text(json.dumps([str(word) for word in common]))
    return root


def trained(program, world, kind, method, *extra):
    folder = world / kind
    run = folder / ("run-" + method + "".join(extra).replace("/", ""))
    if not (run / "results.h5").exists():
        common = json.loads((folder / "common.json").read_text())
        cdra(program, "train", *common, "--method", method, *(["--plan", folder / "P.h5"] if method == "cdra" else []), *extra, "--out", run)
    return run


def expected_logits(run):
    with h5py.File(run / "results.h5") as file:
        return torch.from_numpy(file["entry/predictions/logits"][:])


def preprocessed(world, run):
    adapter = run / "adapter" / "adapter.safetensors"
    with open(adapter, "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))["__metadata__"]
    mean, std = (torch.tensor([float(word) for word in header[key].split(",")]).view(3, 1, 1) for key in ("mean", "std"))
    return (test_images(world / "data") - mean) / std


def load_base(world, kind, into=None):
    model = base_model(into or kind)
    weights = load_file(world / kind / "model.safetensors")
    missing = model.load_state_dict(weights, strict=True)
    return model


@pytest.mark.parametrize("kind, method, extra", [(kind, *how) for kind in ("timm", "hf-vit", "hf-dinov2")
                                                 for how in (("cdra", ()), ("lora", ("--rank", "4")), ("bias", ()), ("linear", ()))] +
                         [("timm-avg", "cdra", ())])
def test_peft_folder(program, world, tmp_path, kind, method, extra):
    run = trained(program, world, kind, method, *extra)
    report = json.loads(cdra(program, "export", run, "--format", "peft", "--out", tmp_path / "peft", "--json"))
    assert report["naming"] == ("timm" if kind.startswith("timm") else "hf")
    x, expected = preprocessed(world, run), expected_logits(run)
    base = load_base(world, kind)
    before = logits_of(base, x)
    assert (before - expected).abs().max() > 100 * TOLERANCE
    model = peft.PeftModel.from_pretrained(base, tmp_path / "peft")
    assert (logits_of(model, x) - expected).abs().max() < TOLERANCE
    assert (logits_of(model.merge_and_unload(), x) - expected).abs().max() < TOLERANCE


def test_a_default_run_has_single_weights_and_says_it_can_be_exported(program, world):
    plan = json.loads(cdra(program, "plan", world / "timm" / "S.h5", "--gamma", "0.01", "--json"))
    assert any(matrix["treatment"] == "masked" for matrix in plan["matrices"])
    assert any(matrix["treatment"] == "low-rank" for matrix in plan["matrices"])
    assert plan["exportable_to_peft"]


@pytest.mark.parametrize("kind, naming", [("timm", "hf"), ("hf-vit", "timm")])
def test_under_the_other_names(program, world, tmp_path, kind, naming):
    """The base model itself is converted by a merge of a run that changes nothing but its head."""
    run = trained(program, world, kind, "cdra")
    cdra(program, "merge", run, "--naming", naming, "--out", tmp_path / "merged.safetensors")
    merged = base_model("timm" if naming == "timm" else "hf-vit")
    merged.load_state_dict(load_file(tmp_path / "merged.safetensors"), strict=True)
    if naming == "hf":  # timm's epsilon; the merge says so
        for module in merged.modules():
            if isinstance(module, torch.nn.LayerNorm):
                module.eps = 1e-6
    else:
        for module in merged.modules():
            if isinstance(module, torch.nn.LayerNorm):
                module.eps = 1e-12
    x, expected = preprocessed(world, run), expected_logits(run)
    assert (logits_of(merged, x) - expected).abs().max() < TOLERANCE


@pytest.mark.parametrize("kind", ["timm", "timm-avg", "hf-vit"])
def test_merged_under_its_own_names(program, world, tmp_path, kind):
    run = trained(program, world, kind, "cdra")
    cdra(program, "merge", run, "--out", tmp_path / "merged.safetensors")
    model = base_model(kind)
    model.load_state_dict(load_file(tmp_path / "merged.safetensors"), strict=True)
    assert (logits_of(model, preprocessed(world, run)) - expected_logits(run)).abs().max() < TOLERANCE


def accuracy(program, *arguments):
    result = json.loads(cdra(program, "evaluate", *arguments, "--device", "cpu", "--threads", 1, "--json"))
    return result["accuracy"], result["loss"]


def test_adapters_load_back(program, world):
    run = trained(program, world, "timm", "cdra")
    model = ["--model", world / "timm" / "model.safetensors", "--data", world / "data"]
    own, loaded = accuracy(program, run), accuracy(program, "--adapter", run / "adapter" / "adapter.safetensors", *model)
    assert own[0] == loaded[0] and abs(own[1] - loaded[1]) < 1e-6


def test_adapters_add_up_or_say_why_not(program, world, tmp_path):
    """Two runs on disjoint parts of each matrix: the sum's logits are those of both changes on one model."""
    quiet = ("--no-tune-vectors", "--no-class-token")
    folder, parts = world / "timm", []
    for quadrant in ("10", "01"):
        cdra(program, "plan", folder / "S.h5", "--gamma", "0.05", "--rank-zero", "freeze", "--quadrant", quadrant, *quiet,
             "--out", tmp_path / f"P{quadrant}.h5")
        common = json.loads((folder / "common.json").read_text())
        run = tmp_path / f"run{quadrant}"
        cdra(program, "train", *common, "--method", "cdra", "--plan", tmp_path / f"P{quadrant}.h5", "--out", run)
        parts.append(run / "adapter" / "adapter.safetensors")
    model = ["--model", folder / "model.safetensors", "--data", world / "data"]
    _, loss = accuracy(program, "--adapter", parts[0], "--adapter", parts[1], *model)

    weights = load_file(folder / "model.safetensors")
    for number, file in enumerate(parts):
        tensors = load_file(file)
        for name in {key.rsplit(".", 1)[0] for key in tensors if key.endswith(".A")}:
            block, part = name.rsplit(".", 1)
            change = torch.zeros(256 if part == "fc1" else 64, 256 if part == "fc2" else 64)
            rows, columns = tensors[name + ".rows"].long(), tensors[name + ".columns"].long()
            change[columns[:, None], rows[None]] = (tensors[name + ".A"] @ tensors[name + ".B"]).T
            if part in "qkv":
                offset = "qkv".index(part) * 64
                weights[block + ".qkv.weight"][offset:offset + 64] += change
            else:
                weights[name + ".weight"] += change
        if number == 0:
            weights.update({name: tensors[name] for name in ("head.weight", "head.bias")})
    sum_model = base_model("timm")
    sum_model.load_state_dict(weights)
    x = preprocessed(world, tmp_path / "run10")
    labels = torch.arange(CLASSES).repeat_interleave(4)
    expected = torch.nn.functional.cross_entropy(logits_of(sum_model, x), labels).item()
    alone = accuracy(program, "--adapter", parts[0], *model)[1]
    assert abs(loss - expected) < TOLERANCE < abs(loss - alone)

    line = cdra(program, "evaluate", "--adapter", parts[0], "--adapter", parts[0], *model, code=2)
    assert line.count("\n") == 1 and "both change the same rows and columns" in line
    full = trained(program, world, "timm", "cdra") / "adapter" / "adapter.safetensors"
    line = cdra(program, "evaluate", "--adapter", full, "--adapter", trained(program, world, "timm", "bias") / "adapter" / "adapter.safetensors",
                *model, code=2)
    assert "both train" in line


def test_what_peft_cannot_say(program, world, tmp_path):
    line = cdra(program, "export", trained(program, world, "timm", "full"), "--format", "peft", "--out", tmp_path / "x", code=2)
    assert "merged checkpoint" in line and not (tmp_path / "x").exists()
    line = cdra(program, "export", trained(program, world, "hf-dinov2", "cdra"), "--format", "peft", "--naming", "timm",
                "--out", tmp_path / "x", code=2)
    assert "--naming hf" in line and not (tmp_path / "x").exists()
    line = cdra(program, "merge", trained(program, world, "timm-avg", "cdra"), "--naming", "hf", "--out", tmp_path / "x", code=2)
    assert "fc_norm" in line and "--naming timm" in line and not (tmp_path / "x").exists()
