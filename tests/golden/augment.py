"""Augmentations with forced parameters, as other libraries compute them, for tests/augment/golden.cpp.

    pip install torch==2.11.0 torchvision==0.26.0 batchgeneratorsv2==0.3.6 torchio==1.2.1 monai==1.6.1 scipy==1.17.1 SimpleITK==2.5.7 numpy==2.4.6
    python augment.py > augment.csv

The image is made by a formula that the C++ side repeats. Rows "cdf" are shares of many drawn numbers at or below a place, places and shares
taking turns.
"""
import monai
import numpy as np
import scipy.ndimage
import SimpleITK as sitk
import torch
import torchio
import torchvision
from batchgeneratorsv2.transforms.intensity.brightness import MultiplicativeBrightnessTransform
from batchgeneratorsv2.transforms.intensity.contrast import BGContrast, ContrastTransform
from batchgeneratorsv2.transforms.intensity.gamma import GammaTransform
from batchgeneratorsv2.transforms.intensity.gaussian_noise import GaussianNoiseTransform
from batchgeneratorsv2.transforms.noise.gaussian_blur import blur_dimension
from batchgeneratorsv2.transforms.spatial.low_resolution import SimulateLowResolutionTransform
from batchgeneratorsv2.transforms.spatial.spatial import SpatialTransform
from monai.transforms import ScaleIntensity, ShiftIntensity
from torchvision.transforms import InterpolationMode
from torchvision.transforms.functional import affine

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


def by_torchio(transform):
    """TorchIO's images have three axes; the rows are its first here."""
    return transform(image[..., None])[..., 0]


def stream(key):
    """facet's draws for a key (SplitMix64's finaliser), so that the peers move the image as far."""
    def mix(x):
        x = (x + 0x9E3779B97F4A7C15) % 2**64
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9 % 2**64
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB % 2**64
        return x ^ (x >> 31)

    place = mix(mix(key) ^ 0x632BE59BD9B4E019)  # the first operation of a chain
    counter = 0
    while True:
        yield (mix(place ^ mix(counter)) >> 11) / 2**53
        counter += 1


def drawn(key, largest):
    """Two numbers uniform in [-largest, largest)."""
    draw = stream(key)
    return [largest * (2 * next(draw) - 1) for _ in range(2)]


def by_scipy(forward, shift=(0, 0)):
    """`forward` moves (x, y) about the centre of the image, then `shift` is added; linear between pixels, air outside."""
    back = np.linalg.inv(forward)[::-1, ::-1]  # (row, column)
    centre = np.full(2, (S - 1) / 2)
    return scipy.ndimage.affine_transform(image[0].double().numpy(), back, centre - back @ (centre + np.array(shift[::-1])), order=1, mode="grid-constant", cval=-1024)


def noise_cdf():
    """How strong TorchIO's noise is, in 4,000 images: their deviations, and all pixels in units of these."""
    torch.manual_seed(1)
    noise = torchio.RandomNoise(mean=0, std=(0, 20))
    all_noise = np.stack([noise(torch.zeros(1, 32, 32, 1)).numpy().ravel() for _ in range(4000)])
    deviations = all_noise.std(1)
    yield "noise_deviation", deviations, range(2, 20, 2)
    yield "noise_shape", all_noise / deviations[:, None], (-3, -2, -1, -0.5, 0, 0.5, 1, 2, 3)


def factor_cdf():
    np.random.seed(1)
    draw = BGContrast((0.7, 1.5))
    yield "factor", np.array([draw(shape=(1, S, S), dim=0) for _ in range(20000)], dtype=float), (0.75, 0.8, 0.85, 0.9, 0.95, 1, 1.1, 1.2, 1.3, 1.4)


print(f"# batchgeneratorsv2 0.3.6, torchio {torchio.__version__}, torchvision {torchvision.__version__.split('+')[0]}, monai {monai.__version__}, torch {torch.__version__.split('+')[0]}, scipy {scipy.__version__}, SimpleITK {sitk.Version_VersionString()}; made by augment.py")
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
for name, axes in (("left_right", (1,)), ("up_down", (0,)), ("both", (0, 1))):
    line(f"flip_{name}", "torchio", by_torchio(torchio.Flip(axes)))
x, y = drawn(3, 0.2 * S)
line("translate_3", "scipy", by_scipy(np.eye(2), (x, y)))
line("translate_3", "torchio", by_torchio(torchio.Affine(1, 0, (y, x, 0), default_pad_value=-1024)))
line("translate_3", "torchvision", affine(image[None], 0, [x, y], 1, [0.0], InterpolationMode.BILINEAR, [-1024.0]))
a, b = np.tan(np.deg2rad(drawn(5, 30)))
line("shear_5", "scipy", by_scipy(np.array([[1, 0], [b, 1]]) @ np.array([[1, a], [0, 1]])))
a = drawn(5, 30)[0]
line("shear_x_5", "torchvision", affine(image[None], 0, [0, 0], 1, [-a, 0.0], InterpolationMode.BILINEAR, [-1024.0]))
line("hu_shift_20_10", "monai", ShiftIntensity(20)(ScaleIntensity(None, None, factor=0.1)(image.clamp_min(-900))))
line("noise_deviation_01", "batchgeneratorsv2", GaussianNoiseTransform((0.1, 0.1), 1, True)(image=torch.zeros(1, 512, 512))["image"].std())
for peer, rows in (("torchio", noise_cdf), ("batchgeneratorsv2", factor_cdf)):
    for name, numbers, places in rows():
        line(f"cdf_{name}", peer, [v for at in places for v in (at, (numbers <= at).mean())])
