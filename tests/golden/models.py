"""What the peers make of the same weights, for tests/model/peers.cpp.

    pip install torch monai==1.6.1 dynamic-network-architectures==0.4.4 batchgeneratorsv2==0.3.6 safetensors
    python models.py    # writes models_*.safetensors; made with torch 2.12.1

Weights are a formula of name and position, so the files hold names, shapes and results but no weights. Results are computed in double
precision. `peers()` also serves load_into_peers.py.
"""
import pathlib

import torch
from torch import nn
from dynamic_network_architectures.architectures.unet import PlainConvUNet, ResidualEncoderUNet
from monai.networks.nets import AttentionUnet, BasicUNet, BasicUNetPlusPlus
from monai.networks.nets.attentionunet import ConvBlock, UpConv
from monai.networks.blocks.convolutions import Convolution
from safetensors.torch import save_file

CHANNELS = 2


def monai_features(f):
    return tuple(f * 2**i for i in range(5)) + (f,)


def nnunet(kind, channels, features, blocks, convolutions):
    stages = len(features)
    norm = dict(norm_op=nn.InstanceNorm2d, norm_op_kwargs={"eps": 1e-5, "affine": True})
    return kind(channels, stages, features, nn.Conv2d, 3, (1,) + (2,) * (stages - 1), blocks, 1, convolutions, conv_bias=True, **norm,
                nonlin=nn.LeakyReLU, nonlin_kwargs={"inplace": True}, deep_supervision=True)


class CoarseGate(nn.Module):
    """The gate of Oktay et al. (2018), section 2.2, written from the paper."""

    def __init__(self, c):
        super().__init__()
        self.theta = nn.Conv2d(c, c, 2, 2, bias=False)
        self.phi = nn.Conv2d(2 * c, c, 1)
        self.psi = nn.Conv2d(c, 1, 1)
        self.W = nn.Sequential(nn.Conv2d(c, c, 1), nn.BatchNorm2d(c))

    def forward(self, skip, below):
        q = self.psi(torch.relu(self.theta(skip) + self.phi(below)))
        alpha = nn.functional.interpolate(torch.sigmoid(q), scale_factor=2, mode="bilinear", align_corners=False)
        return self.W(alpha * skip)


class Level(nn.Module):
    """One level of the paper's network in MONAI's blocks: returns the maps of the way up, the finest first."""

    def __init__(self, i, f, depth):
        super().__init__()
        here = f * 2**i
        down = ConvBlock(2, here, 2 * here, strides=2)
        self.submodule = nn.Sequential(down, Level(i + 1, f, depth)) if i + 1 < depth else down
        self.upconv = UpConv(2, 2 * here, here, strides=2)
        if i > 0:
            self.attention = CoarseGate(here)
        self.merge = Convolution(2, 2 * here, here, norm="batch", act="relu")

    def forward(self, x):
        maps = self.submodule(x)
        maps = maps if isinstance(maps, list) else [maps]
        gated = self.attention(x, maps[0]) if hasattr(self, "attention") else x
        return [self.merge(torch.cat((gated, self.upconv(maps[0])), 1))] + maps


class PaperAttentionUnet(nn.Module):
    def __init__(self, f, depth):
        super().__init__()
        self.model = nn.ModuleList([ConvBlock(2, CHANNELS, f), Level(0, f, depth), Convolution(2, f, 1, kernel_size=1, conv_only=True)])
        self.heads = nn.ModuleDict({str(i): nn.Conv2d(f * 2**i, 1, 1) for i in range(1, depth)})

    def forward(self, x):
        maps = self.model[1](self.model[0](x))
        return [self.model[2](maps[0])] + [self.heads[str(i)](maps[i]) for i in range(1, len(maps) - 1)]


def peers():
    """Small networks: {file: {case: network}}."""
    leaky, instance = ("LeakyReLU", {"negative_slope": 0.1, "inplace": True}), ("instance", {"affine": True})

    def unet(act, norm, **more):
        return BasicUNet(2, CHANNELS, 1, monai_features(4), act=act, norm=norm, **more)

    return {
        "unet": {
            "unet_batch_relu": unet("relu", "batch"),
            "unet_instance_leaky": unet(leaky, instance),
            "unet_group_prelu_bilinear": unet("prelu", ("group", {"num_groups": 2}), upsample="nontrainable"),
            "unet_batch_silu": unet("swish", "batch"),
            "unet_batch_gelu": unet("gelu", "batch"),
        },
        "unet_plus_plus": {
            "unet_plus_plus_instance_leaky": BasicUNetPlusPlus(2, CHANNELS, 1, monai_features(4), True, leaky, instance),
        },
        "nnunet": {
            "plain_conv_unet": nnunet(PlainConvUNet, CHANNELS, (4, 8, 12, 12), 2, 2),
            "residual_unet": nnunet(ResidualEncoderUNet, CHANNELS, (4, 8, 12, 12), (1, 2, 2, 1), 1),
        },
        "attention": {
            "monai_attention_unet": AttentionUnet(2, CHANNELS, 1, (4, 8, 16, 32), (2, 2, 2)),
            "attention_unet_coarse": PaperAttentionUnet(4, 3),
        },
    }


def full_size():
    """The defaults of the policies, for three channels."""
    features = (32, 64, 128, 256, 512, 512, 512)
    return {
        "monai_attention_unet": AttentionUnet(2, 3, 1, monai_features(64)[:5], (2,) * 4),
        "unet": BasicUNet(2, 3, 1, monai_features(64), act="relu", norm="batch"),
        "unet_plus_plus": BasicUNetPlusPlus(2, 3, 1, monai_features(32), act="relu", norm="batch"),
        "plain_conv_unet": nnunet(PlainConvUNet, 3, features, 2, 2),
        "residual_unet": nnunet(ResidualEncoderUNet, 3, features, (1, 3, 4, 6, 6, 6, 6), 1),
    }


def tensors_of(net):
    """Each tensor once, under its first name, in the order of names."""
    seen, out = set(), {}
    for name, t in net.state_dict(keep_vars=True).items():
        if t.numel() == 0 or t.data_ptr() not in seen:
            seen.add(t.data_ptr())
            out[name] = t
    return dict(sorted(out.items()))


def fill(tensors):
    with torch.no_grad():
        for j, (name, t) in enumerate(tensors.items()):
            if not t.is_floating_point():
                t.zero_()
                continue
            wave = torch.cos(1.7 * torch.arange(t.numel(), dtype=torch.float64) + 0.9 * j).view(t.shape)
            if t.dim() > 1:
                wave = wave * 1.5 / t[0].numel() ** 0.5
            elif name.endswith("running_var"):
                wave = 1 + 0.5 * wave
            elif name.endswith(".weight"):
                wave = 0.6 + 0.3 * wave
            else:
                wave = 0.2 * wave
            t.copy_(wave.float())


def logits_of(net, images):
    out = net(images)
    out = list(out) if isinstance(out, (list, tuple)) else [out]
    return out[::-1] if isinstance(net, BasicUNetPlusPlus) else out  # full resolution and deepest decoder first


def results(net, images):
    """Of the filled network in its own precision."""
    tensors, out = tensors_of(net), {}
    fill(tensors)
    net.eval()
    with torch.no_grad():
        for i, logits in enumerate(logits_of(net, images)):
            out[f"eval.{i}"] = logits.double()
    net.train()
    net.zero_grad()
    heads = logits_of(net, images)
    out["train.0"] = heads[0].detach().double()
    sum(h.square().mean() for h in heads).backward()
    out["gradients"] = torch.stack(  # of each tensor, seen from one direction; 0 for running statistics
        [(t.grad.double().flatten() * torch.cos(1.1 * torch.arange(t.numel(), dtype=torch.float64))).sum() if t.requires_grad else torch.zeros((), dtype=torch.float64)
         for t in tensors.values()])
    return out


def case(net, images):
    """Results in double precision, and how far the peer itself is off in single precision (`.rounding`)."""
    single = results(net, images)
    exact = results(net.double(), images.double())
    text = "".join(f"{name} [{','.join(map(str, t.shape))}]\n" for name, t in tensors_of(net).items())
    out = {"names": torch.tensor(list(text.encode()), dtype=torch.uint8)}
    for key, value in exact.items():
        out[key] = value if key == "gradients" else value.float()
        out[key + ".rounding"] = (value - single[key]).abs().max()
    return out


def main():
    here = pathlib.Path(__file__).parent
    torch.manual_seed(20)
    images = torch.rand(2, CHANNELS, 32, 32)
    files = {file: {"images": images.clone()} for file in peers()}
    for file, nets in peers().items():
        for name, net in nets.items():
            found = case(net, images)
            files[file] |= {f"{name}.{k}": v for k, v in found.items()}
            rounding = ", ".join(f"{found[k + '.rounding']:.0e}" for k in ("eval.0", "train.0", "gradients"))
            print(f"{name:32} logits {found['eval.0'].mean():.2f} +- {found['eval.0'].std():.2f}, off in single precision (evaluation, training, gradients): {rounding}")
    for name, net in full_size().items():
        count = sum(t.numel() for t in tensors_of(net).values() if t.requires_grad)
        files["nnunet"][f"parameters.{name}"] = torch.tensor([count])
        print(f"{name:32} {count:,} parameters")

    from batchgeneratorsv2.transforms.utils.deep_supervision_downsampling import DownsampleSegForDSTransform

    mask = (torch.rand(1, 32, 32) > 0.7).to(torch.uint8)
    mask[0, 3:9, 20:30] = 255
    for i, small in enumerate(DownsampleSegForDSTransform([[1, 1], [0.5, 0.5], [0.25, 0.25], [0.125, 0.125]])(segmentation=mask.to(torch.int16))["segmentation"]):
        files["nnunet"][f"masks.{i}"] = small.to(torch.uint8)[None]
    for file, tensors in files.items():
        save_file({k: v.contiguous() for k, v in tensors.items()}, here / f"models_{file}.safetensors", {"torch": torch.__version__})


if __name__ == "__main__":
    main()
