"""The GPU benchmark: correctness first, then speed beside the peer pipeline, within eight minutes. Writes gpu_results.json beside itself.

Usage: run.py [--device cuda|cpu] [--dry-run] [--minutes 8] [--out FILE]

Needs Python with torch 2.11.0+cu130, numpy and a driver; no ITK, no network. It lies in the folder that pack.sh makes, with the program `gpu`,
the few libraries it links, and wheels of MONAI and Lightning for a machine that lacks them. --dry-run does everything once on small
shapes, to see that it works; its speeds mean nothing and are not written as results.
"""
import argparse
import datetime
import glob
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent


def libraries():
    """Folders the program finds its libraries in: torch's, the CUDA wheels' beside it, and what was packed."""
    import torch
    root = pathlib.Path(torch.__file__).parent
    return [str(root / "lib"), *glob.glob(str(root.parent / "nvidia" / "*" / "lib")), *glob.glob(str(root.parent / "torch.libs")), str(HERE / "lib")]


def site_packages(folder):
    """Installs the packed wheels that this Python lacks into `folder`; returns it, or nothing."""
    import importlib.util
    wheels = sorted(glob.glob(str(HERE / "wheels" / "*.whl")))
    missing = [w for w in wheels if importlib.util.find_spec(pathlib.Path(w).name.split("-")[0].replace("PyYAML", "yaml").replace("pyyaml", "yaml")) is None]
    if missing:
        subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--target", folder, *missing], check=False)
    return folder


class DeviceMemory(threading.Thread):
    """The most memory in use on the device while it runs, as nvidia-smi sees it."""

    def __init__(self):
        super().__init__(daemon=True)
        self.peak, self.over = 0, False

    def run(self):
        while not self.over:
            try:
                text = subprocess.run(["nvidia-smi", "--query-gpu=memory.used", "--format=csv,noheader,nounits"], capture_output=True, text=True).stdout
                self.peak = max([self.peak, *(int(x) << 20 for x in text.split())])
            except (OSError, ValueError):
                return
            time.sleep(0.2)


class Session:
    def __init__(self, options):
        self.options = options
        self.small = options.dry_run
        self.deadline = time.monotonic() + 60 * options.minutes
        self.environment = dict(os.environ)
        self.libraries = os.pathsep.join([*libraries(), os.environ.get("LD_LIBRARY_PATH", "")])
        self.rows, self.skipped = [], []

    def execute(self, what, command, most, environment):
        left = self.deadline - time.monotonic()
        if left < 10:
            self.skipped.append(f"{what}: no time left")
            return []
        memory = DeviceMemory()
        memory.start()
        try:
            done = subprocess.run(list(map(str, command)), capture_output=True, timeout=min(most, left), env=environment)
            out, message, code = done.stdout, done.stderr, done.returncode
        except subprocess.TimeoutExpired as late:
            self.skipped.append(f"{what}: more than {min(most, left):.0f} s")
            out, message, code = late.stdout or b"", b"", 0
        finally:
            memory.over = True
        lines = message.decode(errors="replace").strip().splitlines()
        if code != 0:
            self.skipped.append(f"{what}: code {code}: {(lines or ['no message'])[-1][:200]}")
        self.skipped += [f"{what}: {x[:400]}" for x in lines if x.startswith("warning:")]
        rows = read_rows(out.decode(errors="replace"))
        for row in rows:
            row.update(of=what, device_memory_in_use=memory.peak)
            verdict = "" if "check" not in row else "ok" if row["ok"] else "WRONG"
            print(f"{row.get('check') or row['name']:64} {row.get('difference', row.get('value')):>12.5g} {row.get('unit', '')} {verdict}", flush=True)
        self.rows += rows
        return rows

    def gpu(self, *command, scale=None, most=60):
        scale = scale or ("small" if self.small else "full")
        return self.execute(" ".join(map(str, command)), [HERE / "gpu", self.options.device, scale, *command], most,
                            dict(self.environment, LD_LIBRARY_PATH=self.libraries)) # the packed libraries are for the program, not for Python

    def peer(self, store, batch, mode, workers, most=100):
        features = 8 if self.small else 64
        return self.execute(f"peer {mode} {batch}", [sys.executable, HERE / "peer.py", store, self.options.device, features, batch, mode, workers], most, self.environment)


def read_rows(text):
    """One JSON object a line; the last may be half a line where a program was stopped."""
    rows = []
    for line in text.splitlines():
        try:
            rows += [json.loads(line)] if line.startswith("{") else []
        except json.JSONDecodeError:
            pass
    return rows


def value(rows, name):
    return next((r["value"] for r in rows if r.get("name") == name), None)


def make_store(folder, side, count):
    """The same kind of noise as the program trains on, for the peer."""
    import numpy as np
    rng = np.random.default_rng(1)
    np.save(folder / "images.npy", rng.integers(-1000, 1500, (count, side, side), dtype=np.int16))
    np.save(folder / "masks.npy", (rng.random((count, side, side), dtype=np.float32) > 0.99).astype(np.uint8))
    return folder


def measure(session, folder):
    small = session.small
    batches = [2] if small else [16, 32, 64]
    main_batch = 2 if small else 32
    # 1. Is it right? Small shapes, because the CPU does the same.
    session.gpu("parity", 8, "fp32", scale="small", most=90)
    session.gpu("fused_parity", 8, "fp32", scale="small", most=60)
    # 2. What the device can do: a matrix product, then the network's convolutions alone.
    session.gpu("matmul", most=40)
    session.gpu("convolutions", main_batch, "bf16", most=90)
    session.gpu("blocks", main_batch, "bf16")
    # 3. The whole pipeline, ours and the peer's, in turns.
    store = make_store(folder, 64 if small else 256, 32 if small else 1024)
    workers = 0 if small else min(8, os.cpu_count())
    rounds = []
    for _ in range(1 if small else 2):
        ours = session.gpu("pipeline", main_batch, "bf16")
        session.gpu("pipeline", main_batch, "bf16", "fused")
        peer = session.peer(store, main_batch, "plain", workers)
        if value(ours, "whole pipeline") and peer:
            rounds.append((value(ours, "whole pipeline"), peer[-1]["value"]))
    compiled = session.peer(store, main_batch, "compile", workers, most=150)
    # 4. What our kernels and a search over cuDNN's plans would bring.
    session.gpu("steps", main_batch, "bf16", most=120)
    # 5. Where it goes: the step without data, the data without step, other batches and precision.
    session.gpu("augment", main_batch, "bf16")
    for batch in batches:
        session.gpu("step", batch, "bf16")
        if batch != main_batch:
            session.gpu("pipeline", batch, "bf16")
    session.gpu("validation", main_batch, "bf16")
    session.gpu("eager_step", main_batch, "bf16")
    session.gpu("step", main_batch, "fp32")
    return rounds, compiled[-1]["value"] if compiled else None


def graph_gain(session, batch):
    """Speed of the recorded step over the eager one; nothing where one of them is missing."""
    graph = value([r for r in session.rows if r["of"] == f"step {batch} bf16"], "step, recorded graph")
    eager = value(session.rows, "step, eager")
    return graph / eager if graph and eager else None


def gain(session, batch, how):
    """Speed of a step with our kernels, or with cuDNN's plans searched, over the engine's own."""
    rows = [r for r in session.rows if r["of"] == f"steps {batch} bf16"]
    plain, other = value(rows, "step, recorded graph, plain"), value(rows, f"step, recorded graph, {how}")
    return other / plain if plain and other else None


def summary(session, rounds, compiled):
    convolutions = [r["value"] for r in session.rows if r.get("name", "").startswith("convolutions alone")]
    operations = value(session.rows, "operations of a training image")
    best = max((a for a, _ in rounds), default=None)
    out = {"targets": {"images/s": 1250, "ratio to the eager peer": 1.5, "ratio to the compiled peer": 1.1}, "images/s": best,
           "ratio to the eager peer": min((a / b for a, b in rounds), default=None),
           "ratio to the compiled peer": best / compiled if best and compiled else None,
           "graph against eager": graph_gain(session, 32),
           **{f"step {how} against plain": gain(session, 32, how) for how in ["fused", "searched", "fused and searched", "padded, fused and searched"]}}
    if best and convolutions and operations:
        out["share of the convolutions' own speed"] = best * operations / 1e3 / max(convolutions)
    return out


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--device", choices=["cuda", "cpu"], default="cuda")
    parser.add_argument("--dry-run", action="store_true")
    parser.add_argument("--minutes", type=float, default=8)
    parser.add_argument("--out", type=pathlib.Path, default=HERE / "gpu_results.json")
    options = parser.parse_args()
    if options.device == "cpu" and not options.dry_run:
        sys.exit("facet: on a CPU this is a dry run only; add --dry-run")
    begin = time.monotonic()
    session = Session(options)
    with tempfile.TemporaryDirectory(prefix="facet_gpu_") as folder:
        packages = site_packages(f"{folder}/packages")
        session.environment["PYTHONPATH"] = os.pathsep.join([packages, os.environ.get("PYTHONPATH", "")])
        rounds, compiled = measure(session, pathlib.Path(folder))
    wrong = [r["check"] for r in session.rows if "check" in r and not r["ok"]]
    result = {"date": datetime.date.today().isoformat(), "dry_run": options.dry_run, "device": device_name(options.device), "commit": commit(),
              "seconds": time.monotonic() - begin, "wrong": wrong, "skipped": session.skipped, "rows": session.rows}
    if not options.dry_run:
        result["summary"] = summary(session, rounds, compiled)
        print(json.dumps(result["summary"], indent=1))
        options.out.write_text(json.dumps(result, indent=1) + "\n")
    for line in session.skipped:
        print(f"skipped: {line}")
    print(f"{len(session.rows)} results in {result['seconds']:.0f} s; wrong: {', '.join(wrong) or 'nothing'}")
    sys.exit(1 if wrong or (options.dry_run and session.skipped) else 0)


def device_name(device):
    import torch
    return torch.cuda.get_device_name(0) if device == "cuda" and torch.cuda.is_available() else device


def commit():
    file = HERE / "commit.txt"
    return file.read_text().strip() if file.exists() else "unknown"


if __name__ == "__main__":
    main()
