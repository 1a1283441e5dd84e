"""Checkov over every template. A check that fires has to be answered in the table of `docs/security.md`, for the platforms where it fires;
an answer to a check that no longer fires is a finding as well."""

import collections
import concurrent.futures
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from common import read, templates, verdict

# Checkov reads one template after the other; two runs side by side take half of the time where there are two processors.
RUNS = 2
EVERYWHERE = "everywhere"


def answers(page):
    """For each check the platforms for which it is answered: `| CKV_X | what it asks | where | answer |`."""
    found = {}
    for line in Path(page).read_text(encoding="utf-8").splitlines():
        if not line.startswith("| CKV"):
            continue
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) != 4 or not re.fullmatch(r"CKV2?_[A-Z]+_\d+", cells[0]) or len(cells[3]) < 20:
            sys.exit(f"{page}: not `| CHECK | what it asks | where | answer |`: {line}")
        where = {EVERYWHERE} if cells[2] == EVERYWHERE else {name.replace("/", "-") for name in re.findall(r"`([^`]+)`", cells[2])}
        if not where or cells[0] in found:
            sys.exit(f"{page}: {cells[0]} says no place, or stands there twice")
        found[cells[0]] = where
    return found


def run(program, files):
    """One run, without a network; in an empty home, so that no configuration softens it."""
    with tempfile.TemporaryDirectory() as home:
        nowhere = "http://127.0.0.1:9"
        environment = {"PATH": os.environ["PATH"], "HOME": home, "HTTP_PROXY": nowhere, "HTTPS_PROXY": nowhere, "LOG_LEVEL": "ERROR"}
        options = ["--framework", "cloudformation", "--skip-download", "--compact", "--quiet", "--soft-fail", "--output", "json"]
        command = [program, *options, "--file", *map(str, files)]
        return subprocess.run(command, cwd=home, env=environment, capture_output=True, text=True, check=False)


def judged(result, files, findings):
    """The failed checks of a run. One that did not read every resource, or that was told to look away, is a finding."""
    try:
        report = json.loads(result.stdout)
    except json.JSONDecodeError:
        report = None
    if result.returncode != 0 or not isinstance(report, dict) or "results" not in report:
        findings.append(f"checkov exits {result.returncode}:")
        findings.extend(f"  {line}" for line in (result.stdout + result.stderr).strip().splitlines()[-20:])
        return []
    summary = report["summary"]
    expected = sum(len(read(file)["Resources"]) for file in files)
    if summary["resource_count"] != expected or summary["parsing_errors"] or summary["skipped"]:
        findings.append(f"checkov has read {summary['resource_count']} of {expected} resources: {summary}")
    return report["results"]["failed_checks"]


def main(out, page, program):
    answered, findings = answers(page), []
    out = Path(out).resolve()
    # The template of an earlier phase has less of the same: the judge of the templates sees to that.
    files = [path.resolve() for path in templates(out) if ".phase-" not in path.name]
    groups = [group for group in (files[number::RUNS] for number in range(RUNS)) if group]
    with concurrent.futures.ThreadPoolExecutor(RUNS) as pool:
        results = list(pool.map(lambda group: run(program, group), groups))
    fired = collections.defaultdict(lambda: collections.defaultdict(list))
    names, count = {}, 0
    for result, group in zip(results, groups):
        for failed in judged(result, group, findings):
            path = Path(failed["file_abs_path"]).resolve().relative_to(out)
            fired[failed["check_id"]][path.parts[0]].append(f"{path}: {failed['resource']}")
            names[failed["check_id"]] = failed["check_name"]
            count += 1
    if not findings:
        for check, platforms in sorted(fired.items()):
            where = answered.get(check, set())
            for platform, resources in sorted(platforms.items()):
                if where != {EVERYWHERE} and platform not in where:
                    findings.append(f"{check} ({names[check]}) fires in {platform}, and {page} does not answer it there:")
                    findings.extend(f"  {resource}" for resource in sorted(resources)[:3])
        for check, where in answered.items():
            gone = where - {EVERYWHERE} - fired[check].keys() if fired.get(check) else where
            findings.extend(f"{page}: {check} no longer fires: {platform}; remove it" for platform in sorted(gone))
    verdict("checkov", {"templates": len(files), "answers": len(answered), "failed checks": count}, findings)


if __name__ == "__main__":
    main(*sys.argv[1:])
