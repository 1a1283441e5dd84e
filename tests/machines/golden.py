"""The golden files: one for each plan of a platform, in which each scenario is a block. `DRC_BLESS=1` writes them anew."""

import difflib
import os
from pathlib import Path

GOLDEN = Path(__file__).parent / "golden"
# Of a difference, so many lines are shown.
SHOWN = 60


def compare(platform, tests):
    """Findings where the machines of a platform do not do what the golden files say."""
    folder, wanted, findings = GOLDEN / platform, _files(tests), []
    if os.environ.get("DRC_BLESS") == "1":
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.iterdir():
            old.unlink()
        for name, text in wanted.items():
            (folder / name).write_text(text, encoding="utf-8")
        return []
    there = {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()} if folder.is_dir() else {}
    for name in sorted(wanted.keys() | there.keys()):
        place = f"tests/machines/golden/{platform}/{name}"
        if name not in wanted:
            findings.append(f"{place} belongs to no plan")
        elif there.get(name) != wanted[name]:
            difference = difflib.unified_diff(there.get(name, "").splitlines(), wanted[name].splitlines(), place, "now", lineterm="", n=1)
            findings.append("\n".join(["the visited states are others (DRC_BLESS=1 accepts them):", *list(difference)[:SHOWN]]))
    return findings


def _files(tests):
    """The text of each file. Machines of a plan that do the same but for the names of the Regions are written once."""
    found = {}
    for test in tests:
        texts = found.setdefault(f"{test.one.plan['name']}.txt", {})
        texts.setdefault(_without_regions(test), []).append(test)
    return {name: "\n".join(_section(alike) for alike in texts.values()) for name, texts in found.items()}


def _without_regions(test):
    text = "\n".join(test.lines)
    for what in ("from", "to", "region"):
        if region := test.one.plan.get(what):
            text = text.replace(region, f"<{what}>")
    return text.replace("<from>", "<region>").replace("<to>", "<region>")


def _section(alike):
    head = [_head(test.one) for test in alike]
    return "\n".join([*head, "", *alike[0].lines, ""])


def _head(one):
    plan = one.plan
    where = f"{plan['kind']} {one.name}"
    if plan.get("from"):
        where += f", from {plan['from']} to {plan['to']}"
    return f"{where}: steps at most {plan['bound_seconds']:g} s, machine at most {one.definition['TimeoutSeconds']} s"
