"""The numbers of nnU-Net's training augmentation for 2-D, for tests/augment/nnunet.cpp.

    pip install torch==2.11.0 batchgeneratorsv2==0.3.6 numpy==2.4.6
    pip download --no-deps --no-binary :all: nnunetv2==2.8.1
    python nnunet.py nnunetv2-2.8.1.tar.gz > nnunet.csv

Two functions of nnUNetTrainer are taken out of the source and run as they are, so nnunetv2 and what it needs are not installed; the transforms
they build are batchgeneratorsv2's.
"""
import ast
import importlib.metadata as versions
import pathlib
import sys
import tarfile
import types
import typing

import numpy as np
import torch
from batchgeneratorsv2.helpers.scalar_type import RandomScalar
from batchgeneratorsv2.transforms.base.basic_transform import BasicTransform
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
from batchgeneratorsv2.transforms.utils.remove_label import RemoveLabelTansform


def functions(archive, *names):
    with tarfile.open(archive) as tar:
        member = next(m for m in tar.getmembers() if m.name.endswith("nnUNetTrainer/nnUNetTrainer.py"))
        tree = ast.parse(tar.extractfile(member).read())
    trainer = next(n for n in tree.body if isinstance(n, ast.ClassDef) and n.name == "nnUNetTrainer")
    scope = dict(globals(), Union=typing.Union, Tuple=typing.Tuple, List=typing.List, ANISO_THRESHOLD=3, get_patch_size=lambda *_: None)
    for node in trainer.body:
        if isinstance(node, ast.FunctionDef) and node.name in names:
            node.decorator_list = []
            exec(compile(ast.Module([node], []), member.name, "exec"), scope)
    return [scope[n] for n in names]


def ends(x):
    """Of a range: nnU-Net's BGContrast is uniform below 1 half of the time and uniform above it the other half."""
    return x.contrast_range if isinstance(x, BGContrast) else x


def rows(transforms):
    for place, t in enumerate(transforms):
        if isinstance(t, RandomTransform):
            yield place, t.transform, "probability", t.apply_probability
            t = t.transform
        for field, value in vars(t).items():
            value = ends(value)
            if isinstance(value, (int, float)):  # booleans too
                yield place, t, field, value
            elif isinstance(value, (tuple, list)) and value and all(isinstance(v, (int, float)) for v in value):
                yield place, t, field, *value


if __name__ == "__main__":
    archive = pathlib.Path(sys.argv[1])
    settings, build = functions(archive, "configure_rotation_dummyDA_mirroring_and_inital_patch_size", "get_training_transforms")
    patch = (256, 256)
    trainer = types.SimpleNamespace(configuration_manager=types.SimpleNamespace(patch_size=patch), print_to_log_file=lambda *_: None)
    rotation, dummy, _, mirror = settings(trainer)
    print(f"# {archive.name.removesuffix('.tar.gz')}, batchgeneratorsv2 {versions.version('batchgeneratorsv2')}, torch {torch.__version__.split('+')[0]}; made by nnunet.py")
    print("place,transform,field,values")
    for place, t, field, *values in rows(build(patch, rotation, None, mirror, dummy).transforms):
        print(f"{place},{type(t).__name__},{field}," + ",".join(f"{float(v):.12g}" for v in values))
