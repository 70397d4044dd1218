"""Training step of MONAI's AttentionUnet in its fastest mode on this machine. Usage: step.py FEATURES SIZE BATCH THREADS"""
import statistics
import sys
import time

import torch
from monai.networks.nets import AttentionUnet
from worker import serve

features, size, batch, threads = map(int, sys.argv[1:5])
torch.set_num_threads(threads)
torch.manual_seed(1)


class Mode:
    def __init__(self, bf16, channels_last):
        self.bf16 = bf16
        layout = torch.channels_last if channels_last else torch.contiguous_format
        self.net = AttentionUnet(2, 3, 1, [features * 2**i for i in range(5)], [2] * 4).to(memory_format=layout)
        self.optimizer = torch.optim.AdamW(self.net.parameters(), 1e-3, fused=True)
        self.x = torch.rand(batch, 3, size, size).contiguous(memory_format=layout)
        self.y = (torch.rand(batch, 1, size, size) > 0.99).float()

    def step(self):
        start = time.perf_counter()
        with torch.autocast("cpu", torch.bfloat16, enabled=self.bf16):
            logits = self.net(self.x)
        logits = logits.float()
        p = logits.sigmoid()
        dice = 1 - (2 * (p * self.y).sum() + 1e-5) / (p.sum() + self.y.sum() + 1e-5)
        loss = dice + torch.nn.functional.binary_cross_entropy_with_logits(logits, self.y)
        self.optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.net.parameters(), 1.0)
        self.optimizer.step()
        return time.perf_counter() - start


modes = [Mode(bf16, cl) for bf16 in (False, True) for cl in (False, True)]
best = min(modes, key=lambda mode: statistics.median([mode.step() for _ in range(8)][3:]))
serve(lambda: statistics.median(best.step() for _ in range(10)))
