# SPDX-FileCopyrightText: The CDRA workbench authors
# SPDX-License-Identifier: Apache-2.0
"""`cdra plan MAP --gamma G --out PLAN` in numpy: the same checks, selection, orders and ranks (eq7-unscaled).

plan_twin.py MAP GAMMA OUT.npz      makes the plan
plan_twin.py OUT.npz --compare P.h5  says whether a plan of cdra is the same one (exit code 1 if not)
"""
import sys
from fractions import Fraction

import h5py
import numpy as np
import xxhash

PIECE = 1 << 20


def check_seal(path):
    with open(path, "rb") as file:
        data = memoryview(file.read())
    body, seal = data[:-48], bytes(data[-48:])
    pieces = b"".join(xxhash.xxh3_128_digest(body[at:at + PIECE]) for at in range(0, len(body), PIECE))
    if seal != b"CDRA-HDF5-XXH128" + xxhash.xxh3_128_hexdigest(pieces).encode():
        raise SystemExit(f"{path}: its bytes do not fit the check sum at its end")


def read(path):
    with h5py.File(path, "r") as file:
        names = [list(file.attrs[key]) for key in ("matrix_names", "vector_names")]
        text = [[n.decode() if isinstance(n, bytes) else n for n in some] for some in names]
        matrices = {name: file["sensitivity"][name][...] for name in text[0]}
        vectors = {name: file["vectors"][name][...] for name in text[1]}
    for name, values in (matrices | vectors).items():
        if not (np.isfinite(values).all() and (values >= 0).all()):
            raise SystemExit(f"{name} holds a value that is no sensitivity")
    return matrices, vectors


def plan(path, gamma):
    check_seal(path)
    matrices, vectors = read(path)
    tensors = list((matrices | vectors).items())
    pool = np.concatenate([values.ravel() for _, values in tensors])
    count = int(Fraction(gamma) * pool.size)
    result = {}
    if count == 0:
        raise SystemExit("nothing is selected")
    threshold = np.partition(pool, pool.size - count)[pool.size - count]
    chosen = np.flatnonzero(pool >= threshold)
    if chosen.size > count:  # of those that equal the threshold the first ones
        equal = np.flatnonzero(pool[chosen] == threshold)
        chosen = np.delete(chosen, equal[equal.size - (chosen.size - count):])
    starts = np.cumsum([0] + [values.size for _, values in tensors])
    ends = np.searchsorted(chosen, starts)
    result["threshold"] = threshold
    for i, (name, values) in enumerate(tensors):
        mask = (chosen[ends[i]:ends[i + 1]] - starts[i]).astype(np.uint32)
        result[name + "/mask"] = mask
        if name in vectors:
            continue
        columns, rows = np.divmod(mask, values.shape[1])
        row_counts = np.bincount(rows, minlength=values.shape[1])
        column_counts = np.bincount(columns, minlength=values.shape[0])
        row_order = np.argsort(-row_counts, kind="stable").astype(np.uint32)
        column_order = np.argsort(-column_counts, kind="stable").astype(np.uint32)
        d, k = int((row_counts > 0).sum()), int((column_counts > 0).sum())
        rank = min(mask.size // (d + k), d, k) if d and k else 0
        box = values[np.ix_(column_order[:k], row_order[:d])]
        result[name + "/row_order"], result[name + "/column_order"] = row_order, column_order
        result[name + "/numbers"] = np.array([d, k, rank, values.sum(dtype=np.float64), box.sum(dtype=np.float64)])
    return result


def compare(twin, ours):
    checked = 0
    with h5py.File(ours, "r") as file:
        groups = {}
        file.visititems(lambda name, item: groups.__setitem__(str(item.attrs["name"] if "name" in item.attrs else name.split("/")[-1]), item)
                        if isinstance(item, h5py.Group) and "row_order" in item else None)
        for name, group in groups.items():
            if name + "/numbers" not in twin:
                return f"{name} is not in the twin"
            for part in ("row_order", "column_order", "mask"):
                if not np.array_equal(group[part][...], twin[f"{name}/{part}"]):
                    return f"{name}: {part} differs"
            numbers = [float(group.attrs[key]) for key in ("compact_rows", "compact_columns", "rank", "sensitivity_total", "sensitivity_in_box")]
            if not np.allclose(numbers, twin[name + "/numbers"], rtol=1e-9, atol=0):
                return f"{name}: {numbers}, the twin has {twin[name + '/numbers'].tolist()}"
            checked += group["mask"].size
        matrices = sum(key.endswith("/numbers") for key in twin)
        if len(groups) != matrices:
            return f"{len(groups)} matrices, the twin has {matrices}"
    return "" if checked else "no weight is selected: nothing was compared"


if __name__ == "__main__":
    if sys.argv[2] == "--compare":
        wrong = compare(dict(np.load(sys.argv[1])), sys.argv[3])
        print(wrong or "the same plan")
        raise SystemExit(1 if wrong else 0)
    made = plan(sys.argv[1], sys.argv[2])
    with open(sys.argv[3], "wb") as out:
        np.savez(out, **made)
