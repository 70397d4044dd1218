"""Where and on what the figures were measured."""
import datetime
import os
import pathlib
import subprocess


def output(*command):
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def processor():
    for text in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if text.startswith("model name"):
            return text.split(":", 1)[1].strip()
    return "unknown processor"


def about():
    here = pathlib.Path(__file__).parent
    return {
        "date": datetime.datetime.now().astimezone().isoformat(timespec="seconds"),
        "commit": output("git", "-C", str(here), "describe", "--always", "--dirty"),
        "processor": processor(),
        "threads": int(os.environ.get("FACET_BENCH_THREADS", os.cpu_count())),
        "memory": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        "clock": os.environ.get("FACET_BENCH_CLOCK", "wall"),
        "load_before": os.getloadavg()[0],
    }


def sentence(a):
    busy = "" if a["load_before"] < 0.5 else f"; the machine was NOT idle (load {a['load_before']:.1f})"
    return f"{a['date'][:16]}, commit {a['commit']}, {a['processor']}, {a['threads']} threads, {a['clock']} clock{busy}"
