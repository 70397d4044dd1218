"""Runs the benchmarks and writes bench/results/latest.json, a list of {name, ours, peer, unit, ratio, target, met}.

Usage: run.py BUILD PYTHON [SUITE...]     BUILD: the build folder; PYTHON: an interpreter that has the peers

`ratio` is peer/ours, so larger is better; where there is no peer, `target` is the largest time allowed and `ratio` is target/ours.
"""
import json
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).parent

# suite: (name, what the worker is told (the number of threads is added), unit, least ratio to the peer)
COMPARISONS = {
    "step": [("CPU training step, 16 features, 128x128, batch 8", ["16", "128", "8"], "s/step", 1.3),
             ("CPU training step, 8 features, 64x64, batch 16", ["8", "64", "16"], "s/step", 1.3)],
    "pipeline": [("CPU training pipeline, 8 features, 64x64, batch 16", ["8", "64", "16"], "s/image", 1.8)],
    "augment": [("augmentation, 256x256, 3 windows", ["256"], "s/slice", 5.0)],
    "scores": [("PR-AUC and best F1 over 10 M pixels", ["10000000"], "s/pixel", 100.0)],
}
ROUNDS = 7


def compile_time(build):
    store = build.parent.parent / "demo" / "store"
    command = ["sh", str(HERE / "compile_time" / "run.sh"), str(build)] + ([str(store)] if store.exists() else [])
    for line in subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines():
        row = json.loads(line)
        yield {"name": row["name"], "ours": row["ours"], "peer": None, "unit": row["unit"], "ratio": row["target"] / row["ours"],
               "target": row["target"], "met": row["ours"] <= row["target"]}


def side_by_side(suite, build, python):
    for name, arguments, unit, target in COMPARISONS[suite]:
        ours = build / "bench" / suite
        if not ours.exists():
            print(f"{name}: there is no worker bench/workers/{suite}.cpp", file=sys.stderr)
            continue
        if suite != "scores":
            arguments = arguments + [str(os.cpu_count())]
        command = [python, str(HERE / "side_by_side.py"), str(ROUNDS), str(ours), *arguments, "--", python, str(HERE / "peers" / f"{suite}.py"), *arguments]
        result = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()[-1])
        yield {"name": name, "ours": result["ours"], "peer": result["peer"], "unit": unit, "ratio": result["ratio"], "target": target,
               "met": result["ratio"] >= target}


def main():
    build, python = pathlib.Path(sys.argv[1]).resolve(), sys.argv[2]
    suites = sys.argv[3:] or ["compile_time", *COMPARISONS]
    unknown = [s for s in suites if s != "compile_time" and s not in COMPARISONS]
    if unknown:
        sys.exit(f"there is no suite '{unknown[0]}'; there are: compile_time {' '.join(COMPARISONS)}")
    rows = []
    for suite in suites:
        for row in compile_time(build) if suite == "compile_time" else side_by_side(suite, build, python):
            print(f"{row['name']:58} {row['ours']:.4g} {row['unit']:8} ratio {row['ratio']:.3g}, target {row['target']:g}: {'met' if row['met'] else 'NOT met'}")
            rows.append(row)
    results = HERE / "results"
    results.mkdir(exist_ok=True)
    (results / "latest.json").write_text(json.dumps(rows, indent=1) + "\n")


main()
