"""cfn-lint over every template, each for its own Region, with the exceptions of one file."""

import collections
import fnmatch
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from common import templates, verdict


def exceptions(path):
    """The rules that are not applied, each with the Regions where it is not: a pattern."""
    rules = []
    for line in Path(path).read_text(encoding="utf-8").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        found = re.fullmatch(r"([EWI]\d{4})(?:@(\S+))?\s+(\S.{9,})", line)
        if not found:
            sys.exit(f"{path}: not `RULE reason` or `RULE@REGIONS reason`: {line}")
        rule = (found[1], found[2] or "*")
        if rule in rules:
            sys.exit(f"{path}: {found[1]} stands there twice")
        rules.append(rule)
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
        here = [rule for rule, regions in ignored if fnmatch.fnmatchcase(region, regions)]
        ignore = ["-i", *here] if here else []
        result = run(region, files, ["--format", "parseable", *ignore])
        # 0 is clean; a crash ends with a code that is no sum of 2, 4 and 8, or without a line of output.
        if result.returncode != 0:
            lines = (result.stdout + result.stderr).strip().splitlines() or ["no output"]
            findings.append(f"cfn-lint exits {result.returncode} for {region}:")
            findings.extend(f"  {line.removeprefix(str(Path(out).resolve()) + '/')}" for line in lines)
        if here:
            everything = run(region, files, ["--format", "json"])
            hit = {found["Rule"]["Id"] for found in json.loads(everything.stdout or "[]")}
            hits.update((rule, regions) for rule, regions in ignored if rule in hit and fnmatch.fnmatchcase(region, regions))
    findings.extend(f"{exceptions_file}: {rule} is never hit in {regions}; remove it" for rule, regions in ignored if (rule, regions) not in hits)
    verdict("cfn-lint", {"templates": sum(map(len, groups.values()))}, findings)


if __name__ == "__main__":
    main(*sys.argv[1:])
