"""MONAI's AttentionUnet written again in PyTorch, for machines that have no MONAI: the same layers, so the same work.

Checked against MONAI where it is installed: `python attention_unet.py` compares parameter counts and shapes.
"""
import torch
from torch import nn


def block(i, o, stride=1):
    return nn.Sequential(nn.Conv2d(i, o, 3, stride, 1), nn.BatchNorm2d(o), nn.ReLU())


class Gate(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.gate = nn.Sequential(nn.Conv2d(c, c // 2, 1), nn.BatchNorm2d(c // 2))
        self.skip = nn.Sequential(nn.Conv2d(c, c // 2, 1), nn.BatchNorm2d(c // 2))
        self.psi = nn.Sequential(nn.Conv2d(c // 2, 1, 1), nn.BatchNorm2d(1), nn.Sigmoid())

    def forward(self, up, skip):
        return skip * self.psi(torch.relu(self.gate(up) + self.skip(skip)))


class Level(nn.Module):
    def __init__(self, c, below):
        super().__init__()
        self.down = nn.Sequential(block(c, 2 * c, 2), block(2 * c, 2 * c))
        self.below = below
        self.up = nn.Sequential(nn.ConvTranspose2d(2 * c, c, 3, 2, 1, 1), nn.BatchNorm2d(c), nn.ReLU())
        self.gate = Gate(c)
        self.merge = nn.Sequential(nn.Conv2d(2 * c, c, 3, 1, 1), nn.InstanceNorm2d(c), nn.PReLU())

    def forward(self, x):
        up = self.up(self.below(self.down(x)))
        return self.merge(torch.cat([self.gate(up, x), up], 1))


def attention_unet(features, depth=4, channels=3):
    below = nn.Identity()
    for i in reversed(range(depth)):
        below = Level(features << i, below)
    return nn.Sequential(block(channels, features), block(features, features), below, nn.Conv2d(features, 1, 1))


if __name__ == "__main__":
    from monai.networks.nets import AttentionUnet

    ours, theirs = attention_unet(8), AttentionUnet(2, 3, 1, [8 * 2**i for i in range(5)], [2] * 4)
    x = torch.rand(2, 3, 64, 64)
    count = [sum(p.numel() for p in net.parameters()) for net in (ours, theirs)]
    shapes = [sorted(tuple(p.shape) for p in net.parameters() if p.dim() == 4) for net in (ours, theirs)]
    assert count[0] == count[1] and shapes[0] == shapes[1] and ours(x).shape == theirs(x).shape, (count, ours(x).shape)
    print(f"same layers as MONAI's: {count[0]} parameters")
