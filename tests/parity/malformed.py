# SPDX-FileCopyrightText: The CDRA workbench authors
# SPDX-License-Identifier: Apache-2.0
"""Makes files that are wrong in one way each, out of good ones, from a seed: (name, file or folder, what command reads
it). Every fault is real: where a changed bit could leave a file valid, a reader of another project decides."""
import io
import json
import random
import shutil
import struct
import zipfile
import zlib

import h5py
import numpy as np
import xxhash

SEAL, PIECE = b"CDRA-HDF5-XXH128", 1 << 20


def sealed(path):
    """The check sum that HDF5 files of this program end with: so that what lies behind it is tested too."""
    data = path.read_bytes()
    if data[-48:-32] == SEAL:
        data = data[:-48]
    pieces = b"".join(xxhash.xxh3_128_digest(data[at:at + PIECE]) for at in range(0, len(data), PIECE))
    path.write_bytes(data + SEAL + xxhash.xxh3_128_hexdigest(pieces).encode())


class Corpus:
    def __init__(self, good, root, seed=1):
        self.good, self.root, self.random, self.cases = good, root, random.Random(seed), []

    def add(self, kind, what, data=None, edit=None, source=None):
        source = source or self.good[kind]
        path = self.root / f"{len(self.cases):03}-{kind}-{what}" / source.name
        path.parent.mkdir(parents=True)
        if data is not None:
            path.write_bytes(data)
        else:
            shutil.copy(source, path)
            edit(path)
        self.cases.append((kind, path))

    def cut(self, kind, count=8, source=None):
        data = (source or self.good[kind]).read_bytes()
        places = {0, 1, 7, len(data) - 1} | {self.random.randrange(len(data)) for _ in range(count - 4)}
        for at in sorted(places):
            self.add(kind, f"cut-{at}", data[:at], source=source)

    def flip(self, kind, count, first, last, still_good=lambda data: False, source=None):
        data, made = (source or self.good[kind]).read_bytes(), 0
        while made < count:
            at = self.random.randrange(first, last)
            changed = bytearray(data)
            changed[at] ^= 1 << self.random.randrange(8)
            if still_good(bytes(changed)):
                continue
            self.add(kind, f"flip-{at}", bytes(changed), source=source)
            made += 1

    def noise(self, kind, count=2):
        for size in (5, 40, 3000)[:count + 1]:
            self.add(kind, f"noise-{size}", self.random.randbytes(size))

    def safetensors(self):
        import safetensors
        data = self.good["safetensors"].read_bytes()
        length = int.from_bytes(data[:8], "little")
        header = json.loads(data[8:8 + length])

        def still_good(changed):
            try:
                tensors = safetensors.deserialize(changed)
            except Exception:
                return False
            return {name for name, _ in tensors} >= {name for name in header if name != "__metadata__"}
        self.cut("safetensors")
        self.noise("safetensors")
        self.flip("safetensors", 12, 0, 8 + length, still_good)

        def with_header(what, change):
            new = json.loads(json.dumps(header))
            change(new)
            text = json.dumps(new).encode()
            self.add("safetensors", what, struct.pack("<Q", len(text)) + text + data[8 + length:])
        name = "blocks.0.attn.qkv.weight"
        entry = lambda key, value: lambda new: new[name].__setitem__(key, value)
        with_header("huge-shape", entry("shape", [2**62, 2**62]))
        with_header("overflow-shape", entry("shape", [2**32, 2**32, 2**32]))
        with_header("negative", entry("shape", [-1, 5]))
        with_header("float-size", entry("shape", [1.5, 2]))
        with_header("dtype", entry("dtype", "F99"))
        with_header("dtype-number", entry("dtype", 5))
        with_header("offsets-past", entry("data_offsets", [0, 2**60]))
        with_header("offsets-turned", entry("data_offsets", [100, 0]))
        with_header("offsets-text", entry("data_offsets", "all"))
        with_header("overlap", entry("data_offsets", [0, header[name]["data_offsets"][1] - header[name]["data_offsets"][0]]))
        with_header("missing", lambda new: new.pop(name))
        with_header("misshapen", lambda new: new["norm.weight"].__setitem__("shape", [2, header["norm.weight"]["shape"][0] // 2]))
        with_header("integers", lambda new: new["norm.weight"].__setitem__("dtype", "I32"))
        with_header("metadata", lambda new: new.__setitem__("__metadata__", {"a": 1}))
        with_header("deep", lambda new: new.__setitem__(name, json.loads("[" * 400 + "]" * 400)))
        self.add("safetensors", "length-huge", struct.pack("<Q", 2**63) + data[8:])
        self.add("safetensors", "length-minus", struct.pack("<q", -1) + data[8:])
        self.add("safetensors", "bottomless", struct.pack("<Q", 200000) + b"{" + b'"a":[' * 40000)

    def archives(self, kind, member):
        data = self.good[kind].read_bytes()
        self.cut(kind, 7)
        self.noise(kind, 1)
        directory = data.rfind(b"PK\x05\x06")
        central = struct.unpack("<I", data[directory + 16:directory + 20])[0]

        def patched(what, at, packed):
            self.add(kind, what, data[:at] + packed + data[at + len(packed):])
        patched("directory-far", directory + 16, struct.pack("<I", 2**31))
        patched("many-members", directory + 10, struct.pack("<H", 60000))
        patched("member-far", central + 42, struct.pack("<I", 2**31))
        patched("member-huge", central + 24, struct.pack("<I", 2**31))
        patched("method", central + 10, struct.pack("<H", 99))
        patched("encrypted", central + 8, struct.pack("<H", 1))
        patched("name-long", central + 28, struct.pack("<H", 65535))

        def rewritten(what, change):
            def edit(path):
                with zipfile.ZipFile(path) as old:
                    parts = {name: old.read(name) for name in old.namelist()}
                change(parts)
                with zipfile.ZipFile(path, "w") as new:
                    for name, part in parts.items():
                        new.writestr(name, part)
            self.add(kind, what, edit=edit)
        rewritten("empty", lambda parts: parts.clear())
        rewritten("member-gone", lambda parts: parts.pop(next(name for name in parts if member in name)))
        bomb = zlib.compressobj(9, zlib.DEFLATED, -15)
        packed = b"".join(bomb.compress(bytes(1 << 20)) for _ in range(4)) + bomb.flush()
        name = b"archive/data.pkl" if kind == "pth" else b"embedding/kernel.npy"
        claim = 2**32 - 2  # four gigabytes out of four kilobytes
        local = struct.pack("<IHHHHHIIIHH", 0x04034b50, 20, 0, 8, 0, 0, 0, len(packed), claim, len(name), 0) + name + packed
        entry = struct.pack("<IHHHHHHIIIHHHHHII", 0x02014b50, 20, 20, 0, 8, 0, 0, 0, len(packed), claim, len(name), 0, 0, 0, 0, 0, 0) + name
        self.add(kind, "bomb", local + entry + struct.pack("<IHHHHIIH", 0x06054b50, 0, 0, 1, 1, len(entry), len(local), 0))
        return rewritten

    def npz(self):
        rewritten = self.archives("npz", "encoderblock_0/LayerNorm_0/scale")
        target = "embedding/kernel.npy"

        def header(what, text, version=b"\x01\x00", length=None):
            raw = text.encode()
            head = b"\x93NUMPY" + version + struct.pack("<H", len(raw) if length is None else length) + raw
            rewritten(what, lambda parts: parts.__setitem__(target, head + bytes(64)))
        header("shape-huge", "{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904, 4), }")
        header("shape-minus", "{'descr': '<f4', 'fortran_order': False, 'shape': (-4, 4), }")
        header("python", "__import__('os').system('true')")
        header("object", "{'descr': '|O', 'fortran_order': False, 'shape': (4,), }")
        header("big-endian", "{'descr': '>f4', 'fortran_order': False, 'shape': (16,), }")
        header("no-shape", "{'descr': '<f4', 'fortran_order': False, }")
        header("version", "{'descr': '<f4', 'fortran_order': False, 'shape': (16,), }", version=b"\x09\x00")
        header("length", "{}", length=65535)
        rewritten("not-npy", lambda parts: parts.__setitem__(target, b"hello"))

    def pth(self):
        rewritten = self.archives("pth", "data/0")

        def stream(what, raw):
            rewritten(what, lambda parts: parts.__setitem__(next(name for name in parts if name.endswith("data.pkl")), raw))
        for what, raw in {
                "system": b"cos\nsystem\n(X\x04\x00\x00\x00trueeX.", "global": b"\x80\x02cbuiltins\neval\n.",
                "stack-global": b"\x80\x04\x8c\x05posix\x8c\x06system\x93.", "inst": b"(ios\nsystem\n.", "ext": b"\x80\x02\x82\x01.",
                "no-stop": b"\x80\x02}", "empty": b"", "pop-nothing": b"\x80\x020.", "two-values": b"\x80\x02KK.",
                "text-huge": b"\x80\x02X\xff\xff\xff\xff.", "text-wide": b"\x80\x04\x8d" + b"\xff" * 8 + b".", "frame": b"\x80\x04\x95" + b"\xff" * 8,
                "memo": b"\x80\x02h\x05.", "protocol": b"\x80\x63.", "tuple-nothing": b"\x80\x02\x87.", "mark": b"\x80\x02t.",
                "odd-dict": b"\x80\x02}(K\x01u.", "append-int": b"\x80\x02K\x01K\x01a.", "long": b"\x80\x02\x8b\xff\xff\xff\x7f.",
                "marks": b"\x80\x02" + b"(" * 5_000_000 + b".", "values": b"\x80\x02" + b"K\x01" * 3_000_000 + b".",
                "nested": b"\x80\x02" + b"]" * 1_000_000 + b"a" * 999_999 + b".", "persistent": b"\x80\x02K\x01Q.", "reduce": b"\x80\x02ccollections\nOrderedDict\nK\x01R.",
                "cycle": b"\x80\x02}q\x00X\x01\x00\x00\x00ah\x00s."}.items():
            stream(what, raw)

        def storage(what, offset, shape, stride, numel=4):
            tail = b"(X\x07\x00\x00\x00storagectorch\nFloatStorage\nX\x01\x00\x00\x000X\x03\x00\x00\x00cpu" + number(numel) + b"tQ"
            sizes = lambda values: b"(" + b"".join(number(value) for value in values) + b"t"
            raw = (b"\x80\x02}X\x16\x00\x00\x00blocks.0.norm1.weight!" + b"ctorch._utils\n_rebuild_tensor_v2\n(" + tail + number(offset) +
                   sizes(shape) + sizes(stride) + b"\x89ccollections\nOrderedDict\n)RtRs.")
            stream(what, raw)
        storage("tensor-past", 0, [2**40], [1])
        storage("tensor-offset", 2**40, [4], [1])
        storage("tensor-stride", 0, [4], [2**60])
        storage("tensor-expanded", 0, [2**31, 2**31], [0, 0])
        storage("tensor-minus", -4, [4], [1])
        storage("storage-huge", 0, [4], [1], 2**50)
        storage("shape-minus", 0, [-4], [1])
        legacy = self.good["pth_old"]
        data = legacy.read_bytes()
        self.cut("pth_old", 8)
        self.flip("pth_old", 4, 0, 15)
        self.add("pth_old", "protocol", data[:15] + b"\x80\x02K\x07." + data[15:])

    def hdf5(self, kind, edits):
        data = self.good[kind].read_bytes()
        self.cut(kind, 7)
        self.noise(kind, 1)
        self.flip(kind, 12, 0, len(data))
        for what, change in edits.items():
            def edit(path):
                with h5py.File(path, "r+") as file:
                    change(file)
                sealed(path)
            self.add(kind, what, edit=edit)

    def text(self, kind, lines):
        for what, content in lines.items():
            self.add(kind, what, content if isinstance(content, bytes) else content.encode())


    # An image among good ones: what `cdra dataset` checks.
    def images(self, folder):
        from PIL import Image
        pixels = np.random.default_rng(3).integers(0, 256, (40, 40, 3), np.uint8)
        good = {}
        for kind in ("png", "jpeg", "bmp", "ppm", "webp"):
            Image.fromarray(pixels).save(file := io.BytesIO(), kind)
            good[kind] = file.getvalue()

        def case(kind, what, data):
            root = self.root / f"{len(self.cases):03}-{kind}-{what}"
            shutil.copytree(folder, root)
            path = root / "train" / "a" / f"odd.{kind}"
            path.write_bytes(data)
            self.cases.append(("image", path))

        def patched(kind, what, at, packed):
            data = good[kind]
            case(kind, what, data[:at] + packed + data[at + len(packed):])
        for kind, data in good.items():
            case(kind, "empty", b"")
            case(kind, "noise", data[:2] + self.random.randbytes(300))
            for at in (3, 11, 20, len(data) // 2, len(data) * 3 // 4):
                case(kind, f"cut-{at}", data[:at])

        def png_size(what, width, height):
            header = b"IHDR" + struct.pack(">II", width, height) + good["png"][24:29]
            patched("png", what, 12, header + struct.pack(">I", zlib.crc32(header)))
        png_size("huge", 2**31 - 1, 2**31 - 1)
        png_size("wide", 65500, 65500)
        png_size("nothing", 0, 40)
        png_size("minus", 2**32 - 1, 2**32 - 1)
        patched("png", "check-sum", 24, b"\x07")
        frame = good["jpeg"].index(b"\xff\xc0") + 5
        patched("jpeg", "huge", frame, struct.pack(">HH", 65535, 65535))
        patched("jpeg", "nothing", frame, struct.pack(">HH", 0, 0))
        patched("jpeg", "components", frame + 4, b"\x09")
        patched("bmp", "huge", 18, struct.pack("<ii", 2**31 - 1, 2**31 - 1))
        patched("bmp", "wide", 18, struct.pack("<ii", 65000, 65000))
        patched("bmp", "minus", 18, struct.pack("<ii", -40, 40))
        patched("bmp", "bits", 28, struct.pack("<H", 77))
        patched("bmp", "pixels-far", 10, struct.pack("<I", 2**31))
        patched("bmp", "header", 14, struct.pack("<I", 2**31))
        for what, header in {"huge": b"P6 99999999 99999999 255\n", "overflow": b"P6 18446744073709551617 1 255\n", "minus": b"P6 -4 4 255\n",
                             "depth": b"P6 40 40 99999\n", "depth-0": b"P6 40 40 0\n", "no-size": b"P6\n", "words": b"P3 2 2 255 a b c",
                             "short": b"P6 4000 4000 255\n"}.items():
            case("ppm", what, header + bytes(30))
        riff = good["webp"]
        case("webp", "size", riff[:4] + struct.pack("<I", 2**31) + riff[8:40])
        case("webp", "chunk", riff[:16] + struct.pack("<I", 2**31) + riff[20:])

    # Lists of images: VTAB-1k's, the fine-grained splits' and VOC's. `good` makes a good folder.
    def lists(self, layout, make, contents):
        for what, (name, data) in contents.items():
            root = self.root / f"{len(self.cases):03}-{layout}-{what}"
            make(root)
            path = root / name
            path.write_bytes(data if isinstance(data, bytes) else data.encode())
            self.cases.append((layout, path))

    # What stands beside a checkpoint.
    def beside(self, name, contents):
        for what, data in contents.items():
            root = self.root / f"{len(self.cases):03}-{name}-{what}"
            root.mkdir()
            shutil.copy(self.good["safetensors"], root / "model.safetensors")
            (root / name).write_bytes(data if isinstance(data, bytes) else data.encode())
            self.cases.append(("beside", root / name))


def number(value):
    raw = value.to_bytes(8, "little", signed=True)
    return b"\x8a\x08" + raw


def replaced(name, data):
    def change(file):
        del file[name]
        file[name] = data
    return change


def attribute(where, name, value):
    return lambda file: file[where].attrs.__setitem__(name, value)


def gone(name):
    return lambda file: file.__delitem__(name)


def map_edits():
    matrix = "sensitivity/blocks.0.attn.q"
    return {"no-matrix": gone(matrix), "no-group": gone("sensitivity"), "shape": replaced(matrix, np.ones((3, 4), np.float32)),
            "texts": replaced(matrix, np.array([b"x"])), "rank": replaced(matrix, np.ones(7, np.float32)),
            "not-finite": lambda file: file[matrix].__setitem__((0, 0), np.nan), "minus": lambda file: file[matrix].__setitem__((0, 0), -1),
            "format": attribute("/", "format", "another"), "version": attribute("/", "version", 99), "version-text": attribute("/", "version", "x"),
            "no-format": lambda file: file.attrs.__delitem__("format"),
            "foreign-matrix": lambda file: file["sensitivity"].create_dataset("blocks.0.attn.z", data=np.ones((4, 4), np.float32)),
            "variable-text": lambda file: file.attrs.__setitem__("model", "a text of variable length")}


def plan_edits():
    def first(file):
        return file["matrices"][sorted(file["matrices"])[0]]
    def with_order(values):
        def change(file):
            group = first(file)
            del group["row_order"]
            group["row_order"] = np.asarray(values, np.uint32)
        return change
    def matrix_attribute(name, value):
        return lambda file: first(file).attrs.__setitem__(name, value)
    return {"no-permutation": with_order([0] * 64), "short-order": with_order([0, 1]), "order-past": with_order([2**31] * 64),
            "no-order": lambda file: first(file).__delitem__("row_order"), "no-mask": lambda file: first(file).__delitem__("mask"),
            "rank": matrix_attribute("rank", 2**40), "rank-minus": matrix_attribute("rank", -1), "d": matrix_attribute("d", 2**31),
            "d-zero": matrix_attribute("d", 0), "treatment": matrix_attribute("treatment", "magic"), "sensitive": matrix_attribute("sensitive", 2**50),
            "corner": matrix_attribute("compact_rows", 2**31), "total": matrix_attribute("sensitivity_total", float("nan")),
            "format": attribute("/", "format", "cdra-map"), "version": attribute("/", "version", 0), "beta": attribute("/", "beta", 0),
            "quadrant": attribute("/", "quadrant", "12"), "no-matrices": gone("matrices"), "vectors": gone("vectors")}
