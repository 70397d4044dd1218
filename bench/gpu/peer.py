"""The pipeline a user would write instead: MONAI's AttentionUnet under Lightning (bf16-mixed) with a DataLoader. One JSON line.

Usage: peer.py STORE DEVICE FEATURES BATCH plain|compile WORKERS     STORE: a folder with images.npy and masks.npy
Where MONAI or Lightning is missing, attention_unet.py and a plain loop stand in, and the line says so.
"""
import json
import sys
import time
import warnings

import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset

try:
    from monai.networks.nets import AttentionUnet
    model_of = "MONAI"

    def attention_unet(features):
        return AttentionUnet(2, 3, 1, [features * 2**i for i in range(5)], [2] * 4)
except ImportError:
    from attention_unet import attention_unet
    model_of = "our own copy of MONAI's layers"
try:
    import lightning
except ImportError:
    lightning = None

warnings.filterwarnings("ignore")
folder, device, features, batch, mode, workers = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5], int(sys.argv[6])
images, masks = np.load(f"{folder}/images.npy", mmap_mode="r"), np.load(f"{folder}/masks.npy", mmap_mode="r")
count, size = images.shape[:2]
warm, steps = (20, 60) if device == "cuda" else (2, 3)
low = torch.tensor([0.0, 200, -160])[:, None, None]
scale = 1 / torch.tensor([1800.0, 1000, 400])[:, None, None]


class Slices(Dataset):
    """Affine, flip, noise, windows, gamma in plain PyTorch: fewer steps than MONAI's dictionary transforms take for the same."""

    def __len__(self):
        return (warm + steps) * batch

    def __getitem__(self, i):
        x = torch.from_numpy(images[i % count].astype(np.float32))[None, None]
        y = torch.from_numpy(masks[i % count].astype(np.float32))[None, None]
        angle, zoom = (torch.rand(2) - 0.5).mul_(torch.tensor([0.52, 0.2])).tolist()
        shift = ((torch.rand(2) - 0.5) * 0.4).tolist()
        c, s = np.cos(angle) / (1 + zoom), np.sin(angle) / (1 + zoom)
        side = -1 if torch.rand(()) < 0.5 else 1
        grid = torch.nn.functional.affine_grid(torch.tensor([[[side * c, s, shift[0]], [-side * s, c, shift[1]]]], dtype=torch.float32), x.shape, align_corners=True)
        x = torch.nn.functional.grid_sample(x, grid, padding_mode="border", align_corners=True)[0]
        y = torch.nn.functional.grid_sample(y, grid, mode="nearest", align_corners=True)[0]
        x = x + torch.randn_like(x) * 20 * torch.rand(())
        x = ((x - low) * scale).clamp_(0, 1).pow_(float(np.exp(np.random.uniform(-0.223, 0.223))))
        return x, y


def dice_bce(logits, y):
    p = logits.sigmoid()
    dice = 1 - (2 * (p * y).sum() + 1e-5) / (p.sum() + y.sum() + 1e-5)
    return dice + torch.nn.functional.binary_cross_entropy_with_logits(logits, y)


def wait():
    if device == "cuda":
        torch.cuda.synchronize()
    return time.perf_counter()


loader = DataLoader(Slices(), batch_size=batch, num_workers=workers, pin_memory=device == "cuda", persistent_workers=workers > 0)
net = attention_unet(features).to(memory_format=torch.channels_last)
if mode == "compile":
    net = torch.compile(net)
torch.backends.cudnn.benchmark = True
times = {}


def after(i):
    if i in (warm - 1, warm + steps - 1):
        times[i] = wait()


if lightning:
    class Module(lightning.LightningModule):
        def __init__(self):
            super().__init__()
            self.net = net

        def training_step(self, sample, _):
            x, y = sample
            return dice_bce(self.net(x.contiguous(memory_format=torch.channels_last)).float(), y)

        def on_before_optimizer_step(self, _):
            torch.nn.utils.clip_grad_norm_(self.net.parameters(), 1.0, foreach=True)

        def on_train_batch_end(self, outputs, sample, i):
            after(i)

        def configure_optimizers(self):
            return torch.optim.AdamW(self.parameters(), 1e-3, fused=True)

    lightning.Trainer(accelerator="gpu" if device == "cuda" else "cpu", devices=1, max_epochs=1, precision="bf16-mixed", logger=False,
                      enable_checkpointing=False, enable_progress_bar=False, enable_model_summary=False).fit(Module(), loader)
else:
    net.to(device)
    optimizer = torch.optim.AdamW(net.parameters(), 1e-3, fused=True)
    for i, (x, y) in enumerate(loader):
        x, y = x.to(device, non_blocking=True).contiguous(memory_format=torch.channels_last), y.to(device, non_blocking=True)
        with torch.autocast(device, torch.bfloat16):
            logits = net(x)
        loss = dice_bce(logits.float(), y)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0, foreach=True)
        optimizer.step()
        after(i)
peak = torch.cuda.max_memory_allocated() if device == "cuda" else 0
print(json.dumps({"name": f"peer pipeline, {mode}, batch {batch}, {workers} loader processes", "value": steps * batch / (times[warm + steps - 1] - times[warm - 1]),
                  "unit": "images/s", "model": model_of, "loop": "Lightning" if lightning else "plain PyTorch loop", "peak_device_memory": peak}))
