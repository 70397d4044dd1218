"""Seconds per augmented slice (image and mask, three windows) of batchgeneratorsv2. Usage: augment.py STORE

nnU-Net runs one process per core with one thread each; one process with all threads is tried too, and the faster is taken.
"""
import multiprocessing
import sys
import time

import torch
from batchgeneratorsv2.transforms.intensity.gamma import GammaTransform
from batchgeneratorsv2.transforms.intensity.gaussian_noise import GaussianNoiseTransform
from batchgeneratorsv2.transforms.spatial.mirroring import MirrorTransform
from batchgeneratorsv2.transforms.spatial.spatial import SpatialTransform
from batchgeneratorsv2.transforms.utils.compose import ComposeTransforms
from batchgeneratorsv2.transforms.utils.random import RandomTransform
from store import WINDOWS, load
from worker import THREADS, serve, now

images, masks = load(sys.argv[1])
count, size = images.shape[:2]
low = torch.tensor([float(a) for a, _ in WINDOWS])[:, None, None]
scale = torch.tensor([1 / (b - a) for a, b in WINDOWS])[:, None, None]


def chain(mode_seg):
    return ComposeTransforms([
        SpatialTransform((size, size), patch_center_dist_from_border=0, random_crop=False, p_elastic_deform=0, p_rotation=1,
                         rotation=(-0.26, 0.26), p_scaling=1, scaling=(0.9, 1.1), p_synchronize_scaling_across_axes=1,
                         bg_style_seg_sampling=False, mode_seg=mode_seg),
        RandomTransform(GaussianNoiseTransform(noise_variance=(20, 20), p_per_channel=1, synchronize_channels=True), 1),
        RandomTransform(GammaTransform(gamma=(0.8, 1.25), p_invert_image=0, synchronize_channels=True, p_per_channel=1, p_retain_stats=0), 1),
        MirrorTransform(allowed_axes=(1,)),
    ])


def work(job):
    first, last, mode_seg = job
    augment = chain(mode_seg)
    for i in range(first, last):
        out = augment(image=torch.from_numpy(images[i % count].astype("float32"))[None], segmentation=torch.from_numpy(masks[i % count].astype("int16"))[None])
        (out["image"] - low).mul_(scale).clamp_(0, 1)


def one_process(mode_seg, n=512):
    start = now()
    work((0, n, mode_seg))
    return (now() - start) / n


def processes(mode_seg, n=512):
    start = now()
    pool.map(work, [(n * k // THREADS, n * (k + 1) // THREADS, mode_seg) for k in range(THREADS)], chunksize=1)
    return (now() - start) / n


CPU_CLOCK = now is time.process_time  # would not see the other processes
torch.set_num_threads(1)
pool = multiprocessing.get_context("fork").Pool(THREADS, initializer=lambda: torch.set_num_threads(1))
processes("nearest")  # before this process has threads of its own
torch.set_num_threads(THREADS)
modes = {f"{how.__name__}, mask {seg}": (how, seg) for how in ((one_process,) if CPU_CLOCK else (one_process, processes)) for seg in ("nearest", "bilinear")}
times = {}
for name, (how, seg) in modes.items():
    try:
        how(seg)
        times[name] = min(how(seg), how(seg))
        print(f"  {name}: {times[name] * 1e3:.2f} ms", file=sys.stderr)
    except Exception as failure:  # noqa: BLE001: a mode this version does not have
        print(f"  {name}: {type(failure).__name__}: {failure}", file=sys.stderr)
best = min(times, key=times.get)
serve(lambda: modes[best][0](modes[best][1]), mode=best)
pool.terminate()
