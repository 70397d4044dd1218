"""Values of the metrics as scikit-learn computes them, for tests/metric/golden.cpp.

    pip install scikit-learn==1.9.1 numpy
    python metrics.py > metrics.csv

The scores are made by integer arithmetic that the C++ side repeats (tests/metric/scores.hpp), so no data file is needed.
"""
import numpy as np
import sklearn
from sklearn import metrics as sk


def uniform(n, seed):
    x, out = seed, []
    for _ in range(n):
        x = (1103515245 * x + 12345) % 2**31
        out.append(x / 2**31)
    return np.array(out)


def scores(case):
    n = 20000
    u, v = uniform(n, 1), uniform(n, 2)
    truth = v < 0.002 + 0.2 * u * u * u * u * u * u * u * u
    if case == "plain":
        z = 12 * u - 6
    elif case == "tiny":  # every probability below 1e-4
        z = 5.5 * u - 15
    elif case == "ties":  # 25 distinct scores
        z = np.floor(24 * u) * 0.5 - 6
    elif case == "one":  # a single positive
        z, truth = 12 * u - 6, np.arange(n) == 77
    return z.astype(np.float32), truth


def at_threshold(z, truth, logit):
    called = z >= np.float32(logit)
    yield "dice", sk.f1_score(truth, called)
    yield "f1", sk.f1_score(truth, called)
    yield "iou", sk.jaccard_score(truth, called)
    yield "precision", sk.precision_score(truth, called)
    yield "recall", sk.recall_score(truth, called)
    yield "specificity", sk.recall_score(~truth, ~called)
    yield "f_beta_2", sk.fbeta_score(truth, called, beta=2)
    yield "balanced_accuracy", sk.balanced_accuracy_score(truth, called)
    yield "mcc", sk.matthews_corrcoef(truth, called)


def rows(case):
    z, truth = scores(case)
    yield "positives", truth.sum()
    yield "pr_auc", sk.average_precision_score(truth, z)
    yield "roc_auc", sk.roc_auc_score(truth, z)
    precision, recall, threshold = sk.precision_recall_curve(truth, z)
    f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-300)
    best = np.flatnonzero(f1 == f1.max())[-1]
    yield "best_f1", f1[best]
    yield "best_f1_logit", threshold[best]
    yield from at_threshold(z, truth, {"plain": 3, "tiny": -11, "ties": 3, "one": -3}[case])


if __name__ == "__main__":
    print(f"# scikit-learn {sklearn.__version__}, numpy {np.__version__}; made by metrics.py")
    print("case,metric,value")
    for case in ("plain", "tiny", "ties", "one"):
        for name, value in rows(case):
            print(f"{case},{name},{float(value):.12g}")
