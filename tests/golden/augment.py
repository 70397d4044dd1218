"""Augmentations with forced parameters, as other libraries compute them, for tests/augment/golden.cpp.

    pip install batchgeneratorsv2==0.3.6 torch scipy==1.17.1 SimpleITK==2.5.7 numpy
    python augment.py > augment.csv

The image is made by a formula that the C++ side repeats.
"""
import batchgeneratorsv2  # noqa: F401
import numpy as np
import scipy.ndimage
import SimpleITK as sitk
import torch
from batchgeneratorsv2.transforms.intensity.brightness import MultiplicativeBrightnessTransform
from batchgeneratorsv2.transforms.intensity.contrast import ContrastTransform
from batchgeneratorsv2.transforms.intensity.gamma import GammaTransform
from batchgeneratorsv2.transforms.noise.gaussian_blur import blur_dimension
from batchgeneratorsv2.transforms.spatial.low_resolution import SimulateLowResolutionTransform
from batchgeneratorsv2.transforms.spatial.spatial import SpatialTransform

S = 16
i = np.arange(S * S)
image = torch.from_numpy((800 * np.sin(0.37 * i) + 200 * np.cos(1.7 * i) + 3 * (i % S)).astype(np.float32)).reshape(1, S, S)


def line(case, peer, values):
    print(f"{case},{peer}," + ",".join(f"{v:.8g}" for v in np.asarray(values, dtype=np.float64).ravel()))


def blurred(down, across):
    return blur_dimension(blur_dimension(image, down, 0), across, 1)


def spatial(angle, scale):
    t = SpatialTransform((S, S), 0, False, p_rotation=1, rotation=(angle, angle), p_scaling=1, scaling=(scale, scale), p_synchronize_scaling_across_axes=1,
                         padding_mode_image="constant", padding_value_image=-1024)
    return t(image=image.clone())["image"]


def box_rows(thickness):
    reach = int(np.ceil((thickness - 1) / 2))
    t = np.arange(-reach, reach + 1)
    w = np.clip(np.minimum(t + 0.5, thickness / 2) - np.maximum(t - 0.5, -thickness / 2), 0, None)
    return scipy.ndimage.correlate1d(image[0].double().numpy(), w / thickness, axis=0, mode="mirror")


def spline(points=7):
    """ITK's B-spline, which TorchIO deforms with, over the centres of the pixels. The field at every pixel, x then y, of coefficients 2 sin(3k)."""
    transform = sitk.BSplineTransform(2, 3)
    transform.SetTransformDomainOrigin((0.0, 0.0))
    transform.SetTransformDomainPhysicalDimensions((S - 1.0, S - 1.0))
    transform.SetTransformDomainMeshSize((points - 3, points - 3))
    transform.SetParameters(2 * np.sin(3.0 * np.arange(2 * points * points)))
    field = np.zeros((2, S, S))
    for y in range(S):
        for x in range(S):
            inside = min(x, S - 1 - 1e-9), min(y, S - 1 - 1e-9)  # the far border is outside ITK's domain
            px, py = transform.TransformPoint(inside)
            field[:, y, x] = px - inside[0], py - inside[1]
    return field


print(f"# batchgeneratorsv2 0.3.6, torch {torch.__version__.split('+')[0]}, scipy {scipy.__version__}, SimpleITK {sitk.Version_VersionString()}; made by augment.py")
print("case,peer,values")
line("blur_05_09", "batchgeneratorsv2", blurred(0.5, 0.9))
line("blur_10_07", "batchgeneratorsv2", blurred(1.0, 0.7))
line("low_resolution_05", "batchgeneratorsv2", SimulateLowResolutionTransform((0.5, 0.5), True, True, None)(image=image.clone())["image"])
line("low_resolution_07", "batchgeneratorsv2", SimulateLowResolutionTransform((0.7, 0.7), True, True, None)(image=image.clone())["image"])
for m in 0.75, 1.25:
    line(f"contrast_{int(100 * m)}", "batchgeneratorsv2", ContrastTransform((m, m), True, False)(image=image.clone())["image"])
for g in 0.7, 1.5:
    for inverted in 0, 1:
        t = GammaTransform((g, g), inverted, False, 1, 1)
        line(f"gamma_{int(10 * g)}_{inverted}", "batchgeneratorsv2", t(image=image.clone())["image"])
normalised = (image - 300) / 250
line("brightness_120", "batchgeneratorsv2", MultiplicativeBrightnessTransform((1.2, 1.2), False)(image=normalised.clone())["image"] * 250 + 300)
line("spatial_20_13", "batchgeneratorsv2", spatial(np.deg2rad(20), 1.3))
line("spatial_-100_08", "batchgeneratorsv2", spatial(np.deg2rad(-100), 0.8))
line("thickness_3", "scipy", scipy.ndimage.uniform_filter1d(image[0].double().numpy(), 3, axis=0, mode="mirror"))
line("thickness_26", "scipy", box_rows(2.6))
line("spline_7", "SimpleITK", spline())
