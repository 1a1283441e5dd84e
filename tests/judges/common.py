"""What the judges share: where the emitted files are, and how a verdict is given."""

import json
import os
import re
import sys
from pathlib import Path

PLACEHOLDER = re.compile(r"\$\{([A-Za-z0-9_]+)\}")


def templates(out):
    """All templates below the folder."""
    return sorted(Path(out).rglob("*.template.json"))


def machines(out):
    """All state machines below the folder."""
    return sorted(Path(out).rglob("*.asl.json"))


def read(path):
    """The content of a JSON file; a key that stands twice in an object is an error."""

    def unique(pairs):
        keys = [key for key, _ in pairs]
        for key in keys:
            if keys.count(key) > 1:
                raise ValueError(f"{path}: key {key!r} stands twice in one object")
        return dict(pairs)

    return json.loads(Path(path).read_text(encoding="utf-8"), object_pairs_hook=unique)


def walk(value, place=""):
    """Every value inside of a JSON value, with its place."""
    yield place, value
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from walk(inner, f"{place}/{key}")
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            yield from walk(inner, f"{place}/{at}")


def verdict(judge, counts, findings):
    """Prints the findings, notes what was judged, and ends the process. Nothing judged is a failure."""
    for finding in findings:
        print(finding)
    failed = bool(findings)
    with open(os.environ["JUDGES_COUNTS"], "a", encoding="utf-8") as file:
        for what, count in counts.items():
            print(f"{judge}: {count} {what} judged", file=file)
            if count == 0:
                print(f"{judge}: no {what} to judge")
                failed = True
    print(f"{judge}: {len(findings)} findings")
    sys.exit(1 if failed else 0)
