"""Memory: what training holds, and a store twice the size of the memory it may use. Used by run.py.

The limit is a cgroup's, because that counts the pages of mapped files as well. RLIMIT_AS would count the address space of the map, which
is no memory at all, and refuse to map the store; RLIMIT_DATA counts private memory only, so it shows that there is no second copy but
does not make the kernel drop any page of the store. It is what is used where no cgroup may be made.
"""
import json
import os
import pathlib
import resource
import subprocess
import tempfile
import time

LIMIT = 640 << 20
SIDE, BYTES_PER_PIXEL = 64, 3
GIB = 1 << 30


class Cgroup:
    """A memory limit for a child, version 2 or 1; raises OSError where none may be made."""

    def __init__(self, most):
        name = f"facet_bench_{os.getpid()}"
        v2 = pathlib.Path("/sys/fs/cgroup")
        if (v2 / "cgroup.controllers").exists():
            own = pathlib.Path("/proc/self/cgroup").read_text().split("::")[-1].strip().lstrip("/")
            parents, files = [v2, (v2 / own).parent, v2 / own], ("memory.max", "memory.swap.max", "memory.peak")
        else:
            parents, files = [v2 / "memory"], ("memory.limit_in_bytes", "memory.swappiness", "memory.max_usage_in_bytes")
        for parent in parents:
            self.path = parent / name
            try:
                self.path.mkdir()
                (self.path / files[0]).write_text(str(most))
                break
            except OSError:
                if self.path.exists():
                    self.path.rmdir()
        else:
            raise PermissionError("no cgroup may be made here")
        if (self.path / files[1]).exists():
            (self.path / files[1]).write_text("0")
        self.peak_file = self.path / files[2]

    def enter(self):
        (self.path / "cgroup.procs").write_text(str(os.getpid()))

    def peak(self):
        return int(self.peak_file.read_text()) if self.peak_file.exists() else None

    def close(self):
        for _ in range(50):
            try:
                return self.path.rmdir()
            except OSError:
                time.sleep(0.1)


def train(context, store, out, steps, enter=None):
    """Seconds, exit code and peak resident bytes, map included, of the demo's experiment."""
    command = [context.build / "experiments" / "e00_demo", "train", "--data", store, "--out", out, "--steps", str(steps), "--device", "cpu"]
    begin = time.perf_counter()
    child = subprocess.Popen(list(map(str, command)), preexec_fn=enter, stdout=context.log, stderr=context.log)
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    return time.perf_counter() - begin, child.returncode, used.ru_maxrss * 1024


def last_line(out):
    lines = pathlib.Path(out, "metrics.jsonl").read_text().splitlines()
    return json.loads(lines[-1]) if lines else {}


def rows(context, limit):
    steps = 200
    slices = 2 * LIMIT // (SIDE * SIDE * BYTES_PER_PIXEL)
    size = slices * SIDE * SIDE * BYTES_PER_PIXEL
    with tempfile.TemporaryDirectory(prefix="facet_bench_") as folder:
        folder = pathlib.Path(folder)
        store = context.inputs.store(folder / "store", slices, SIDE)
        seconds, code, peak = train(context, store, folder / "free", steps)
        if code != 0:
            raise RuntimeError(f"training on a store of {size >> 20} MiB ended with code {code}")
        yield limit("peak memory of training over the size of its store", max(peak - size, 1), "bytes", 2 * GIB, ours_peak=peak)
        try:
            group = Cgroup(LIMIT)
        except OSError:
            enter = lambda: resource.setrlimit(resource.RLIMIT_DATA, (LIMIT, LIMIT))  # noqa: E731
            limited, code, _ = train(context, store, folder / "limited", steps, enter)
            yield {"name": f"store of {size >> 20} MiB, private memory limited to {LIMIT >> 20} MiB (no cgroup to be had)", "ours": limited, "peer": seconds,
                   "unit": "s", "ratio": seconds / limited, "target": None, "met": code == 0}
            return
        try:
            limited, code, _ = train(context, store, folder / "limited", steps, group.enter)
            same = code == 0 and same_weights(folder / "free", folder / "limited")
            yield {"name": f"store of {size >> 20} MiB trains in {LIMIT >> 20} MiB, against without limit", "ours": limited, "peer": seconds, "unit": "s",
                   "ratio": seconds / limited, "target": None, "met": same, "ours_peak": group.peak(), "peer_peak": peak}
        finally:
            group.close()


def same_weights(a, b):
    """The runs ended with the same bits: the limit changed nothing but time."""
    files = [sorted(pathlib.Path(run, "checkpoints").glob("*.safetensors")) for run in (a, b)]
    return bool(files[0]) and [f.name for f in files[0]] == [f.name for f in files[1]] and all(x.read_bytes() == y.read_bytes() for x, y in zip(*files))
