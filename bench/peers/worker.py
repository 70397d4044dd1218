"""The protocol of a benchmark worker: `ready`, then one answer in seconds per unit for every line read."""
import sys


def serve(round_, warmup=1):
    for _ in range(warmup):
        round_()
    print("ready", flush=True)
    for _ in sys.stdin:
        print(f"{round_():.9g}", flush=True)
