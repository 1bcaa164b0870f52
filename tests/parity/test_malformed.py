# SPDX-FileCopyrightText: The CDRA workbench authors
# SPDX-License-Identifier: Apache-2.0
"""Hundreds of malformed files of every format that is read: each ends with exit code 2 and one line that names the
file, within two seconds of a processor and a gibibyte, and nothing is written.

CDRA_SANITIZED names a `cdra` built with address and undefined-behaviour sanitizers: it reads them then, and may not
report anything. It is slower and larger, so that the limits are looser."""
import gzip
import json
import os
import pathlib
import resource
import struct
import subprocess

import numpy as np
import pytest
import torch

import malformed
import published
from test_peft import cdra, image_folder

SANITIZED = os.environ.get("CDRA_SANITIZED")
SECONDS, BYTES = (20, 2 << 30) if SANITIZED else (2, 1 << 30)


def class_folders(root):
    from PIL import Image
    random = np.random.default_rng(4)
    for folder, count in (("train/a", 5), ("train/b", 5), ("test/a", 1), ("test/b", 1)):
        (root / folder).mkdir(parents=True)
        for i in range(count):
            Image.fromarray(random.integers(0, 256, (8, 8, 3), np.uint8)).save(root / folder / f"{i}.png")
    return root


def vtab_folder(root):
    class_folders(root)
    lines = "".join(f"train/{label}/{i}.png {number}\n" for number, label in enumerate("ab") for i in range(5))
    for name in ("train800", "val200", "train800val200", "test"):
        (root / f"{name}.txt").write_text(lines)


def fgvc_folder(root):
    class_folders(root)
    entries = {f"train/{label}/{i}.png": number for number, label in enumerate("ab") for i in range(5)}
    for name in ("train", "val", "test"):
        (root / f"{name}.json").write_text(json.dumps(entries))


def voc_folder(root):
    from PIL import Image
    random = np.random.default_rng(5)
    for folder in ("ImageSets/Segmentation", "JPEGImages", "SegmentationClass"):
        (root / folder).mkdir(parents=True)
    names = [f"i{i}" for i in range(6)]
    for name in names:
        Image.fromarray(random.integers(0, 256, (12, 12, 3), np.uint8)).save(root / "JPEGImages" / f"{name}.png")
        label = Image.fromarray(random.integers(0, 3, (12, 12), np.uint8), "P")
        label.putpalette([0, 0, 0, 128, 0, 0, 0, 128, 0])
        label.save(root / "SegmentationClass" / f"{name}.png")
    for split in ("train", "val"):
        (root / "ImageSets/Segmentation" / f"{split}.txt").write_text("".join(name + "\n" for name in names))


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
    files["sweep"] = pathlib.Path(__file__).parents[2] / "resources" / "sweeps" / "mini_vtab_main.toml"
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
    def wide(what, name, shape):
        masks(what, unstructured_name_shapes={name: torch.Size(shape)}, unstructured_indexes=torch.tensor([], dtype=torch.int64))
    wide("width-huge", "blocks.0.attn.q.weight", [2**20, 2**8])
    wide("mlp-huge", "blocks.0.mlp.fc1.bias", [2**20])
    masks("deep", tuned_matrices=[[0] * 6] * 1000)
    corpus.cut("masks", 6)

    corpus.images(class_folders(tmp_path_factory.mktemp("images") / "good"))
    line = "train/a/0.png"
    corpus.lists("vtab", vtab_folder, {what: ("train800.txt", data) for what, data in {
        "empty": "", "no-class": line, "word": f"{line} one\n", "minus": f"{line} -1\n", "huge": f"{line} 99999999999999999999\n",
        "half": f"{line} 1.5\n", "binary": bytes(range(256)), "class-past": f"{line} 2000000000\n"}.items()})
    corpus.lists("fgvc", fgvc_folder, {what: ("train.json", data) for what, data in {
        "empty": "", "not-json": "{", "list": "[]", "nothing": "{}", "leads-out": '{"../x.png": 0}', "absolute": '{"/etc/passwd": 0}',
        "deep": "[" * 100000, "class-list": f'{{"{line}": [0]}}', "class-null": f'{{"{line}": null}}', "binary": bytes(range(256)),
        "bad-utf8": b'{"train/a/0\xff.png": 0}', "no-path": '{"": 0}'}.items()})
    voc = "ImageSets/Segmentation/train.txt"
    corpus.lists("voc", voc_folder, {"empty": (voc, ""), "leads-out": (voc, "../../x\n"), "absolute": (voc, "/etc/passwd\n"),
                                     "label-cut": ("SegmentationClass/i2.png", b"\x89PNG\r\n\x1a\n1234"), "label-empty": ("SegmentationClass/i2.png", b""),
                                     "label-text": ("SegmentationClass/i2.png", "label")})
    corpus.beside("config.json", {what: text for what, text in {
        "not-json": "{", "list": "[]", "deep": "[" * 100000, "binary": bytes(range(256)), "width-text": '{"model_type": "vit", "hidden_size": "64"}',
        "width-minus": '{"model_type": "vit", "hidden_size": -64}', "width-other": '{"model_type": "vit", "hidden_size": 65}',
        "width-huge": '{"model_type": "vit", "hidden_size": 99999999999999999999}', "heads-0": '{"model_type": "vit", "num_attention_heads": 0}',
        "epsilon": '{"model_type": "vit", "layer_norm_eps": -1}', "size": '{"model_type": "vit", "image_size": [1, "2"]}',
        "size-null": '{"model_type": "vit", "image_size": [null, 2]}', "type": '{"model_type": 5}'}.items()})
    corpus.beside("preprocessor_config.json", {"not-json": "{", "mean-two": '{"image_mean": [1, 2]}', "std-0": '{"image_std": [0, 1, 1]}',
                                               "mean-text": '{"image_mean": ["a", 1, 2]}', "list": "[1]"})
    sweep = good["sweep"].read_text()
    corpus.text("sweep", {"open": sweep + "\n[row", "unknown": sweep + "\n[magic]\nx = 1\n", "empty": "", "binary": bytes(range(256)), "deep": "a = " + "[" * 20000,
                          "bad-utf8": b"name = \"\xff\xfe\"", "twice": sweep + sweep})
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
        "image": ["dataset", path.parents[2], "--quiet"],
        "vtab": ["dataset", f"vtab:{path.parent}", "--quiet"],
        "fgvc": ["dataset", f"fgvc:{path.parent}", "--quiet"],
        "voc": ["dataset", f"voc:{path.parents[2] if 'ImageSets' in path.parts else path.parents[1]}", "--quiet"],
        "beside": ["inspect", path.parent],
        "sweep": ["sweep", path, "--data", data.parent, "--model", model, "--out", out / "SWEEP", "--quiet"],
    }.get(kind, ["inspect", path])]


# What would otherwise hang or take the machine with it. Data, not addresses: LibTorch's libraries are mapped whole.
def limits():
    if not SANITIZED:
        resource.setrlimit(resource.RLIMIT_DATA, (BYTES, BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (2 * SECONDS, 2 * SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def run(words, environment, folder):
    """(exit code, standard output, standard error, processor seconds). Memory is held by the limit alone: the peak that the
    system tells of a child counts what its parent had before the exec."""
    with open(folder / "out", "w+b") as out, open(folder / "err", "w+b") as err:
        process = subprocess.Popen(words, stdout=out, stderr=err, stdin=subprocess.DEVNULL, preexec_fn=limits, env=environment)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0), err.seek(0)
        return process.returncode, out.read(), err.read().decode(errors="replace"), used.ru_utime + used.ru_stime


def test_every_malformed_file_is_refused(program, good, corpus, tmp_path):
    cases = corpus.cases + list(idx_cases(good, tmp_path))
    assert len(cases) >= 200
    environment = dict(os.environ, OMP_NUM_THREADS="1")
    if SANITIZED:
        environment.update(CDRA_ENGINE=program("cdra-engine"), UBSAN_OPTIONS="halt_on_error=1:print_stacktrace=1",
                           ASAN_OPTIONS="max_allocation_size_mb=1024:quarantine_size_mb=16:detect_leaks=1")
    failures, slowest = [], (0, "")
    for number, (kind, path) in enumerate(cases):
        out = tmp_path / f"out{number}"
        out.mkdir()
        name = path.name if kind == "idx" else str(path.relative_to(corpus.root))
        words = command(program, kind, path, good, out)
        if SANITIZED:
            words[0] = SANITIZED
        if kind == "results":  # a run's folder
            (path.parent / "project.toml").write_bytes(good["toml"].read_bytes())
        before = sorted(path.parent.iterdir())
        code, output, errors, seconds = run(words, environment, tmp_path)
        slowest = max(slowest, (seconds, name))
        wrong = []
        if code != 2:
            wrong.append(f"exit code {code}")
        if errors.count("\n") != 1:
            wrong.append(f"{errors.count(chr(10))} lines")
        if "Sanitizer" in errors or "runtime error" in errors:
            wrong.append("a sanitizer's report")
        if path.name not in errors:
            wrong.append("the file is not named")
        if output and kind not in ("image", "voc"):  # the report on the whole folder
            wrong.append("standard output")
        if seconds > SECONDS:
            wrong.append(f"{seconds:.1f} s")
        if list(out.iterdir()) or sorted(path.parent.iterdir()) != before:
            wrong.append("something was written")
        if wrong:
            failures.append(f"{name}: {', '.join(wrong)}: {errors[:2000 if SANITIZED else 300]!r}")
    print(f"{len(cases)} malformed files of {len({kind for kind, _ in cases})} kinds, {len(failures)} not refused as they should be; "
          f"at most {slowest[0]:.2f} s ({slowest[1]})")
    assert not failures, "\n".join(failures)
