"""Runs the benchmarks, prints one table, and writes to bench/results: latest.json, machine.json and ratios.svg.

Usage: run.py BUILD PYTHON [--full] [SUITE...]     BUILD: the build folder; PYTHON: an interpreter that has the peers

latest.json is a list of {name, ours, peer, unit, ratio, target, met, ...}. `ratio` is peer/ours, so larger is better. Where there is no
peer, `target` is the most allowed and `ratio` is target/ours. Without a target, `target` and `met` are null. Memory is in bytes.
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

from driver import compile_time, machine, memory, plot
from driver.side_by_side import compare

HERE = pathlib.Path(__file__).resolve().parent
RESULTS = HERE / "results"

# suite: (name, arguments of both workers, unit, least ratio to the peer); STORE64, STORE256 and PIXELS are made by `Inputs`.
COMPARISONS = {
    "step": [("training step, 16 features, 128x128, batch 8", ["16", "128", "8"], "s/step", 1.3),
             ("training step, 8 features, 64x64, batch 16", ["8", "64", "16"], "s/step", 1.3)],
    "pipeline": [("training pipeline, 8 features, 64x64, batch 16", ["STORE64"], "s/image", 1.8)],
    "augment": [("augmentation, 256x256, 3 windows", ["STORE256"], "s/slice", 5.0)],
    "nnunet": [("nnU-Net's augmentation, 256x256, 3 windows", ["STORE256"], "s/slice", None)],
    "scores": [("PR-AUC and best F1 over 10 M pixels", ["PIXELS"], "s/pixel", 100.0)],
    "metrics": [("Dice, IoU, precision, recall, F1 over 10 M pixels", ["PIXELS"], "s/pixel", None)],
    "loss": [(f"loss {name}, 256x256, batch 16, forward + backward", [name, "256", "16"], "s", None) for name in ("dice_bce", "tversky", "focal")],
    "sampler": [("balanced batch of 32 from 45,815 slices", ["45815", "32"], "s/batch", None)],
}
# The same experiment compiled and configured at run time: (name, WHAT SIZE BATCH, unit)
OVERHEAD = [("draw of a vertebra's geometry", ["affine", "64", "16"], "s"),
            ("exact threshold search", ["threshold", "64", "16"], "s"),
            ("loss, 64x64, batch 1", ["loss", "64", "1"], "s"),
            ("loss, weights looked up each time, 64x64, batch 1", ["looked_up_loss", "64", "1"], "s"),
            ("loss, 256x256, batch 16", ["loss", "256", "16"], "s"),
            ("augmentation, 64x64, batch 16", ["augment", "64", "16"], "s"),
            ("training step, 64x64, batch 16", ["step", "64", "16"], "s")]
QUICK = ["compile_time", "scores", "augment", "step", "pipeline", "overhead", "memory"]
REST = ["nnunet", "loss", "sampler", "metrics", "allocator", "sweeps"]
SWEEPS = ["loss", "augment", "sampler", "scores", "metrics", "step", "epoch"]


class Inputs:
    """What both sides read, made when first asked for and removed at the end."""

    def __init__(self, build, folder):
        self.build, self.folder = build, pathlib.Path(folder)

    def __call__(self, name):
        makers = {"STORE64": (1024, 64), "STORE256": (128, 256)}
        path = self.folder / name
        if name in makers and not path.exists():
            self.store(path, *makers[name])
        elif name == "PIXELS" and not path.exists():
            self.pixels(path)
        return path if name in makers or name == "PIXELS" else name

    def store(self, path, slices, side):
        subprocess.run([self.build / "bench" / "make_store", path, str(slices), str(side)], check=True)
        return path

    def pixels(self, path, n=10_000_000):
        import numpy as np
        rng = np.random.default_rng(1)
        truth = rng.random(n, np.float32) < 0.006
        path.mkdir()
        np.save(path / "truth.npy", truth.astype(np.uint8))
        np.save(path / "logits.npy", rng.standard_normal(n, np.float32) + 2.5 * truth.astype(np.float32) - 4)


class Context:
    def __init__(self, build, python, full, inputs, log):
        self.build, self.python, self.full, self.inputs, self.log = build, python, full, inputs, log
        self.rounds = 15 if full else 7

    def ours(self, worker, arguments):
        return [self.build / "bench" / worker, *map(self.inputs, arguments)]

    def allocator(self):
        """The library that our programs allocate with, where it is not the C library's."""
        found = re.search(r"^FACET_TCMALLOC_LIBRARY:FILEPATH=(/.*)$", (self.build / "CMakeCache.txt").read_text(), re.MULTILINE)
        return found and found[1]

    def peer(self, worker, arguments):
        return [self.python, HERE / "peers" / f"{worker}.py", *map(self.inputs, arguments)]


def judged(name, unit, result, target):
    values = result.pop("values", None)
    row = {"name": name, "ours": None, "peer": None, "unit": unit, "ratio": None, "target": target, **result}
    row["met"] = None if target is None else bool(row["ratio"] >= target)
    return row, values


def limit(name, ours, unit, most, **more):
    """A row without a peer: `ours` may be `most` at the most."""
    return {"name": name, "ours": ours, "peer": None, "unit": unit, "ratio": most / max(ours, 1e-300), "target": most, "met": bool(ours <= most), **more}


def comparisons(context, suite):
    for name, arguments, unit, target in COMPARISONS[suite]:
        result = compare(context.ours(suite, arguments), context.peer(suite, arguments), context.rounds, context.log)
        row, values = judged(name, unit, result, target)
        yield row
        if suite == "scores":
            ours, peer = values
            yield limit("PR-AUC of histograms against scikit-learn", abs(ours["average precision"] - peer["average precision"]), "difference", 1e-4)
            yield limit("PR-AUC by sorting against scikit-learn", abs(ours["average precision, exact"] - peer["average precision"]), "difference", 1e-9)


def allocator(context):
    """The peer with the allocator that our programs link: what of a ratio is not the allocator's."""
    library = context.allocator()
    if not library:
        return
    for suite, name, arguments, unit in [(suite, *row[:3]) for suite in ("step", "pipeline", "loss") for row in COMPARISONS[suite][:2]]:
        peer = ["env", f"LD_PRELOAD={library}", *context.peer(suite, arguments)]
        yield judged(f"the peer with TCMalloc too: {name}", unit, compare(context.ours(suite, arguments), peer, context.rounds, context.log), None)[0]


def overhead(context):
    for name, arguments, unit in OVERHEAD:
        commands = [[context.build / "bench" / "overhead", how, *arguments] for how in ("compiled", "configured")]
        yield judged(f"compiled against configured: {name}", unit, compare(*commands, context.rounds + 2, context.log), None)[0]


def sweeps(context):
    """google-benchmark's own JSON goes to results/; its table is printed."""
    for name in SWEEPS:
        out = RESULTS / f"sweep_{name}.json"
        subprocess.run([context.build / "bench" / "sweeps" / name, f"--benchmark_out={out}", "--benchmark_out_format=json", "--benchmark_min_time=0.2"], check=True)
    return []


def rows_of(suite, context):
    if suite == "compile_time":
        return compile_time.rows(context, limit, judged)
    if suite == "memory":
        return memory.rows(context, limit)
    if suite == "overhead":
        return overhead(context)
    if suite == "allocator":
        return allocator(context)
    if suite == "sweeps":
        return sweeps(context)
    return comparisons(context, suite)


def number(x):
    return "-" if x is None else f"{x:.4g}"


def line(row):
    spread = row.get("ratio_spread")
    ratio = number(row["ratio"]) + (f" [{spread[0]:.3g}, {spread[1]:.3g}]" if spread else "")
    verdict = {None: "", True: "met", False: "NOT MET"}[row["met"]]
    return f"{row['name'][:80]:80} {number(row['ours']):>10} {number(row['peer']):>10} {row['unit']:10} {ratio:>24} {number(row['target']):>8}  {verdict}"


HEADER = f"{'':80} {'ours':>10} {'peer':>10} {'unit':10} {'ratio [least, most]':>24} {'target':>8}"


def main():
    words = sys.argv[3:]
    build, python = pathlib.Path(sys.argv[1]).resolve(), sys.argv[2]
    full = "--full" in words
    known = [*QUICK, *REST]
    suites = [w for w in words if w != "--full"] or (known if full else QUICK)
    unknown = [s for s in suites if s not in known]
    if unknown:
        sys.exit(f"facet: there is no suite '{unknown[0]}'; there are: {' '.join(known)}")
    if os.environ.get("FACET_BENCH_CLOCK") == "cpu" and (os.environ["FACET_BENCH_THREADS"] != "1" or "pipeline" in suites):
        sys.exit("facet: FACET_BENCH_CLOCK=cpu counts one process with one thread; set FACET_BENCH_THREADS=1 and leave out the pipeline, whose loader is processes")
    RESULTS.mkdir(exist_ok=True)
    about = machine.about()
    print(machine.sentence(about), flush=True)
    rows, begin, failed = [], time.monotonic(), []
    with tempfile.TemporaryDirectory(prefix="facet_bench_") as folder, (RESULTS / "log.txt").open("w") as log:
        context = Context(build, python, full, Inputs(build, folder), log)
        print(HEADER, flush=True)
        for suite in suites:
            try:
                for row in rows_of(suite, context):
                    print(line(row), flush=True)
                    rows.append(row)
            except (RuntimeError, OSError, subprocess.CalledProcessError) as failure:
                failed.append(suite)
                print(f"{suite}: {failure}; see bench/results/log.txt", flush=True)
    about["seconds"] = time.monotonic() - begin
    (RESULTS / "latest.json").write_text(json.dumps(rows, indent=1) + "\n")
    (RESULTS / "machine.json").write_text(json.dumps(about, indent=1) + "\n")
    (RESULTS / "ratios.svg").write_text(plot.ratios(rows, machine.sentence(about)))
    judged_rows = [r for r in rows if r["met"] is not None]
    print(f"{sum(r['met'] for r in judged_rows)} of {len(judged_rows)} targets met, in {about['seconds']:.0f} s; bench/results/latest.json, ratios.svg")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    os.environ.setdefault("FACET_BENCH_THREADS", str(os.cpu_count()))
    main()
