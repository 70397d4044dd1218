"""The trivial scorers as numpy, scipy and scikit-learn compute them, for tests/evaluate/trivial.cpp.

    pip install scikit-learn==1.9.1 scipy==1.17.1 numpy
    python trivial.py > trivial.csv

The slices are made by integer arithmetic that the C++ side repeats, so no data file is needed.
"""
import numpy as np
import scipy
import scipy.ndimage as ni
import sklearn
from sklearn.metrics import average_precision_score, roc_auc_score

S, PATIENTS, LEVELS, SLICES = 16, 8, (30, 31, 32), 10
TRAIN = 5  # patients


def uniform(n, seed):
    x, out = seed, []
    for _ in range(n):
        x = (1103515245 * x + 12345) % 2**31
        out.append(x / 2**31)
    return np.array(out)


def dataset():
    n = PATIENTS * len(LEVELS) * SLICES
    u = uniform(2 * n * S * S, 7).reshape(2, n, S, S)
    patient, level, part = np.meshgrid(range(PATIENTS), LEVELS, range(SLICES), indexing="ij")
    patient, level, relative = patient.ravel(), level.ravel(), part.ravel() / (SLICES - 1)
    row, column = np.meshgrid(range(S), range(S), indexing="ij")
    near = np.maximum(0, 1 - ((row - 5) ** 2 + (column - level[:, None, None] + 24) ** 2) / 20)
    hu = np.floor(-1000 + 1800 * u[0])
    rate = 0.3 * near * (1 - np.abs(2 * relative - 1))[:, None, None] * (hu > 200)
    rate[(patient + level) % 2 == 0] = 0  # whole vertebrae
    mask = (u[1] < rate).astype(int)
    mask[(row + column + np.zeros_like(mask)) % 13 == 0] = 255
    return hu, mask, patient, level, relative


def main():
    hu, mask, patient, level, relative = dataset()
    train, test = patient < TRAIN, patient >= TRAIN
    valid, fracture = mask != 255, mask == 1
    part = np.clip((relative * 8).astype(int), 0, 7)
    place = np.searchsorted(LEVELS, level)

    edges = np.arange(-1100, 1800, 20)
    where = np.digitize(hu, edges)
    sel = valid & train[:, None, None]
    count = lambda keep: ni.gaussian_filter1d(np.bincount(where[keep], minlength=len(edges) + 1).astype(float), 1)
    by_hu = count(sel & fracture) / (count(sel) + 1)

    num = np.zeros((len(LEVELS), 8, S, S))
    den = num.copy()
    np.add.at(num, (place[train], part[train]), fracture[train])
    np.add.at(den, (place[train], part[train]), valid[train])
    sigma = (0, 0.7, 1.2 * S / 64, 1.2 * S / 64)
    num, den = ni.gaussian_filter(num, sigma), ni.gaussian_filter(den, sigma)
    pooled = num.sum(0) / np.maximum(den.sum(0), 1e-9)
    position = ((num + 30 * pooled) / (den + 30))[place, part]

    log_position = np.log(position + 1e-7)
    shares = np.r_[np.linspace(0.5, 0.99, 25), 0.995, 0.998, 0.999]
    quantiles = np.unique(np.quantile(log_position[sel], shares))
    k1, k2 = np.digitize(log_position, quantiles), np.digitize(hu, edges[::2])
    joint, all_ = np.zeros((2, len(quantiles) + 1, len(edges) // 2 + 2))
    np.add.at(joint, (k1[sel], k2[sel]), fracture[sel])
    np.add.at(all_, (k1[sel], k2[sel]), 1)
    joint, all_ = ni.gaussian_filter(joint, (0.8, 1)), ni.gaussian_filter(all_, (0.8, 1))
    both = ((joint + 1e-3 * joint.sum() / all_.sum()) / (all_ + 1))[k1, k2]

    judged = valid & test[:, None, None]
    print(f"# scikit-learn {sklearn.__version__}, scipy {scipy.__version__}, numpy {np.__version__}; made by trivial.py")
    print("scorer,what,value")
    vertebra = patient * 100 + level
    for name, score in (("hu", by_hu[where]), ("position", position), ("both", both)):
        print(f"{name},pr_auc,{average_precision_score(fracture[judged], score[judged]):.12g}")
        print(f"{name},mean,{score[judged].mean():.12g}")
        top, truth = [], []
        for v in np.unique(vertebra[test]):
            keep = vertebra == v
            top.append(np.sort(score[keep][valid[keep]])[-20:].mean())
            truth.append(fracture[keep].any())
        print(f"{name},top20_of_first_vertebra,{top[0]:.12g}")
    slices = [(np.sort(both[i][valid[i]])[-20:].mean(), fracture[i].any()) for i in np.flatnonzero(test)]
    print(f"both,slice_roc_auc,{roc_auc_score([t for _, t in slices], [s for s, _ in slices]):.12g}")
    print(f"data,positives,{fracture[judged].sum()}")
    print(f"data,valid,{judged.sum()}")


if __name__ == "__main__":
    main()
