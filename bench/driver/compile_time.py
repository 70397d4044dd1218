"""Seconds from an edited source to its new program, from the start of a program to its first training step, and what the compiler does.

Used by run.py. The precompiled header and the engine are there already, as for a user at work.
"""
import json
import os
import pathlib
import re
import shlex
import shutil
import statistics
import subprocess
import tempfile
import time

BENCH = pathlib.Path(__file__).resolve().parent.parent
SOURCES = BENCH / "compile_time"


def build(context, target, folder=None):
    subprocess.run(["cmake", "--build", folder or context.build, "--target", target], check=True, stdout=context.log, stderr=context.log)


def edit_and_build(context, target, text, rounds):
    """Median and spread. Ninja looks at times, so appending a comment is an edit."""
    source = context.build / "bench" / f"{target}.cpp"
    source.write_text(text)
    build(context, f"bench_{target}")
    times = []
    for i in range(rounds):
        source.write_text(f"{text}// edit {time.time_ns()} {i}\n")
        begin = time.perf_counter()
        build(context, f"bench_{target}")
        times.append(time.perf_counter() - begin)
    return statistics.median(times), [min(times), max(times)]


def one_variant(text):
    return re.sub(r"one_of\((\S+?\{\}),.*\);", r"one_of(\1);", text)


def timed_run(command, log):
    begin = time.perf_counter()
    subprocess.run(command, check=True, stdout=log, stderr=log)
    return time.perf_counter() - begin


def first_step(context, judged):
    """Two whole programs, each one step of 16 slices of 64 x 64; ours also verifies the store, validates and writes its checkpoints."""
    store = context.inputs("STORE64")
    seconds = ([], [])
    for i in range(5):
        out = pathlib.Path(tempfile.mkdtemp(prefix="facet_bench_")) / "run"
        ours = [context.build / "experiments" / "e00_demo", "train", "--data", store, "--out", out, "--steps", "1", "--limit", "64", "--device", "cpu"]
        seconds[0].append(timed_run(ours, context.log))
        seconds[1].append(timed_run(context.peer("first_step", ["STORE64"]), context.log))
        shutil.rmtree(out.parent)
    ratios = [b / a for a, b in zip(*seconds)]
    ours, peer = (statistics.median(s) for s in seconds)
    row, _ = judged("from process start to the end of a run of one step", "s", {"ours": ours, "peer": peer, "ratio": peer / ours, "ratio_spread": [min(ratios), max(ratios)]}, None)
    row["target"], row["met"] = 1.0, ours <= 1.0  # seconds of ours, whatever the peer takes
    return row


def compile_command(context, target):
    commands = json.loads((context.build / "compile_commands.json").read_text())
    return next(c for c in commands if c["file"].endswith(f"bench/{target}.cpp"))


def trace(context, target):
    """Totals of clang's -ftime-trace in seconds; empty for a compiler without it."""
    entry = compile_command(context, target)
    command = shlex.split(entry["command"])
    if "clang" not in pathlib.Path(command[0]).name:
        return {}
    with tempfile.TemporaryDirectory(prefix="facet_bench_") as folder:
        command[command.index("-o") + 1] = f"{folder}/traced.o"
        subprocess.run([*command, "-ftime-trace"], cwd=entry["directory"], check=True, stdout=context.log, stderr=context.log)
        events = json.loads(pathlib.Path(folder, "traced.json").read_text())["traceEvents"]
    totals = {e["name"].removeprefix("Total "): e["args"]["avg ms"] * e["args"]["count"] / 1000 for e in events if e["name"].startswith("Total ")}
    totals["whole compilation"] = max(e.get("dur", 0) for e in events) / 1e6
    return dict(sorted(totals.items(), key=lambda item: -item[1]))


def full_build(context):
    """Everything that ./facet build makes, in a folder of its own, with this build's options."""
    with tempfile.TemporaryDirectory(prefix="facet_bench_") as folder:
        root = BENCH.parent
        options = (context.build / "facet-options.txt").read_text().split() if (context.build / "facet-options.txt").exists() else []
        subprocess.run(["cmake", "--preset", "release", "-B", folder, *options], cwd=root, check=True, stdout=context.log, stderr=context.log)
        begin = time.perf_counter()
        build(context, "all", folder)
        return time.perf_counter() - begin


def rows(context, limit, judged):
    rounds = 11 if context.full else 5
    edited, compared = (SOURCES / "edited.cpp").read_text(), (SOURCES / "compared.cpp").read_text()
    seconds, spread = edit_and_build(context, "edited", edited, rounds)
    yield limit("edit one experiment -> new program", seconds, "s", 3.0, ours_spread=spread)
    one, _ = edit_and_build(context, "compared", one_variant(compared), rounds)
    ten, spread = edit_and_build(context, "compared", compared, rounds)
    yield limit("edit ten variants in one file -> new program", ten, "s", 6.0, ours_spread=spread)
    yield {"name": "one more variant in that file", "ours": (ten - one) / 9, "peer": None, "unit": "s", "ratio": None, "target": None, "met": None}
    yield first_step(context, judged)
    parts = {target: trace(context, target) for target in ("edited", "compared")}
    (BENCH / "results" / "compile_trace.json").write_text(json.dumps(parts, indent=1) + "\n")
    for part in ("whole compilation", "Frontend", "Backend"):
        if part in parts["edited"]:
            yield {"name": f"of one experiment, clang: {part}", "ours": parts["edited"][part], "peer": None, "unit": "s", "ratio": None, "target": None, "met": None}
    if context.full:
        yield {"name": f"everything from nothing, {os.cpu_count()} jobs", "ours": full_build(context), "peer": None, "unit": "s", "ratio": None, "target": None, "met": None}
