# SPDX-FileCopyrightText: The CDRA workbench authors
# SPDX-License-Identifier: Apache-2.0
"""Decoding and preprocessing against PIL and torchvision: within one grey level, and equal nearly everywhere.

requirements.txt asks for Pillow 12: Pillow 13 resizes vertically first where an image gets wider and lower, unlike
every version that published results were made with (datasets/image.h).
"""
import gzip
import subprocess

import numpy as np
import pytest
from PIL import Image
from torchvision import transforms
from torchvision.transforms import InterpolationMode


def ours(program, *arguments):
    result = subprocess.run([program("datasets_preprocess"), *map(str, arguments)], capture_output=True, check=True)
    head, _, pixels = result.stdout.partition(b"\n")
    width, height = map(int, head.split())
    return np.frombuffer(pixels, np.uint8).reshape(height, width, 3)


def picture(width, height, mode="RGB", seed=3):
    """Edges, a gradient and noise, so that overshoot and rounding are met."""
    channels = {"L": 1, "RGB": 3, "RGBA": 4, "CMYK": 4, "LA": 2}[mode]
    y, x, c = np.meshgrid(np.arange(height), np.arange(width), np.arange(channels), indexing="ij")
    wave = 110 + 100 * np.sin(0.31 * x + c) * np.cos(0.23 * y - c)
    wave[(x // 9 + y // 7) % 3 == 0] = 255
    noise = np.random.default_rng(seed).integers(-30, 30, wave.shape)
    return Image.fromarray(np.clip(wave + noise, 0, 255).astype(np.uint8).squeeze(), mode)


def compare(got, want, largest=1, share=0.001):
    want = np.asarray(want.convert("RGB") if isinstance(want, Image.Image) else want)
    assert got.shape == want.shape
    assert want.std() > 5, "nothing to compare"
    apart = np.abs(got.astype(int) - want.astype(int))
    assert apart.max() <= largest
    assert (apart > 0).mean() <= share


@pytest.mark.parametrize("size", [(28, 28), (200, 150), (37, 301), (640, 480)])
@pytest.mark.parametrize("to", [(56, 56), (224, 224), (224, 60), (14, 333), (1, 1)])
def test_resize(program, tmp_path, size, to):
    image = picture(*size)
    image.save(tmp_path / "a.png")
    got, want = ours(program, "resize", tmp_path / "a.png", *to), image.resize(to, Image.Resampling.BICUBIC)
    if to == (1, 1):
        assert np.abs(got.astype(int) - np.asarray(want).astype(int)).max() <= 1
    else:
        compare(got, want)


@pytest.mark.parametrize("size", [(28, 28), (301, 200), (200, 301), (500, 375)])
@pytest.mark.parametrize("to", [56, 224])
def test_squash_and_crop(program, tmp_path, size, to):
    image = picture(*size)
    image.save(tmp_path / "a.png")
    bicubic = InterpolationMode.BICUBIC
    compare(ours(program, "squash", tmp_path / "a.png", to), transforms.Resize((to, to), bicubic)(image))
    crop = transforms.Compose([transforms.Resize(to * 256 // 224, bicubic), transforms.CenterCrop(to)])
    compare(ours(program, "crop", tmp_path / "a.png", to), crop(image))


@pytest.mark.parametrize("mode,name,options", [
    ("RGB", "a.png", {}), ("RGBA", "a.png", {}), ("L", "a.png", {}), ("LA", "a.png", {}),
    ("RGB", "a.bmp", {}), ("L", "a.bmp", {}), ("RGB", "a.ppm", {}), ("L", "a.pgm", {}),
    ("RGB", "a.webp", {"lossless": True}), ("RGBA", "a.webp", {"lossless": True, "exact": True}),
    ("RGB", "a.webp", {"quality": 80}),
    ("RGB", "a.jpg", {"quality": 90}), ("RGB", "a.jpg", {"quality": 75, "subsampling": "4:2:0", "progressive": True}),
    ("L", "a.jpg", {"quality": 90}), ("CMYK", "a.jpg", {"quality": 95}),
])
def test_decode(program, tmp_path, mode, name, options):
    path = tmp_path / name
    picture(123, 77, mode).save(path, **options)
    lossy = name.endswith("jpg") or "quality" in options
    # PIL brings its own build of libjpeg and libwebp, whose rounding may differ from the system's.
    with Image.open(path) as image:
        compare(ours(program, "decode", path), image, largest=2 if lossy else 0, share=0.02 if lossy else 0)


def test_palette(program, tmp_path):
    image = picture(64, 48).quantize(19)
    image.save(tmp_path / "a.png")
    compare(ours(program, "decode", tmp_path / "a.png"), image, largest=0, share=0)
    image.save(tmp_path / "b.bmp")
    compare(ours(program, "decode", tmp_path / "b.bmp"), image, largest=0, share=0)


def test_fashion_mnist_as_the_model_sees_it(program, tmp_path, inputs):
    with gzip.open(inputs / "fashion-mnist" / "train-images-idx3-ubyte.gz") as file:
        pixels = np.frombuffer(file.read(16 + 5 * 784)[16:], np.uint8).reshape(5, 28, 28)
    for i, grey in enumerate(pixels):
        image = Image.fromarray(grey, "L")
        image.save(tmp_path / f"{i}.pgm")
        want = transforms.Resize((56, 56), InterpolationMode.BICUBIC)(image.convert("RGB"))
        compare(ours(program, "squash", tmp_path / f"{i}.pgm", 56), want)
