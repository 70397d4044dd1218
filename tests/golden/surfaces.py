"""Surface metrics of small volumes, the free-response score, and connected pieces, for tests/metric/surface.cpp and lesions.cpp.

    pip install monai==1.6.1 surface-distance==0.1 torch==2.11.0 scipy==1.17.1 numpy==2.4.6
    python surfaces.py > surfaces.csv

Masks are made by integer arithmetic that the C++ side repeats. `peer` says whose number it is; MONAI's HD95 of a total miss is recorded
because it is wrong (0, as if perfect).

surface-distance measures between the corners of voxels and weighs by area. Rows "surface_distance on voxels" hand its metrics the surface voxels
of facet and MONAI, each of the same weight: what is left is surface-distance's own arithmetic.
"""
import importlib.metadata as versions
import warnings

import numpy as np
import scipy.ndimage as ndi
import surface_distance
import torch
from monai.metrics import compute_average_surface_distance, compute_froc_curve_data, compute_froc_score, compute_hausdorff_distance, compute_surface_dice
from monai.metrics import HausdorffDistanceMetric

warnings.filterwarnings("ignore")
SPACING = (3.0, 1.5, 1.25)  # mm: slice, row, column


def ball(shape, centre, radius):
    z, y, x = np.indices(shape)
    return 4 * (z - centre[0]) ** 2 + (y - centre[1]) ** 2 + (x - centre[2]) ** 2 <= radius**2


def masks(case):
    shape = (1, 24, 24) if case == "slice" else (9, 24, 24)
    truth = ball(shape, (shape[0] // 2, 11, 11), 6)
    prediction = {
        "same": truth,
        "shifted": ball(shape, (4, 12, 13), 6),
        "smaller": ball(shape, (4, 11, 11), 4),
        "stray": ball(shape, (4, 11, 12), 6) | ball(shape, (7, 2, 21), 1),
        "border": ball(shape, (0, 3, 20), 7),
        "slice": ball(shape, (0, 13, 9), 5),
        "miss": np.zeros(shape, bool),
        "false_alarm": truth,
    }[case]
    return (np.zeros(shape, bool) if case == "false_alarm" else truth), prediction


def on_voxels(truth, prediction, spacing):
    """What compute_surface_distances returns, of surface voxels instead of surface elements."""
    def surface(mask):
        return mask & ~ndi.binary_erosion(mask, ndi.generate_binary_structure(mask.ndim, 1))

    def distances(a, b):
        return np.sort(ndi.distance_transform_edt(~b, sampling=spacing)[a])

    t, p = surface(truth), surface(prediction)
    return {"distances_gt_to_pred": distances(t, p), "distances_pred_to_gt": distances(p, t), "surfel_areas_gt": np.ones(t.sum()), "surfel_areas_pred": np.ones(p.sum())}


def surface_rows(case):
    truth, prediction = masks(case)
    flat = case == "slice"
    spacing = SPACING[1:] if flat else SPACING
    t, p = (torch.from_numpy((m[0] if flat else m).astype(np.float32))[None, None] for m in (truth, prediction))
    if case in ("miss", "false_alarm"):
        metric = HausdorffDistanceMetric(include_background=True, percentile=95)
        metric(p, t, spacing=spacing)
        yield "monai", "hd95_aggregated", metric.aggregate().item()
        return
    yield "monai", "hd", compute_hausdorff_distance(p, t, include_background=True, spacing=spacing).item()
    yield "monai", "hd95", compute_hausdorff_distance(p, t, include_background=True, spacing=spacing, percentile=95).item()
    yield "monai", "assd", compute_average_surface_distance(p, t, include_background=True, symmetric=True, spacing=spacing).item()
    for mm in (0, 1, 2, 4):
        yield "monai", f"nsd_{mm}", compute_surface_dice(p, t, class_thresholds=[float(mm)], include_background=True, spacing=spacing).item()
    if flat:
        truth, prediction = truth[0], prediction[0]
    d = surface_distance.compute_surface_distances(truth, prediction, spacing)
    yield "surface_distance", "hd", surface_distance.compute_robust_hausdorff(d, 100)
    yield "surface_distance", "hd95", surface_distance.compute_robust_hausdorff(d, 95)
    yield "surface_distance", "assd", np.mean(surface_distance.compute_average_surface_distance(d))
    yield "surface_distance", "nsd_2", surface_distance.compute_surface_dice_at_tolerance(d, 2.0)
    d = on_voxels(truth, prediction, spacing)
    yield "surface_distance on voxels", "hd", surface_distance.compute_robust_hausdorff(d, 100)
    yield "surface_distance on voxels", "hd95", surface_distance.compute_robust_hausdorff(d, 95)
    # It gives one mean a direction; together they are weighed by the number of voxels.
    sides = surface_distance.compute_average_surface_distance(d)
    yield "surface_distance on voxels", "assd", np.average(sides, weights=[len(d["surfel_areas_gt"]), len(d["surfel_areas_pred"])])
    for mm in (0, 1, 2, 4):
        yield "surface_distance on voxels", f"nsd_{mm}", surface_distance.compute_surface_dice_at_tolerance(d, float(mm))


def froc_rows():
    found, wrong, targets, images = [0.95, 0.9, 0.8, 0.7, 0.55, 0.3], [0.85, 0.75, 0.6, 0.5, 0.4, 0.2, 0.15, 0.1], 8, 4
    # MONAI leaves the lowest score out of its curve, so one more is put below it.
    fps, sensitivity = compute_froc_curve_data(np.array(wrong + [0.01]), np.array(found), targets, images)
    yield "monai", "froc", compute_froc_score(fps, sensitivity, (0.25, 0.5, 1, 2, 4, 8))


def piece_rows():
    size, x, bits = (5, 12, 14), 11, []
    for _ in range(int(np.prod(size))):
        x = (1103515245 * x + 12345) % 2**31
        bits.append(x / 2**31 < 0.12)
    mask = np.array(bits).reshape(size)
    label, n = ndi.label(mask, structure=np.ones((3, 3, 3)))
    yield "scipy", "pieces", n
    yield "scipy", "largest", np.bincount(label.ravel())[1:].max()
    yield "scipy", "sum_of_squares", (np.bincount(label.ravel())[1:].astype(np.int64) ** 2).sum()


if __name__ == "__main__":
    print(f"# monai {versions.version('monai')}, surface-distance {versions.version('surface-distance')}, torch {torch.__version__.split('+')[0]}, scipy {versions.version('scipy')}; made by surfaces.py")
    print("case,peer,metric,value")
    for case in ("same", "shifted", "smaller", "stray", "border", "slice", "miss", "false_alarm"):
        for peer, name, value in surface_rows(case):
            print(f"{case},{peer},{name},{float(value):.9g}")
    for case, rows in (("froc", froc_rows), ("pieces", piece_rows)):
        for peer, name, value in rows():
            print(f"{case},{peer},{name},{float(value):.9g}")
