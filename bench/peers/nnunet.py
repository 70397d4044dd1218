"""Seconds per slice of nnU-Net's 2-D augmentation (nnUNetTrainer.get_training_transforms) by batchgeneratorsv2, then three windows. Usage: nnunet.py STORE"""
import sys

import numpy as np
import torch
from batchgeneratorsv2.transforms.intensity.brightness import MultiplicativeBrightnessTransform
from batchgeneratorsv2.transforms.intensity.contrast import BGContrast, ContrastTransform
from batchgeneratorsv2.transforms.intensity.gamma import GammaTransform
from batchgeneratorsv2.transforms.intensity.gaussian_noise import GaussianNoiseTransform
from batchgeneratorsv2.transforms.noise.gaussian_blur import GaussianBlurTransform
from batchgeneratorsv2.transforms.spatial.low_resolution import SimulateLowResolutionTransform
from batchgeneratorsv2.transforms.spatial.mirroring import MirrorTransform
from batchgeneratorsv2.transforms.spatial.spatial import SpatialTransform
from batchgeneratorsv2.transforms.utils.compose import ComposeTransforms
from batchgeneratorsv2.transforms.utils.random import RandomTransform
from store import WINDOWS, load
from worker import THREADS, now, serve

images, masks = load(sys.argv[1])
count, size = images.shape[:2]
torch.set_num_threads(THREADS)
low = torch.tensor([float(a) for a, _ in WINDOWS])[:, None, None]
scale = torch.tensor([1 / (b - a) for a, b in WINDOWS])[:, None, None]
mean, deviation = 295, 222
chain = ComposeTransforms([
    SpatialTransform((size, size), patch_center_dist_from_border=0, random_crop=False, p_elastic_deform=0, p_rotation=0.2, rotation=(-np.pi, np.pi),
                     p_scaling=0.2, scaling=(0.7, 1.4), p_synchronize_scaling_across_axes=1, bg_style_seg_sampling=False, mode_seg="nearest"),
    RandomTransform(GaussianNoiseTransform(noise_variance=(0, 0.1), p_per_channel=1, synchronize_channels=True), 0.1),
    RandomTransform(GaussianBlurTransform(blur_sigma=(0.5, 1.0), synchronize_channels=False, synchronize_axes=False, p_per_channel=0.5, benchmark=True), 0.2),
    RandomTransform(MultiplicativeBrightnessTransform(multiplier_range=BGContrast((0.75, 1.25)), synchronize_channels=False, p_per_channel=1), 0.15),
    RandomTransform(ContrastTransform(contrast_range=BGContrast((0.75, 1.25)), preserve_range=True, synchronize_channels=False, p_per_channel=1), 0.15),
    RandomTransform(SimulateLowResolutionTransform(scale=(0.5, 1), synchronize_channels=False, synchronize_axes=True, ignore_axes=None, p_per_channel=0.5), 0.25),
    RandomTransform(GammaTransform(gamma=BGContrast((0.7, 1.5)), p_invert_image=1, synchronize_channels=False, p_per_channel=1, p_retain_stats=1), 0.1),
    RandomTransform(GammaTransform(gamma=BGContrast((0.7, 1.5)), p_invert_image=0, synchronize_channels=False, p_per_channel=1, p_retain_stats=1), 0.3),
    MirrorTransform(allowed_axes=(0, 1)),
])


def round_(n=512):
    start = now()
    for i in range(n):
        normalised = (torch.from_numpy(images[i % count].astype("float32"))[None].clamp_(-160, 1800) - mean) / deviation
        out = chain(image=normalised, segmentation=torch.from_numpy(masks[i % count].astype("int16"))[None])
        (out["image"] * deviation + mean - low).mul_(scale).clamp_(0, 1)
    return (now() - start) / n


serve(round_)
