"""What both sides read: a store of facet is two .npy files and a table."""
import pathlib

import numpy as np

WINDOWS = [(0, 1800), (200, 1200), (-160, 240)]


def load(folder):
    """int16 [N,S,S] and uint8 [N,S,S], mapped."""
    folder = pathlib.Path(folder)
    return np.load(folder / "images.npy", mmap_mode="r"), np.load(folder / "masks.npy", mmap_mode="r")
