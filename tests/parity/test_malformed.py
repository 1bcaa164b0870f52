# SPDX-FileCopyrightText: The CDRA workbench authors
# SPDX-License-Identifier: Apache-2.0
"""Hundreds of malformed files of every format that is read: each ends with exit code 2 and one line that names the
file, within two seconds and a gibibyte, and nothing is written."""
import gzip
import json
import os
import pathlib
import resource
import struct
import subprocess
import time

import numpy as np
import pytest
import torch

import malformed
import published
from test_peft import cdra, image_folder

SECONDS, BYTES = 2, 1 << 30


def idx_folder(root):
    root.mkdir()
    random = np.random.default_rng(2)
    for name, count in (("train", 40), ("t10k", 20)):
        images, labels = random.integers(0, 256, (count, 28, 28), np.uint8), (np.arange(count) % 10).astype(np.uint8)
        (root / f"{name}-images-idx3-ubyte.gz").write_bytes(gzip.compress(struct.pack(">IIII", 2051, count, 28, 28) + images.tobytes()))
        (root / f"{name}-labels-idx1-ubyte.gz").write_bytes(gzip.compress(struct.pack(">II", 2049, count) + labels.tobytes()))
    return root


@pytest.fixture(scope="module")
def good(program, tmp_path_factory):
    """One good file of each kind, and what reads it."""
    import timm
    root = tmp_path_factory.mktemp("good")
    subprocess.run([program("make_tiny_inputs"), root], check=True)
    files = {"safetensors": root / "vit.safetensors"}
    model = timm.create_model("vit_tiny_patch16_224", pretrained=False, img_size=32, num_classes=3, embed_dim=64, depth=2, num_heads=1)
    published.as_npz(model, root / "m.npz", 1)
    published.as_mae(model, root / "m.pth")
    published.as_mae(model, root / "old.pth", _use_new_zipfile_serialization=False)
    files.update(npz=root / "m.npz", pth=root / "m.pth", pth_old=root / "old.pth")
    common = ["--model", files["safetensors"], "--data", root / "images", "--image-size", 32, "--device", "cpu", "--threads", 1]
    cdra(program, "sensitivity", *common, "--samples", 20, "--out", root / "S.h5")
    cdra(program, "plan", root / "S.h5", "--gamma", "0.05", "--out", root / "P.h5")
    cdra(program, "train", *common, "--plan", root / "P.h5", "--epochs", 1, "--out", root / "RUN")
    files.update(map=root / "S.h5", plan=root / "P.h5", results=root / "RUN" / "results.h5",
                 adapter=root / "RUN" / "adapter" / "adapter.safetensors", toml=root / "RUN" / "project.toml")
    (root / "ranks.csv").write_text("name,rank\nblocks.0.attn.q,2\n")
    (root / "model.safetensors.index.json").write_text('{"weight_map": {"a": "b"}}')
    torch.save({"tuned_matrices": [[0, 1, 0, 0, 0, 0]], "tuned_vectors": ["norm.weight"],
                "unstructured_name_shapes": {"blocks.0.attn.q.weight": torch.Size([64, 64])},
                "unstructured_indexes": torch.tensor([3, 70])}, root / "masks.pth")
    files.update(ranks=root / "ranks.csv", index=root / "model.safetensors.index.json", masks=root / "masks.pth")
    idx_folder(root / "idx")
    return files


@pytest.fixture(scope="module")
def corpus(good, tmp_path_factory):
    corpus = malformed.Corpus(good, tmp_path_factory.mktemp("malformed"))
    corpus.safetensors()
    corpus.npz()
    corpus.pth()
    corpus.hdf5("map", malformed.map_edits())
    corpus.hdf5("plan", malformed.plan_edits())
    corpus.hdf5("results", {"format": malformed.attribute("/", "format", "x"), "no-history": malformed.gone("entry/history"),
                            "short": malformed.replaced("entry/history/train_loss", np.ones(9)), "no-entry": malformed.gone("entry")})
    corpus.cut("adapter", 6)
    corpus.text("index", {"not-json": "{", "list": "[]", "no-map": "{}", "number": '{"weight_map": {"a": 5}}', "leads-out": '{"weight_map": {"a": "../x"}}',
                          "absolute": '{"weight_map": {"a": "/etc/passwd"}}', "missing": '{"weight_map": {"a": "gone.safetensors"}}',
                          "deep": "[" * 100000, "empty": "", "binary": bytes(range(256)), "zero": b'{"weight_map": {"a": "x\\u0000y"}}'})
    good_toml = good["toml"].read_text()
    corpus.text("toml", {"empty-key": "= 3", "unknown": good_toml + "\n[magic]\nx = 1\n", "type": good_toml.replace("epochs = 1", 'epochs = "many"'),
                         "range": good_toml.replace("epochs = 1", "epochs = -1"), "binary": bytes(range(256)) * 20, "open": '[model\npath = "x',
                         "deep": "a = " + "[" * 20000, "huge-number": good_toml.replace("epochs = 1", "epochs = 99999999999999999999"),
                         "twice": good_toml + good_toml, "nan": good_toml.replace("lr = ", "lr = nan #"), "bad-utf8": b"name = \"\xff\xfe\""})
    corpus.text("ranks", {"word": "name,rank\nblocks.0.attn.q,two\n", "minus": "name,rank\nblocks.0.attn.q,-2\n", "foreign": "name,rank\nblocks.99.attn.q,2\n",
                          "huge": "name,rank\nblocks.0.attn.q,99999999999999999999\n", "binary": bytes(range(256)), "one-column": "blocks.0.attn.q\n"})

    def masks(what, **changes):
        def edit(path):
            content = torch.load(path, weights_only=True)
            content.update(changes)
            torch.save(content, path)
        corpus.add("masks", what, edit=edit)
    masks("five", tuned_matrices=[[0, 1, 0, 0, 0]])
    masks("two", tuned_matrices=[[0, 2, 0, 0, 0, 0]])
    masks("past", unstructured_indexes=torch.tensor([2**40]))
    masks("minus", unstructured_indexes=torch.tensor([-1]))
    masks("twice", unstructured_indexes=torch.tensor([3, 3]))
    masks("floats", unstructured_indexes=torch.tensor([1.5]))
    masks("vector", tuned_vectors=["head.weight"])
    masks("shape", unstructured_name_shapes={"blocks.0.attn.q.weight": torch.Size([2**19, 2**19])})
    masks("none", tuned_matrices=[])
    corpus.cut("masks", 6)
    return corpus


def idx_cases(good, root):
    """Whole folders: an index is four files."""
    import shutil
    source = good["safetensors"].parent / "idx"
    images = "train-images-idx3-ubyte.gz"
    raw = gzip.decompress((source / images).read_bytes())
    for what, data in {"cut": gzip.compress(raw[:500]), "not-gzip": b"hello", "magic": gzip.compress(struct.pack(">I", 7) + raw[4:]),
                       "claim": gzip.compress(raw[:4] + struct.pack(">I", 2**31) + raw[8:]), "count": gzip.compress(raw[:4] + struct.pack(">I", 39) + raw[8:]),
                       "torn": gzip.compress(raw)[:200], "bomb": gzip.compress(bytes(1 << 27)), "empty": b"", "sides": gzip.compress(raw[:8] + struct.pack(">II", 2**31, 2**31) + raw[16:])}.items():
        folder = root / f"idx-{what}"
        shutil.copytree(source, folder)
        (folder / images).write_bytes(data)
        yield "idx", folder


def command(program, kind, path, good, out):
    model, data = good["safetensors"], good["safetensors"].parent / "images"
    return [program("cdra")] + [str(word) for word in {
        "map": ["plan", path, "--quiet", "--out", out / "P.h5"],
        "plan": ["train", "--model", model, "--data", data, "--image-size", 32, "--plan", path, "--out", out / "RUN"],
        "results": ["report", path.parent],
        "adapter": ["evaluate", "--adapter", path, "--model", model, "--data", data],
        "toml": ["train", path, "--out", out / "RUN"],
        "ranks": ["plan", good["map"], "--quiet", "--rank", f"file:{path}", "--out", out / "P.h5"],
        "masks": ["import-spt", path, "--out", out / "P.h5"],
        "idx": ["dataset", f"fashion-mnist:{path}"],
    }.get(kind, ["inspect", path])]


def limits():
    resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def test_every_malformed_file_is_refused(program, good, corpus, tmp_path):
    cases = corpus.cases + list(idx_cases(good, tmp_path))
    assert len(cases) >= 200
    failures = []
    for number, (kind, path) in enumerate(cases):
        out = tmp_path / f"out{number}"
        out.mkdir()
        before = sorted(path.parent.iterdir())
        words = command(program, kind, path, good, out)
        if kind == "results":  # a run's folder
            (path.parent / "project.toml").write_bytes(good["toml"].read_bytes())
            before = sorted(path.parent.iterdir())
        start = time.monotonic()
        try:
            done = subprocess.run(words, capture_output=True, text=True, errors="replace", preexec_fn=limits, timeout=30)
        except subprocess.TimeoutExpired:
            failures.append(f"{path.parent.name}: not done after 30 s")
            continue
        took = time.monotonic() - start
        wrong = []
        if done.returncode != 2:
            wrong.append(f"exit code {done.returncode}")
        if done.stderr.count("\n") != 1:
            wrong.append(f"{done.stderr.count(chr(10))} lines")
        if path.name not in done.stderr:
            wrong.append("the file is not named")
        if done.stdout:
            wrong.append("standard output")
        if took > SECONDS:
            wrong.append(f"{took:.1f} s")
        if list(out.iterdir()) or sorted(path.parent.iterdir()) != before:
            wrong.append("something was written")
        if wrong:
            failures.append(f"{path.parent.name if kind != 'idx' else path.name}: {', '.join(wrong)}: {done.stderr[:300]!r}")
    print(f"{len(cases)} malformed files, {len(failures)} not refused as they should be")
    assert not failures, "\n".join(failures)
