"""Seconds per augmented slice (image and mask, three windows) of batchgeneratorsv2. Usage: augment.py SIZE THREADS"""
import sys
import time

import numpy as np
import torch
from batchgeneratorsv2.transforms.intensity.gamma import GammaTransform
from batchgeneratorsv2.transforms.intensity.gaussian_noise import GaussianNoiseTransform
from batchgeneratorsv2.transforms.spatial.mirroring import MirrorTransform
from batchgeneratorsv2.transforms.spatial.spatial import SpatialTransform
from batchgeneratorsv2.transforms.utils.compose import ComposeTransforms
from batchgeneratorsv2.transforms.utils.random import RandomTransform
from worker import serve

size, threads = map(int, sys.argv[1:3])
torch.set_num_threads(threads)
rng = np.random.default_rng(1)
images = torch.from_numpy(rng.integers(-1000, 1500, (64, 1, size, size)).astype(np.float32))
masks = torch.from_numpy((rng.random((64, 1, size, size)) > 0.99).astype(np.int16))
low = torch.tensor([0.0, 200, -160])[:, None, None]
width = torch.tensor([1800.0, 1000, 400])[:, None, None]
chain = ComposeTransforms([
    SpatialTransform((size, size), patch_center_dist_from_border=0, random_crop=False, p_elastic_deform=0, p_rotation=1, rotation=(-0.26, 0.26),
                     p_scaling=1, scaling=(0.9, 1.1), p_synchronize_scaling_across_axes=1, bg_style_seg_sampling=False),
    RandomTransform(GaussianNoiseTransform(noise_variance=(20, 20), p_per_channel=1, synchronize_channels=True), 1),
    RandomTransform(GammaTransform(gamma=(0.8, 1.25), p_invert_image=0, synchronize_channels=True, p_per_channel=1, p_retain_stats=0), 1),
    MirrorTransform(allowed_axes=(1,)),
])


def round_(n=64):
    start = time.perf_counter()
    for i in range(n):
        out = chain(image=images[i % 64], segmentation=masks[i % 64])
        ((out["image"] - low) / width).clamp_(0, 1)
    return (time.perf_counter() - start) / n


serve(round_)
