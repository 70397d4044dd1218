"""A whole program that trains one step with Lightning and MONAI. Usage: first_step.py STORE"""
import sys

import lightning
import numpy as np
import torch
from network import attention_unet, dice_bce
from store import WINDOWS, load
from torch.utils.data import DataLoader, TensorDataset


class Module(lightning.LightningModule):
    def __init__(self):
        super().__init__()
        self.net = attention_unet(8)

    def training_step(self, sample, _):
        return dice_bce(self.net(sample[0]), sample[1])

    def configure_optimizers(self):
        return torch.optim.AdamW(self.parameters(), 1e-3, fused=True)


images, masks = load(sys.argv[1])
hu = images[:16, None].astype(np.float32)
x = np.concatenate([np.clip((hu - a) / (b - a), 0, 1) for a, b in WINDOWS], 1)
loader = DataLoader(TensorDataset(torch.from_numpy(x), torch.from_numpy(masks[:16, None].astype(np.float32))), batch_size=16)
lightning.Trainer(accelerator="cpu", max_steps=1, logger=False, enable_checkpointing=False, enable_progress_bar=False, enable_model_summary=False).fit(Module(), loader)
