"""The protocol of a benchmark worker: `ready`, one answer in seconds per unit for every line read, and at the end one JSON line."""
import json
import os
import resource
import sys
import time

THREADS = int(os.environ.get("FACET_BENCH_THREADS", os.cpu_count()))
now = time.process_time if os.environ.get("FACET_BENCH_CLOCK") == "cpu" else time.perf_counter  # as in ../support/serve.hpp


def peak_memory():
    """Bytes, of this process and the largest of its children."""
    return 1024 * sum(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def serve(round_, warmup=1, mode="", values=None):
    """`mode` names the mode that was found fastest; `values` are results for the driver to compare."""
    for _ in range(warmup):
        round_()
    print("ready", flush=True)
    for _ in sys.stdin:
        print(f"{round_():.9g}", flush=True)
    print(json.dumps({"peak": peak_memory(), "mode": mode, "values": values or {}}), flush=True)
