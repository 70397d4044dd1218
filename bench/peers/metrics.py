"""Seconds per pixel of Dice, IoU, precision, recall and F1 at one threshold. Usage: metrics.py FOLDER, with logits.npy and truth.npy

torchmetrics shares the counts of one pass among the metrics (compute_groups).
"""
import pathlib
import sys

import numpy as np
import torch
from torchmetrics import MetricCollection
from torchmetrics.classification import BinaryF1Score, BinaryJaccardIndex, BinaryPrecision, BinaryRecall
from worker import THREADS, serve, now

torch.set_num_threads(THREADS)
folder = pathlib.Path(sys.argv[1])
logits = torch.from_numpy(np.load(folder / "logits.npy"))
truth = torch.from_numpy(np.load(folder / "truth.npy").astype(np.int64))
batches = list(zip(logits.split(1 << 20), truth.split(1 << 20)))
options = {"validate_args": False}
metrics = MetricCollection([BinaryF1Score(**options), BinaryPrecision(**options), BinaryRecall(**options), BinaryJaccardIndex(**options)])
values = {}


def round_():
    start = now()
    metrics.reset()
    for x, y in batches:
        metrics.update(x.sigmoid(), y)
    values["F1"] = float(metrics.compute()["BinaryF1Score"])
    return (now() - start) / len(logits)


serve(round_, mode="MetricCollection", values=values)
