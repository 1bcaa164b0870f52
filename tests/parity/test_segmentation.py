# SPDX-FileCopyrightText: The CDRA workbench authors
# SPDX-License-Identifier: Apache-2.0
"""Figures of masks follow scikit-learn; `legacy_miou` follows the published project's definition."""
import json
import subprocess

import numpy
import pytest

torch = pytest.importorskip("torch")
safetensors_torch = pytest.importorskip("safetensors.torch")
metrics = pytest.importorskip("sklearn.metrics")


def masks(classes, absent, images=9, size=32, void=0.2):
    random = numpy.random.default_rng(classes)
    known = numpy.arange(classes)[: classes - absent]
    labels = random.choice(known, (images, size, size))
    wrong = random.choice(known, labels.shape)
    predicted = numpy.where(random.random(labels.shape) < 0.7, labels, wrong)
    labels[random.random(labels.shape) < void] = 255
    return labels, predicted


@pytest.mark.parametrize("classes,absent", [(2, 0), (11, 0), (21, 3), (150, 40)])
def test_figures_of_masks(program, tmp_path, classes, absent):
    labels, predicted = masks(classes, absent)
    safetensors_torch.save_file({"labels": torch.tensor(labels).float(), "predicted": torch.tensor(predicted).float()},
                                tmp_path / "masks.safetensors")
    out = subprocess.run([program("engine_segmentation"), tmp_path / "masks.safetensors", str(classes), "4"],
                         check=True, capture_output=True, text=True).stdout
    ours = json.loads(out)
    counted = labels != 255
    truth, guess = labels[counted], predicted[counted]
    confusion = metrics.confusion_matrix(truth, guess, labels=range(classes))
    assert confusion.sum() == counted.sum() > 0
    numpy.testing.assert_array_equal(numpy.array(ours["confusion"]).reshape(classes, classes), confusion)
    present = numpy.union1d(truth, guess)
    assert len(present) == classes - absent
    iou = metrics.jaccard_score(truth, guess, labels=present, average=None)
    dice = metrics.f1_score(truth, guess, labels=present, average=None)
    assert [value is None for value in ours["class_iou"]] == [c not in present for c in range(classes)]
    numpy.testing.assert_allclose([ours["class_iou"][c] for c in present], iou, rtol=1e-12)
    numpy.testing.assert_allclose([ours["class_dice"][c] for c in present], dice, rtol=1e-12)
    assert ours["miou"] == pytest.approx(iou.mean(), rel=1e-12)
    assert ours["mdice"] == pytest.approx(dice.mean(), rel=1e-12)
    assert ours["pixel_accuracy"] == pytest.approx(metrics.accuracy_score(truth, guess), rel=1e-12)
    assert ours["mean_class_accuracy"] == pytest.approx(metrics.recall_score(truth, guess, labels=present, average="macro"))
    # Class indices combined bit by bit, an image at a time, what has no class as 0.
    both = numpy.where(counted, labels & predicted, 0).reshape(len(labels), -1).sum(1)
    either = numpy.where(counted, labels | predicted, 0).reshape(len(labels), -1).sum(1)
    assert ours["legacy_miou"] == pytest.approx(((both + 1e-6) / (either + 1e-6)).mean(), rel=1e-9)
