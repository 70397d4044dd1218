"""Seconds per batch of class-balanced indices from PyTorch. Usage: sampler.py SLICES BATCH; every tenth slice is positive"""
import sys

import torch
from torch.utils.data import BatchSampler, WeightedRandomSampler
from worker import THREADS, serve, now

torch.set_num_threads(THREADS)
slices, batch = map(int, sys.argv[1:3])
weights = torch.where(torch.arange(slices) % 10 == 0, 0.5 / (slices // 10), 0.5 / (slices - slices // 10)).double()


def round_():
    start = now()
    batches = sum(1 for _ in BatchSampler(WeightedRandomSampler(weights, slices), batch, drop_last=True))
    return (now() - start) / batches


serve(round_, mode="WeightedRandomSampler")
