# SPDX-FileCopyrightText: The CDRA workbench authors
# SPDX-License-Identifier: Apache-2.0
"""A run's files in other people's readers: TensorBoard's event files, results.h5 in silx, xarray and h5py."""
import json

import h5py
import numpy as np
import pytest

from test_peft import cdra, trained, world  # noqa: F401 (a fixture)


@pytest.fixture(scope="module")
def run(program, world):  # noqa: F811
    return trained(program, world, "timm", "cdra")


def metrics(run):
    events = [json.loads(line) for line in (run / "events.jsonl").read_text().splitlines()]
    return [event for event in events if event["type"] == "metric"]


def test_tensorboard_reads_what_the_events_say(run):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    files = list(run.glob("events.out.tfevents.*"))
    assert len(files) == 1
    reader = EventAccumulator(str(run))
    reader.Reload()
    assert reader.file_version == 2.0
    expected = {}
    for event in metrics(run):
        expected.setdefault(f"{event['split']}/{event['name']}", []).append((event["step"], event["value"]))
    assert {"train/loss", "val/accuracy", "train/lr"} <= set(expected) == set(reader.Tags()["scalars"])
    for tag, points in expected.items():
        got = reader.Scalars(tag)
        assert [point.step for point in got] == [step for step, _ in points]
        np.testing.assert_allclose([point.value for point in got], [value for _, value in points], rtol=1e-6)


def test_a_resumed_run_has_every_step_once(program, run, tmp_path):
    """Cut and continued: no step twice, in TensorBoard's file as in events.jsonl."""
    from tensorboard.backend.event_processing.event_file_loader import LegacyEventFileLoader
    import shutil
    copy = tmp_path / "run"
    shutil.copytree(run, copy)
    cdra(program, "resume", copy, "--epochs", 6)
    steps = []
    for file in sorted(copy.glob("events.out.tfevents.*")):
        steps += [(event.step, value.tag) for event in LegacyEventFileLoader(str(file)).Load() for value in event.summary.value]
    assert steps and len(steps) == len(set(steps))
    assert sorted(steps) == sorted((event["step"], f"{event['split']}/{event['name']}") for event in metrics(copy))


def test_silx_opens_on_the_learning_curve(run):
    from silx.io import nxdata
    import silx.io
    with silx.io.open(str(run / "results.h5")) as file:
        default = nxdata.get_default(file)
        assert default is not None and default.is_valid, default and default.issues
        assert default.group.name == "/entry/history" and default.title == "Learning curve"
        assert default.signal_dataset_name == "val_accuracy"
        assert default.axes_dataset_names == ["epoch"]
        np.testing.assert_array_equal(default.axes[0], [1, 2, 3, 4])
        assert {"train_loss", "val_loss", "train_accuracy"} <= set(default.auxiliary_signals_dataset_names)


def test_xarray_names_the_dimensions(run):
    import xarray
    history = xarray.open_dataset(run / "results.h5", group="entry/history", engine="h5netcdf")
    assert history["train_loss"].dims == ("epoch",)
    assert history["epoch"].values.tolist() == [1, 2, 3, 4]
    assert history["train_loss"].attrs["long_name"] == "training loss" and history["train_loss"].attrs["units"] == "nat"
    predictions = xarray.open_dataset(run / "results.h5", group="entry/predictions", engine="h5netcdf")
    assert predictions["logits"].dims == (predictions["labels"].dims[0], predictions["logits"].dims[1])
    assert not any(dim.startswith("phony") for dim in predictions["logits"].dims)
    assert predictions["logits"].shape == (12, 3)


def test_h5py_reads_texts_and_attributes(run):
    with h5py.File(run / "results.h5") as file:
        assert file.attrs["default"] == "entry" or file.attrs["default"] == b"entry"
        names = [name.decode() for name in file["entry/predictions/names"][:]]
        assert len(names) == 12 and all(name.endswith(".png") for name in names)
        assert b"[recipe]" in file["entry/project"][()] or b"[train" in file["entry/project"][()]
        assert np.isfinite(file["entry/summary/test_accuracy"][()])
        assert {"torch", "threads"} & set(file["entry/environment"]), list(file["entry/environment"])
