"""Training step of MONAI's AttentionUnet in its fastest mode on this machine. Usage: step.py FEATURES SIZE BATCH"""
import sys

import torch
from network import fastest
from worker import THREADS, serve

torch.set_num_threads(THREADS)
best = fastest(*map(int, sys.argv[1:4]))
serve(lambda: best.median(10), mode=best.name)
