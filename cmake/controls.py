"""Verdicts of the demo's two controls, printed and written beside the evaluation as control.json.

    controls.py null EVALUATION.json              nothing is broken: what a network finds is a leak
    controls.py sham EVALUATION.json CASES        unbroken vertebrae that only look suspicious: how often they are called broken
"""
import csv
import json
import pathlib
import sys


def verdict(met, promise):
    print(f"control {'HOLDS' if met else 'DOES NOT HOLD'}: {promise}\n")
    return met


def null_control(evaluation, _):
    within, alone = evaluation["vertebra"]["within_level_roc_auc"], evaluation["vertebra"]["level_only_roc_auc"]
    network, position = evaluation["pixel"]["pr_auc"]["value"], evaluation["trivial"]["position"]["pr_auc"]["value"]
    low, high = within["interval"]["low"], within["interval"]["high"]
    print(f"vertebra ROC-AUC within levels {within['value']:.3f} [{low:.3f}, {high:.3f}], of level alone {alone['value']:.3f}, "
          f"of the network over all levels {evaluation['vertebra']['roc_auc']['value']:.3f}")
    print(f"pixel PR-AUC {network:.4f}, {network / position:.2f} times the position scorer's {position:.4f}")
    met = low <= 0.5 <= high and network <= 1.2 * position
    verdict(met, "vertebra ROC-AUC within levels has an interval containing 0.5, pixel PR-AUC is at most 1.2 times the position scorer's")
    return {"within_level_roc_auc": within, "level_only_roc_auc": alone, "pixel_pr_auc": network, "position_pr_auc": position, "met": met}


def sham_control(evaluation, cases):
    with open(pathlib.Path(cases) / "vertebrae.csv") as file:
        shown = {(row["patient"], row["vertebra"]): row["shown"] for row in csv.DictReader(file)}
    threshold = evaluation["vertebra"]["threshold"]["value"]
    right = {}  # kind -> level -> whether each was called unbroken
    with open(pathlib.Path(sys.argv[2]).parent / "scores.csv") as file:
        for row in csv.DictReader(file):
            if row["level"] == "vertebra" and row["score"]:
                kind = right.setdefault(shown[row["patient"], row["vertebra"]], {})
                kind.setdefault(row["vertebra"], []).append(float(row["score"]) < threshold)
    result = {}
    for kind, levels in sorted(right.items()):
        called = sum(levels.values(), [])
        result[kind] = {"specificity": sum(called) / len(called), "unbroken_called_unbroken": sum(called), "n": len(called)}
        print(f"specificity on {kind} vertebrae {result[kind]['specificity']:.3f} ({sum(called)} of {len(called)})")
    # Shams stand where fractures are frequent, and a network may know where that is: plain vertebrae, weighted as shams are over the levels.
    plain, sham = right["plain"], right["sham"]
    both = [level for level in sham if level in plain]
    alike = sum(len(sham[level]) * sum(plain[level]) / len(plain[level]) for level in both) / sum(len(sham[level]) for level in both)
    result["plain"]["specificity_at_sham_levels"] = alike
    print(f"specificity on plain vertebrae, weighted as shams are over the levels, {alike:.3f}")
    met = result["sham"]["specificity"] >= result["plain"]["specificity"] - 0.1
    verdict(met, "specificity on sham vertebrae is within 0.1 of that on plain ones, at the demo's own vertebra threshold")
    return {"threshold": threshold, "by_kind": result, "met": met}


def main():
    kind, path = sys.argv[1], pathlib.Path(sys.argv[2])
    evaluation = json.loads(path.read_text())
    result = {"null": null_control, "sham": sham_control}[kind](evaluation, sys.argv[3] if len(sys.argv) > 3 else None)
    (path.parent / "control.json").write_text(json.dumps(result, indent=1) + "\n")


main()
