"""MONAI's AttentionUnet and a training step, in every mode worth trying on a CPU."""
import statistics
import sys

import torch
from monai.networks.nets import AttentionUnet
from worker import now


def attention_unet(features):
    return AttentionUnet(2, 3, 1, [features * 2**i for i in range(5)], [2] * 4)


def dice_bce(logits, y):
    p = logits.sigmoid()
    dice = 1 - (2 * (p * y).sum() + 1e-5) / (p.sum() + y.sum() + 1e-5)
    return dice + torch.nn.functional.binary_cross_entropy_with_logits(logits, y)


class Step:
    """Forward, Dice + BCE, backward, clipping, fused AdamW."""

    def __init__(self, features, size, batch, bf16, channels_last, compiled=False):
        torch.manual_seed(1)
        self.bf16 = bf16
        self.name = f"{'bf16' if bf16 else 'fp32'} {'channels_last' if channels_last else 'NCHW'}{' torch.compile' if compiled else ''}"
        self.key = (bf16, channels_last)
        layout = torch.channels_last if channels_last else torch.contiguous_format
        self.net = attention_unet(features).to(memory_format=layout)
        self.forward = torch.compile(self.net) if compiled else self.net
        self.optimizer = torch.optim.AdamW(self.net.parameters(), 1e-3, fused=True)
        self.x = torch.rand(batch, 3, size, size).contiguous(memory_format=layout)
        self.y = (torch.rand(batch, 1, size, size) > 0.99).float()

    def __call__(self):
        start = now()
        with torch.autocast("cpu", torch.bfloat16, enabled=self.bf16):
            logits = self.forward(self.x)
        loss = dice_bce(logits.float(), self.y)
        self.optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.net.parameters(), 1.0, foreach=True)
        self.optimizer.step()
        return now() - start

    def median(self, n):
        return statistics.median(self() for _ in range(n))


def fastest(features, size, batch, compile_too=True):
    """The fastest eager mode, then that mode compiled; a compiler that is not there or fails leaves the eager one."""
    modes = [Step(features, size, batch, bf16, layout) for bf16 in (False, True) for layout in (False, True)]
    times = {}
    for mode in modes:
        mode.median(3)
        times[mode] = mode.median(7)
    best = min(modes, key=times.get)
    if compile_too:
        try:
            compiled = Step(features, size, batch, *best.key, compiled=True)
            compiled.median(3)
            times[compiled] = compiled.median(7)
        except Exception as failure:  # noqa: BLE001: whatever the compiler dislikes
            print(f"torch.compile: {type(failure).__name__}", file=sys.stderr)
    for mode, seconds in times.items():
        print(f"  {mode.name}: {seconds * 1e3:.1f} ms", file=sys.stderr)
    return min(times, key=times.get)
