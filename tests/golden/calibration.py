"""Brier score, expected calibration error and sensitivity at a specificity, for tests/metric/calibration.cpp.

    pip install scikit-learn==1.9.1 torchmetrics==1.9.0 torch numpy
    python calibration.py > calibration.csv

The scores are those of metrics.py, and "flat": the scores of "plain" with a truth that knows nothing of them, so that low probabilities are too
low and high ones too high.
"""
import numpy as np
import sklearn
import torch
import torchmetrics
from sklearn.metrics import brier_score_loss
from torchmetrics.functional.classification import binary_calibration_error, binary_sensitivity_at_specificity

from metrics import scores, uniform


def rows(case):
    z, truth = scores("plain" if case == "flat" else case)
    if case == "flat":
        truth = uniform(len(z), 2) < 0.3
    p = 1 / (1 + np.exp(-z.astype(np.float64)))
    yield "brier", brier_score_loss(truth, p)
    probability, target = torch.from_numpy(p), torch.from_numpy(truth.astype(np.int64))
    for bins in (10, 15):
        yield f"ece_{bins}", binary_calibration_error(probability, target, n_bins=bins, norm="l1")
    for specificity in (0.5, 0.9, 0.99):
        yield f"sensitivity_at_{specificity}", binary_sensitivity_at_specificity(probability, target, min_specificity=specificity)[0]


if __name__ == "__main__":
    print(f"# scikit-learn {sklearn.__version__}, torchmetrics {torchmetrics.__version__}, torch {torch.__version__}; made by calibration.py")
    print("case,metric,value")
    for case in ("plain", "tiny", "ties", "one", "flat"):
        for name, value in rows(case):
            print(f"{case},{name},{float(value):.12g}")
