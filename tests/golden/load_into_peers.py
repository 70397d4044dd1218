"""Loads weights that facet wrote into the peers, strictly, and compares the logits.

    FACET_EXPORT=folder facet_tests '[export]'    # writes folder/CASE.safetensors and folder/CASE.logits.safetensors
    python load_into_peers.py folder
"""
import pathlib
import sys

import torch
from safetensors.torch import load_file, load_model

from models import logits_of, peers

folder, worst = pathlib.Path(sys.argv[1]), 0.0
for nets in peers().values():
    for name, net in nets.items():
        load_model(net, folder / f"{name}.safetensors")  # strict; knows the second names of shared tensors
        expected = load_file(folder / f"{name}.logits.safetensors")
        net.eval()
        with torch.no_grad():
            found = logits_of(net, expected["images"])
        heads = [expected[k] for k in sorted(expected) if k.startswith("logits.")]
        difference = max(((a - b).abs().max() / b.abs().max().clamp_min(1)).item() for a, b in zip(found, heads))
        print(f"{name:32} {len(heads)} heads, logits up to {max(b.abs().max().item() for b in heads):.3g}, largest difference relative to that {difference:.1e}")
        worst = max(worst, difference)
assert worst < 1e-5, worst
