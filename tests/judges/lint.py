"""cfn-lint over every template, each for its own Region, with the exceptions of one file."""

import collections
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from common import templates, verdict


def exceptions(path):
    """The rules that are not applied, with their reasons."""
    rules = {}
    for line in Path(path).read_text(encoding="utf-8").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        found = re.fullmatch(r"([EWI]\d{4})\s+(\S.{9,})", line)
        if not found:
            sys.exit(f"{path}: not `RULE reason`: {line}")
        if found[1] in rules:
            sys.exit(f"{path}: {found[1]} stands there twice")
        rules[found[1]] = found[2]
    return rules


def run(region, files, options):
    """One run; a configuration of the user or of a folder above must not soften it, so it runs in an empty home."""
    program = Path(sys.executable).with_name("cfn-lint")
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "HOME": home}
        command = [program, "-c", "I", *options, "-r", region, "-t", *map(str, files)]
        return subprocess.run(command, cwd=home, env=environment, capture_output=True, text=True, check=False)


def main(out, exceptions_file):
    ignored = exceptions(exceptions_file)
    groups = collections.defaultdict(list)
    for path in templates(out):
        groups[path.parent.name].append(path.resolve())
    findings, hits = [], set()
    for region, files in sorted(groups.items()):
        ignore = ["-i", *ignored] if ignored else []
        result = run(region, files, ["--format", "parseable", *ignore])
        # 0 is clean; a crash ends with a code that is no sum of 2, 4 and 8, or without a line of output.
        if result.returncode != 0:
            lines = (result.stdout + result.stderr).strip().splitlines() or ["no output"]
            findings.append(f"cfn-lint exits {result.returncode} for {region}:")
            findings.extend(f"  {line.removeprefix(str(Path(out).resolve()) + '/')}" for line in lines)
        if ignored:
            everything = run(region, files, ["--format", "json"])
            hits.update(found["Rule"]["Id"] for found in json.loads(everything.stdout or "[]"))
    findings.extend(f"{exceptions_file}: {rule} is never hit; remove it" for rule in ignored if rule not in hits)
    verdict("cfn-lint", {"templates": sum(map(len, groups.values()))}, findings)


if __name__ == "__main__":
    main(*sys.argv[1:])
