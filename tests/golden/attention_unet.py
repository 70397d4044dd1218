"""Weights and logits of MONAI's AttentionUnet, for tests/model/attention_unet.cpp.

    pip install torch==2.11.0 monai==1.6.1 safetensors
    python attention_unet.py    # writes attention_unet.safetensors

A small network with every parameter and running statistic drawn at random, so that a swapped or skipped tensor changes the logits.
"""
import pathlib

import torch
from monai.networks.nets import AttentionUnet
from safetensors.torch import save_file

torch.manual_seed(20)
net = AttentionUnet(spatial_dims=2, in_channels=3, out_channels=1, channels=(4, 8, 16), strides=(2, 2))
with torch.no_grad():
    for name, p in net.named_parameters():
        p.add_(torch.randn_like(p) * 0.05)
    for name, b in net.named_buffers():
        if name.endswith("running_mean"):
            b.normal_(0, 0.2)
        elif name.endswith("running_var"):
            b.uniform_(0.5, 1.5)
images = torch.rand(2, 3, 16, 16)
weights = {f"weights.{k}": v.clone() for k, v in net.state_dict().items()}
with torch.no_grad():
    evaluating = net.eval()(images)
net.train()
logits = net(images)
loss = logits.square().mean()
loss.backward()
tensors = weights | {
    "images": images,
    "logits.eval": evaluating,
    "logits.train": logits.detach(),
    "gradient.first": dict(net.named_parameters())["model.0.conv.0.conv.weight"].grad.clone(),
}
save_file({k: v.contiguous() for k, v in tensors.items()}, pathlib.Path(__file__).with_suffix(".safetensors"))
for features in (16, 32):
    big = AttentionUnet(2, 1, 1, [features * 2**i for i in range(5)], [2] * 4)
    print(features, sum(p.numel() for p in big.parameters()))
