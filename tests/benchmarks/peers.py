# SPDX-FileCopyrightText: The CDRA workbench authors
# SPDX-License-Identifier: Apache-2.0
"""The peers of core_benchmark and, from peers_training.py, of engine_benchmark: serves variants as those programs do.

peers.py [--threads N] [--quick]
Reads lines "WORKLOAD VARIANT DIR"; what a workload needs is set up when it is first named. A variant whose packages are
not there answers {"missing"}. The first answer to a variant says whether its result is ours, which has been left in DIR ("agree", "difference"), or
gives it to be compared ("digest", "values", "threshold"). Nothing of that is timed.
"""
import argparse
import hashlib
import importlib.util
import json
import sys
import time
from pathlib import Path


def clock(work):
    began = time.perf_counter()
    result = work()
    return time.perf_counter() - began, result


def close(got, want, tolerance):
    """Largest difference relative to the largest wanted value; all-zero or not finite things agree with nothing."""
    import numpy as np
    got, want = np.asarray(got, dtype=np.float64), np.asarray(want, dtype=np.float64)
    most = np.abs(want).max() if want.size else 0
    if got.shape != want.shape or not most > 0 or not np.isfinite(got).all():
        return {"agree": False, "difference": f"shapes {got.shape} and {want.shape}, largest {most}"}
    difference = float(np.abs(got - want).max() / most)
    return {"agree": bool(difference <= tolerance), "difference": difference}


class Selection:
    """The count largest values of a pool: their places, ascending."""
    needs = {"numpy": ["numpy"], "torch": ["torch", "numpy"]}

    def __init__(self, options):
        import numpy as np
        self.pool = np.fromfile(options.dir / "pool.f32", dtype=np.float32)
        self.count = int(0.0043 * self.pool.size)
        self.first = set()

    def numpy(self):
        import numpy as np
        at = self.pool.size - self.count
        threshold = np.partition(self.pool, at)[at]
        return threshold, np.flatnonzero(self.pool >= threshold)

    def torch(self):
        import torch
        values, places = torch.topk(torch.from_numpy(self.pool), self.count, sorted=False)
        return values.min().item(), places.numpy()

    def run(self, variant):
        import numpy as np
        seconds, (threshold, places) = clock(getattr(self, variant))
        line = {"seconds": seconds}
        if variant not in self.first:
            self.first.add(variant)
            places = np.sort(places)
            equal = np.flatnonzero(self.pool[places] == threshold)
            line.update(threshold=float(threshold), values=int(self.count))
            if variant == "numpy" or (self.pool == threshold).sum() == 1:  # torch takes any of equal ones
                places = np.delete(places, equal[equal.size - (places.size - self.count):]) if places.size > self.count else places
                line["digest"] = hashlib.sha256(places.astype(np.int64).tobytes()).hexdigest()
        return line


class Load:
    needs = {"timm": ["timm", "safetensors"]}

    def __init__(self, options):
        import safetensors.torch
        import timm
        import torch
        self.path, self.depth, self.dir, self.first = options.dir / "model.safetensors", 2 if options.quick else 12, options.dir, True
        self.timm, self.read, self.torch = timm, safetensors.torch.load_file, torch

    def model(self):
        model = self.timm.create_model("vit_base_patch16_224", pretrained=False, num_classes=0, depth=self.depth)
        model.load_state_dict(self.read(self.path))
        return model.eval()

    def run(self, variant):
        import numpy as np
        seconds, model = clock(self.model)
        line = {"seconds": seconds}
        if self.first:
            self.first = False
            with self.torch.inference_mode():
                features = model(self.torch.linspace(-1, 1, 3 * 224 * 224).view(1, 3, 224, 224))
            line.update(close(features.numpy().ravel(), np.fromfile(self.dir / "load.f32", dtype=np.float32), 1e-4))
        return line


class Input:
    needs = {"dataloader": ["torchvision", "PIL"]}

    def __init__(self, options):
        from torch.utils.data import DataLoader
        from torchvision import transforms
        from torchvision.datasets import ImageFolder
        steps = transforms.Compose([transforms.Resize((224, 224), transforms.InterpolationMode.BICUBIC), transforms.ToTensor(),
                                    transforms.Normalize([0.5] * 3, [0.5] * 3)])
        self.loader = DataLoader(ImageFolder(options.dir / "images" / "train", steps), batch_size=32, num_workers=2, persistent_workers=True)
        self.dir, self.first = options.dir, True

    def all(self):
        first = None
        for images, _ in self.loader:
            first = images if first is None else first
        return first

    def run(self, variant):
        import numpy as np
        seconds, first = clock(self.all)
        line = {"seconds": seconds}
        if self.first:
            self.first = False
            # Decoders may round a colour the other way: two levels of 255 at the scale of (x - 0.5) / 0.5.
            want = np.fromfile(self.dir / "input.f32", dtype=np.float32).reshape(tuple(first.shape))
            line.update(close(first.numpy(), want, 4 / 255 / np.abs(want).max()))
        return line


def workloads():
    import peers_training as training
    return {"select-85m": Selection, "select-300m": Selection, "load": Load, "input": Input, "sensitivity-224": training.Sensitivity,
            "sensitivity-48": training.Sensitivity, "step-224": training.Step, "inference-224": training.Inference}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    known, work, current = workloads(), None, None
    if importlib.util.find_spec("torch"):
        import torch
        torch.set_num_threads(options.threads)
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        workload, variant, folder = line.rstrip("\n").split(" ", 2)
        kind = known[workload]
        absent = [name for name in kind.needs[variant] if importlib.util.find_spec(name) is None]
        if absent:
            print(json.dumps({"missing": f"{', '.join(absent)} is not installed"}), flush=True)
            continue
        if current != (workload, folder):
            work = None  # its memory first
            options.workload, options.dir = workload, Path(folder)
            work, current = kind(options), (workload, folder)
        print(json.dumps(work.run(variant)), flush=True)


if __name__ == "__main__":
    main()
