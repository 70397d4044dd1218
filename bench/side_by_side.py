"""Lets two benchmark workers take turns and prints one JSON line: medians and their ratio.

Usage: side_by_side.py ROUNDS OURS... -- PEER...
"""
import json
import statistics
import subprocess
import sys


class Worker:
    def __init__(self, command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def expect(self):
        line = self.process.stdout.readline().strip()
        if not line:
            sys.exit(f"the worker `{' '.join(self.process.args)}` stopped without an answer")
        return line

    def round(self):
        self.process.stdin.write("go\n")
        self.process.stdin.flush()
        return float(self.expect())


def main():
    rounds = int(sys.argv[1])
    split = sys.argv.index("--")
    workers = [Worker(sys.argv[2:split]), Worker(sys.argv[split + 1:])]
    for worker in workers:
        while worker.expect() != "ready":
            pass
    seconds = ([], [])
    for i in range(rounds):
        for w in (0, 1) if i % 2 == 0 else (1, 0):
            seconds[w].append(workers[w].round())
    for worker in workers:
        worker.process.stdin.close()
        worker.process.wait()
    ours, peer = (statistics.median(s) for s in seconds)
    print(json.dumps({"ours": ours, "peer": peer, "ratio": peer / ours, "rounds": rounds,
                      "ours_spread": [min(seconds[0]), max(seconds[0])], "peer_spread": [min(seconds[1]), max(seconds[1])]}))


main()
