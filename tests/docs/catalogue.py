"""docs/catalogue.md: every policy with its header, its page and its proofs, gathered from the sources.

    catalogue.py --write     write the page anew
    catalogue.py             fail where the page is not current, or a policy has no page, no test of its own or no doc comment
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
INCLUDE, TESTS = ROOT / "include/facet", ROOT / "tests"
PAGE = ROOT / "docs/catalogue.md"
SLOTS = ["input", "size", "sampler", "slice_key", "prior", "augment", "augment_op", "model", "layer", "target", "loss", "extent", "metrics", "metric", "match", "monitor", "threshold",
         "operating_point", "postprocess", "optimizer", "schedule", "precision", "budget", "split", "residency", "callback", "labels", "levels", "crop", "slices", "scale"]
PARTS = {"slice_key": "rules of `sampler::weighted`", "augment_op": "operations of `augment::chain`", "layer": "layers of models", "extent": "what a loss counts over",
         "metric": "metrics of `metric::set`", "match": "matching rules of lesions"}
# Pages whose tables leave the namespace out.
HOME = {"activation": "model", "norm": "model", "dropout": "model", "upsample": "model", "augment::nnunet": "augment", "residency": "engine", "precision": "engine", "monitor": "engine", "callback": "engine",
        "labels": "own_data", "crop": "own_data", "slices": "own_data", "scale": "own_data", "by": "sampler", "prior": "sampler", "per": "loss", "target": "loss", "match": "metric"}
STRUCT = re.compile(r"((?:^[ \t]*///[^\n]*\n)+)(?:^[ \t]*template <[^\n]*>\s*\n?)?^[ \t]*(?:template <[^\n]*> )?struct (\w+)(?: final)?(?: : [^{\n]*)? \{(.*?)^\};", re.M | re.S)


def first_sentence(comment):
    text = " ".join(line.strip().removeprefix("///").strip() for line in comment.strip().splitlines())
    return re.split(r"(?<=[.:;])\s", text.strip())[0].rstrip(".:;").replace("|", "\\|")


def policies():
    for header in sorted(INCLUDE.rglob("*.hpp")):
        text = header.read_text()
        for comment, name, body in STRUCT.findall(text):
            role = re.search(r"using role = facet::role::(\w+);", body)
            if role is None:
                continue
            before = text[:text.index(f"struct {name} ")]
            spaces = []
            for opened, _ in re.findall(r"^(?:(?:inline )?namespace ([\w:]+) \{|(\}) // namespace)", before, re.M):
                if opened:
                    spaces.append(opened)
                else:
                    spaces.pop()
            space = "::".join(spaces).removeprefix("facet").removeprefix("::")
            space = "by" if space == "sampler::by" else space # as users write it
            if "none" not in (name, space):
                yield role[1], f"{space}::{name}" if space else name, header, first_sentence(comment)


def mentions(name, files):
    word = re.compile(r"(?<!\w)" + re.escape(name) + r"\b(?!::)")
    return [f for f, text in files if word.search(text)]


def pages_of(name, files):
    """Those that name it in full, and the page of its namespace, whose tables leave that out."""
    space, _, short = name.rpartition("::")
    bare = re.compile(r"`" + re.escape(short) + r"\b")
    in_full = mentions(name, files)
    home = HOME.get(space, space)
    own = [f for f, text in files if f.stem == home and bare.search(text)]
    return sorted({*in_full, *own}, key=lambda f: (f.stem != home, f.parent.name != "policies", f.name != "policies.md", f.name))


def sources(folder, pattern):
    return [(f, f.read_text()) for f in sorted(folder.rglob(pattern))]


def page():
    tests = [(f, t) for f, t in sources(TESTS, "*.cpp") if "compile_fail" not in f.parts and "package" not in f.parts]
    mistakes = sources(TESTS / "compile_fail", "*.cpp")
    docs = [(f, t) for f, t in sources(ROOT / "docs", "*.md") if f not in (PAGE, ROOT / "docs/mistakes.md")]
    found = {}
    for role, name, header, text in policies():
        found.setdefault(role, {}).setdefault(name, (header, text))
    faults = []
    out = ["# Catalogue", "", "Every policy, where it stands, and what proves it. Gathered from the sources by `tests/docs/catalogue.py`; the test `docs.catalogue` fails where it is not current.",
           "Tests under `golden` compare with values that another library computed (`tests/golden`). Mistakes are programs that must not compile, with the sentence they print ([all of them](mistakes.md)).", ""]
    for role in SLOTS:
        if role not in found:
            continue
        out += [f"## {role}" + (f": {PARTS[role]}" if role in PARTS else ""), "", "| policy | meaning | page | tests | mistakes |", "|---|---|---|---|---|"]
        for name, (header, text) in sorted(found[role].items()):
            preferred = pages_of(name, docs)
            where = mentions(name, tests)
            golden = [f for f in where if "golden" in f.name]
            proofs = golden + [f for f in where if f not in golden]
            wrong = mentions(name, mistakes)
            if not preferred:
                faults.append(f"{name} is on no page of docs/")
            if not where:
                faults.append(f"{name} is in no test")
            shown = ", ".join(f"`{f.relative_to(TESTS).with_suffix('')}`" for f in proofs[:3]) + (f" and {len(proofs) - 3} more" if len(proofs) > 3 else "")
            doc = f"[{preferred[0].stem}]({preferred[0].relative_to(ROOT / 'docs')})" if preferred else ""
            out.append(f"| [`{name}`](../{header.relative_to(ROOT)}) | {text} | {doc} | {shown} | {', '.join(f'`{f.stem}`' for f in wrong[:4])}{' ...' if len(wrong) > 4 else ''} |")
        out.append("")
    for role in found:
        if role not in SLOTS:
            faults.append(f"role {role} is not in the list of this script")
    return "\n".join(out).rstrip() + "\n", faults


text, faults = page()
if "--write" in sys.argv[1:]:
    PAGE.write_text(text)
elif not PAGE.exists() or PAGE.read_text() != text:
    faults.append("docs/catalogue.md is not current; run tests/docs/catalogue.py --write")
for fault in faults:
    print(fault)
sys.exit(1 if faults else 0)
