"""What peers say of cases in which they are known to mislead, for tests/metric/traps.cpp and tests/loss/traps.cpp.

    pip install torch==2.11.0 monai==1.6.1 torchmetrics==1.9.0 surface-distance==0.1 segmentation_models_pytorch==0.6.0 numpy==2.4.6
    python traps.py > traps.csv

A value is recorded as it is printed: a number, inf, nan, or the name of the error. Masks are 8x8: "a" the square of rows and columns 2 to 4,
"b" the same one row lower. A case lists prediction and truth, `prediction>truth`; a mean is over the pairs, "+" between them. Losses are in
single precision; "nan_gradients" counts the pixels without a gradient.
"""
import importlib.metadata as versions
import warnings

import monai.losses as losses
import monai.metrics as metrics
import segmentation_models_pytorch.losses as smp
import surface_distance
import torch
from torchmetrics.functional.segmentation import dice_score, hausdorff_distance

warnings.filterwarnings("ignore")
MASKS = {name: torch.zeros(1, 1, 8, 8) for name in ("none", "a", "b")}
MASKS["a"][..., 2:5, 2:5] = 1
MASKS["b"][..., 3:6, 2:5] = 1


def pairs(case):
    return [tuple(MASKS[name] for name in pair.split(">")) for pair in case.split("+")]


def or_error(f):
    try:
        return f()
    except Exception as error:
        return type(error).__name__


def aggregated(metric, case):
    for prediction, truth in pairs(case):
        metric(prediction, truth)
    return metric.aggregate().item()


def metric_rows():
    cases = ("none>a", "a>none", "none>none", "b>a", "b>a+none>a", "b>a+a>none", "b>a+none>none")
    for case in cases:
        yield case, "dice", "monai", aggregated(metrics.DiceMetric(), case)
        yield case, "hd", "monai", aggregated(metrics.HausdorffDistanceMetric(include_background=True), case)
        yield case, "hd95", "monai", aggregated(metrics.HausdorffDistanceMetric(include_background=True, percentile=95), case)
        yield case, "assd", "monai", aggregated(metrics.SurfaceDistanceMetric(include_background=True, symmetric=True), case)
        yield case, "nsd", "monai", aggregated(metrics.SurfaceDiceMetric(class_thresholds=[1.0], include_background=True), case)
    for case in cases[:4]:
        p, t = (torch.cat([1 - m, m], 1).long() for m in pairs(case)[0])
        yield case, "dice", "torchmetrics", dice_score(p, t, num_classes=2, include_background=False).item()
        yield case, "hd", "torchmetrics", or_error(lambda: hausdorff_distance(p, t, num_classes=2, include_background=False).item())
        p, t = (m[0, 0].bool().numpy() for m in pairs(case)[0])
        d = surface_distance.compute_surface_distances(t, p, (1.0, 1.0))
        yield case, "hd95", "surface_distance", surface_distance.compute_robust_hausdorff(d, 95)
        yield case, "nsd", "surface_distance", surface_distance.compute_surface_dice_at_tolerance(d, 1.0)


def loss_rows():
    g = torch.zeros(1, 1, 64, 64)
    g.view(-1)[::7] = 1
    for name, peer, f in (("focal_tversky", "monai", lambda z: losses.TverskyLoss(sigmoid=True, batch=True, alpha=0.3, beta=0.7)(z, g) ** 0.75),
                          ("focal_tversky", "smp", lambda z: smp.TverskyLoss("binary", alpha=0.3, beta=0.7, gamma=0.75, smooth=1)(z, g))):
        z = ((2 * g - 1) * 100).requires_grad_()
        value = f(z)
        value.backward()
        yield "perfect", name, peer, value.item()
        yield "perfect", f"{name}_nan_gradients", peer, z.grad.isnan().sum().item()
    nothing = torch.zeros(1, 1, 8, 8)
    for called, z in (("half_called", torch.zeros(1, 1, 8, 8)), ("nothing_called", torch.full((1, 1, 8, 8), -20.0)), ("everything_called", torch.full((1, 1, 8, 8), 20.0))):
        yield called, "dice", "smp", smp.DiceLoss("binary", smooth=5e-6)(z, nothing).item()
        yield called, "jaccard", "smp", smp.JaccardLoss("binary", smooth=5e-6)(z, nothing).item()
        yield called, "tversky", "smp", smp.TverskyLoss("binary", alpha=0.3, beta=0.7, smooth=1e-5)(z, nothing).item()
        yield called, "mcc", "monai", losses.MCCLoss(sigmoid=True, batch=True)(z, nothing).item()


if __name__ == "__main__":
    names = ("torch", "monai", "torchmetrics", "surface-distance", "segmentation_models_pytorch")
    print("# " + ", ".join(f"{n} {versions.version(n).split('+')[0]}" for n in names) + "; made by traps.py")
    print("kind,case,of,peer,value")
    for kind, rows in (("metric", metric_rows), ("loss", loss_rows)):
        for case, name, peer, value in rows():
            print(f"{kind},{case},{name},{peer}," + (value if isinstance(value, str) else f"{float(value):.9g}"))
