"""Seconds per training image of Lightning + MONAI + DataLoader, augmentation included. Usage: pipeline.py STORE

Every mode is what a careful user would write: cached affine grid, no metadata tracking, fused AdamW, foreach clipping. Only the steady
state counts: the first steps of each fit, in which loader processes start and queues fill, are left out.
"""
import logging
import sys
import time
import warnings

import lightning
import numpy as np
import torch
from monai.data import set_track_meta
from monai.transforms import Compose, RandAdjustContrastd, RandAffined, RandFlipd, RandGaussianNoised
from network import attention_unet, dice_bce
from store import WINDOWS, load
from torch.utils.data import DataLoader, Dataset
from worker import THREADS, serve

warnings.filterwarnings("ignore")
logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
torch.set_num_threads(THREADS)
set_track_meta(False)
FEATURES, BATCH, WARM, STEPS = 8, 16, 12, 40
images, masks = load(sys.argv[1])
count, size = images.shape[:2]
low = np.array([a for a, _ in WINDOWS], np.float32)[:, None, None]
scale = np.array([1 / (b - a) for a, b in WINDOWS], np.float32)[:, None, None]


class Slices(Dataset):
    """One slice as a user would write it: augment the Hounsfield units, then the three windows."""

    def __init__(self):
        keys = ["image", "mask"]
        self.augment = Compose([
            RandAffined(keys, prob=1, rotate_range=0.26, translate_range=0.1 * size, scale_range=0.1, mode=("bilinear", "nearest"),
                        padding_mode="border", spatial_size=(size, size), cache_grid=True),
            RandFlipd(keys, prob=0.5, spatial_axis=1),
            RandGaussianNoised(["image"], prob=1, std=20.0),
            RandAdjustContrastd(["image"], prob=1, gamma=(0.8, 1.25)),
        ])
        self.order = np.random.default_rng(1).permutation(count)

    def __len__(self):
        return (WARM + STEPS) * BATCH

    def __getitem__(self, i):
        k = self.order[i % count]
        sample = self.augment({"image": images[k][None].astype(np.float32), "mask": masks[k][None].astype(np.float32)})
        x = np.clip((np.asarray(sample["image"]) - low) * scale, 0, 1)
        return torch.from_numpy(x), torch.as_tensor(sample["mask"])


class Module(lightning.LightningModule):
    def __init__(self):
        super().__init__()
        torch.manual_seed(1)
        self.net = attention_unet(FEATURES).to(memory_format=torch.channels_last)

    def training_step(self, sample, _):
        x, y = sample
        return dice_bce(self.net(x.contiguous(memory_format=torch.channels_last)).float(), y)

    def on_before_optimizer_step(self, _):  # Lightning's own clipping refuses a fused optimiser under mixed precision
        torch.nn.utils.clip_grad_norm_(self.net.parameters(), 1.0, foreach=True)

    def configure_optimizers(self):
        return torch.optim.AdamW(self.parameters(), 1e-3, fused=True)


class Clock(lightning.Callback):
    def on_train_batch_end(self, trainer, module, outputs, batch, batch_idx):
        if batch_idx == WARM - 1:
            self.begin = time.perf_counter()
        self.end = time.perf_counter()


def epoch(workers, precision, compiled=False):
    options = {"prefetch_factor": 2} if workers else {}
    loader = DataLoader(Slices(), batch_size=BATCH, num_workers=workers, **options)
    clock = Clock()
    trainer = lightning.Trainer(accelerator="cpu", max_epochs=1, precision=precision, logger=False, enable_checkpointing=False,
                                enable_progress_bar=False, enable_model_summary=False, callbacks=[clock])
    trainer.fit(compiled_module if compiled else Module(), loader)
    return (clock.end - clock.begin) / (STEPS * BATCH)


modes = {f"{w} loader processes, {p}": (w, p) for w in (0, 1, 2) for p in ("32-true", "bf16-mixed")}
times = {name: epoch(*mode) for name, mode in modes.items()}
eager = min(times, key=times.get)
try:  # the network alone is compiled: Lightning's hooks around it are not the compiler's to see
    compiled_module = Module()
    compiled_module.net.compile()
    name = eager + ", torch.compile"
    modes[name] = (*modes[eager], True)
    epoch(*modes[name])
    times[name] = epoch(*modes[name])
except Exception as failure:  # noqa: BLE001: whatever the compiler dislikes
    print(f"torch.compile: {type(failure).__name__}", file=sys.stderr)
for name, seconds in times.items():
    print(f"  {name}: {1 / seconds:.0f} images/s", file=sys.stderr)
best = min(times, key=times.get)
serve(lambda: epoch(*modes[best]), warmup=0, mode=best)
