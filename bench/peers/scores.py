"""Seconds per pixel of scikit-learn's average precision and best F1. Usage: scores.py FOLDER, with logits.npy and truth.npy

One precision-recall curve serves both numbers, the cheapest way there: average_precision_score would sort all pixels a second time.
"""
import pathlib
import sys

import numpy as np
from sklearn.metrics import precision_recall_curve
from worker import serve, now

folder = pathlib.Path(sys.argv[1])
logits, truth = np.load(folder / "logits.npy"), np.load(folder / "truth.npy")
values = {}


def round_():
    start = now()
    precision, recall, _ = precision_recall_curve(truth, logits)
    values["average precision"] = float(max(0.0, -np.sum(np.diff(recall) * precision[:-1])))  # as in average_precision_score
    values["best F1"] = float(np.max(2 * precision * recall / np.maximum(precision + recall, 1e-12)))
    return (now() - start) / len(logits)


serve(round_, warmup=0, mode="one precision_recall_curve", values=values)
