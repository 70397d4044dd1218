"""Lets two benchmark workers take turns, so that a noisy minute hits both, and compares them.

A worker says `ready`, then answers every line it reads with seconds per unit, and at the end of its input with one JSON line: its peak
memory, the mode it chose and values to compare.
"""
import json
import statistics
import subprocess


class Worker:
    def __init__(self, command, log):
        self.command = [str(c) for c in command]
        self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True)

    def expect(self):
        line = self.process.stdout.readline().strip()
        if not line:
            raise RuntimeError(f"the worker `{' '.join(self.command)}` stopped without an answer")
        return line

    def wait_ready(self):
        while self.expect() != "ready":
            pass

    def round(self):
        self.process.stdin.write("go\n")
        self.process.stdin.flush()
        return float(self.expect())

    def end(self):
        self.process.stdin.close()
        last = json.loads(self.expect())
        self.process.wait()
        return last


def compare(ours, peer, rounds, log=None):
    """Medians of `rounds` alternating rounds, their ratio, and its spread over the pairs. The peer is made ready first, alone, because
    it looks for its best mode then."""
    workers = []
    for command in (peer, ours):
        workers.insert(0, Worker(command, log))
        workers[0].wait_ready()
    seconds = ([], [])
    for i in range(rounds):
        for w in (0, 1) if i % 2 == 0 else (1, 0):
            seconds[w].append(workers[w].round())
    ends = [worker.end() for worker in workers]
    ratios = [b / a for a, b in zip(*seconds)]
    a, b = (statistics.median(s) for s in seconds)
    return {"ours": a, "peer": b, "ratio": b / a, "ratio_spread": [min(ratios), max(ratios)], "rounds": rounds,
            "ours_peak": ends[0]["peak"], "peer_peak": ends[1]["peak"], "peer_mode": ends[1]["mode"],
            "values": [e["values"] for e in ends]}
