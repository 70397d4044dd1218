"""Brier score, expected calibration error and sensitivity at a specificity, for tests/metric/calibration.cpp.

    pip install scikit-learn==1.9.1 torchmetrics==1.9.0 torch==2.11.0 numpy==2.4.6
    python calibration.py > calibration.csv

The scores are those of metrics.py, and two truths of their own for the scores of "plain". "flat" knows nothing of them, so that low probabilities
are too low and high ones too high. "wavy" happens 0.2 more often than predicted in every second tenth and 0.2 less often in the others: five steps
of the probability see nothing of it, ten all of it, fifteen a part.

Rows "step" are scikit-learn's calibration curve in ten steps of the probability (number of the step, pixels, mean predicted, observed), rows
"logit" its curve of each step of one logit (lower edge, pixels, mean predicted, observed).
"""
import numpy as np
import sklearn
import torch
import torchmetrics
from sklearn.calibration import calibration_curve
from sklearn.metrics import brier_score_loss
from torchmetrics.functional.classification import binary_calibration_error, binary_sensitivity_at_specificity

from metrics import scores, uniform


def scored(case):
    z, truth = scores("plain" if case in ("flat", "wavy") else case)
    p = 1 / (1 + np.exp(-z.astype(np.float64)))
    if case == "flat":
        truth = uniform(len(z), 2) < 0.3
    if case == "wavy":
        truth = uniform(len(z), 2) < p + np.where(np.floor(10 * p) % 2 == 0, 0.2, -0.2)
    return z, p, truth


def curves(case):
    z, p, truth = scored(case)
    pixels = np.histogram(p, np.linspace(0, 1, 11))[0]  # an edge belongs to the step above; to the one below in scikit-learn, which is empty in "ties"
    observed, predicted = calibration_curve(truth, p, n_bins=10, strategy="uniform")
    for step, o, m in zip(np.flatnonzero(pixels), observed, predicted, strict=True):
        yield "step", step, pixels[step], m, o
    for low in range(-16, 16):
        inside = (z >= low) & (z < low + 1)
        if inside.any():
            observed, predicted = calibration_curve(truth[inside], p[inside], n_bins=1)
            yield "logit", low, inside.sum(), predicted[0], observed[0]


def rows(case):
    z, p, truth = scored(case)
    yield "brier", brier_score_loss(truth, p)
    probability, target = torch.from_numpy(p), torch.from_numpy(truth.astype(np.int64))
    for bins in (5, 10, 15):
        yield f"ece_{bins}", binary_calibration_error(probability, target, n_bins=bins, norm="l1")
    for specificity in (0.5, 0.9, 0.99):
        yield f"sensitivity_at_{specificity}", binary_sensitivity_at_specificity(probability, target, min_specificity=specificity)[0]


if __name__ == "__main__":
    print(f"# scikit-learn {sklearn.__version__}, torchmetrics {torchmetrics.__version__}, torch {torch.__version__.split('+')[0]}; made by calibration.py")
    print("case,metric,value")
    for case in ("plain", "tiny", "ties", "one", "flat", "wavy"):
        for name, value in rows(case):
            print(f"{case},{name},{float(value):.12g}")
        for name, *values in curves(case):
            print(f"{case},{name}," + ",".join(f"{float(v):.12g}" for v in values))
