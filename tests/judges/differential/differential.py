"""drc against cfn-lint, on resources made from the schemas that both read: what one refuses, the other must refuse, and nothing else.

Differences that have a reason stand in docs/schema-differences.md; any other one fails the run.
"""

import argparse
import collections
import functools
import json
import multiprocessing
import os
import random
import sys
import tempfile
import time
from pathlib import Path

import cases as make
import differences
import drfile
import schemas
from cloudformation_validate import SchemaValidator

# What of drc says the same as a rule. Where a choice of branches fails, drc tells what the nearest branch lacks.
ANY = {"DR0514", "DR0515", "DR0516", "DR0517", "DR0518", "DR0519", "DR0520", "DR0526"}
CODES = {
    "E3002": ANY - {"DR0515"}, "E3003": {"DR0515", "DR0520"}, "E3006": {"DR0512", "DR0513"}, "E3012": {"DR0516"},
    "E3014": {"DR0520"}, "E3017": ANY, "E3018": ANY, "E3020": {"DR0520"}, "E3021": {"DR0520"}, "E3030": {"DR0517"}, "E3031": {"DR0519"},
    "E3032": {"DR0518"}, "E3033": {"DR0518"}, "E3034": {"DR0518"}, "E3037": {"DR0526"}, "E3040": {"DR0521"}, "E3058": {"DR0520"},
}  # fmt: skip
COMPARED = ANY | {"DR0512", "DR0513", "DR0521"}
OUTCOMES = ["both accept", "both refuse", "other code", "cfn-lint only", "drc only"]
# Resources of one template, and types of one task.
BATCH = 60


def outcome(case):
    """How the two verdicts relate."""
    rules, codes = {rule for rule, _ in case.rules}, {code for code, _ in case.codes} & COMPARED
    if not rules or not codes:
        return "both accept" if not rules and not codes else "cfn-lint only" if rules else "drc only"
    return "both refuse" if any(CODES[rule] & codes for rule in rules) else "other code"


def batches(items, region):
    """The items by Region, some at a time."""
    groups = collections.defaultdict(list)
    for item in items:
        groups[region(item)].append(item)
    return [(name, group[at : at + BATCH]) for name, group in sorted(groups.items()) for at in range(0, len(group), BATCH)]


def lint(task):
    """cfn-lint about a batch."""
    region, resources = task
    said = schemas.judge(region, {f"C{at}": {"Type": kind, "Properties": properties} for at, (kind, properties) in enumerate(resources)})
    return [said[f"C{at}"] for at in range(len(resources))]


def collect(options, pool, named):
    """All cases, the types without a base, and what was skipped, counted."""
    seed, rng = options.seed, random.Random(f"{options.seed}/cases")
    names = list(schemas.types()) if options.all else make.sample_types(seed, options.types)
    settled = {}
    tasks = [(seed, region, group) for region, group in batches(names, schemas.types().get)]
    for part in pool.imap(make.settle, tasks):
        settled.update(part)
    without = [name for name in names if (name, "minimal") not in settled]
    valid, changed, skipped = [], [], collections.Counter()
    for name in names:
        attempts = {size: settled[name, size] for size in make.ATTEMPTS if (name, size) in settled}
        valid.extend(make.valid(seed, name, attempts) if options.all else make.valid(seed, name, attempts)[:1])
        found, left = make.changes(seed, name, attempts)
        # A full run takes a few places of each kind in each type, and every place in the types that the table of differences names.
        some = options.all and name not in named
        changed.extend(make.spread(rng, found, options.each * len({(case.rule, case.what) for case in found})) if some else found)
        skipped.update(left)
    other = list(make.misspelt(rng, names if options.all else rng.sample(names, 40)))
    for region in schemas.regions():
        for name, what in make.elsewhere(rng, settled, region, *((60, 30) if options.all else (2, 1))):
            properties = make.base(seed, name, "minimal", settled[name, "minimal"])[0]
            other.append(make.Case(name, region, "E3006", what, "", properties))
    if not options.all:
        changed = make.spread(rng, changed, max(0, options.sample - len(valid) - len(other)))
    return [*valid, *other, *changed], without, skipped


def judge(cases, drc, pool, folder):
    """Both verdicts for every case."""
    parts = batches(cases, lambda case: case.region)
    verdicts = pool.imap(lint, [(region, [(case.kind, case.properties) for case in part]) for region, part in parts])
    groups = collections.defaultdict(list)
    for case in cases:
        groups[case.region].append(case)
    for region, group in groups.items():
        lines = [drfile.resource(f"case{at}", case.kind, case.properties) for at, case in enumerate(group)]
        for case, found in zip(group, drfile.check(drc, region, lines, folder), strict=True):
            case.codes = found
    for (_, part), said in zip(parts, verdicts, strict=True):
        for case, rules in zip(part, said, strict=True):
            case.rules = rules


def table(cases):
    """How often each outcome is, by the rule that a case is meant to break."""
    counts = collections.defaultdict(collections.Counter)
    for case in cases:
        counts[case.rule or "valid"][outcome(case)] += 1
        counts["all"][outcome(case)] += 1
    print(f"{'rule':8}{'cases':>8}" + "".join(f"{each:>15}" for each in OUTCOMES))
    for rule in sorted(counts, key=lambda rule: (rule == "all", rule)):
        print(f"{rule:8}{sum(counts[rule].values()):8}" + "".join(f"{counts[rule][each]:15}" for each in OUTCOMES))


@functools.cache
def third():
    """AWS's own validator, which is asked where the two differ."""
    return SchemaValidator()


def show(case):
    """A case with the verdicts, in lines."""
    yield f"{case.kind} {case.place or '(whole)'} in {case.region}: {case.rule or 'valid'}, {case.what}"
    yield f"  {drfile.resource('x', case.kind, case.properties)[:1500]}"
    yield f"  cfn-lint: {'; '.join(f'{rule} {message}'[:200] for rule, message in case.rules) or 'accepts'}"
    body = json.dumps({"Resources": {"Case": {"Type": case.kind, "Properties": case.properties}}})
    said = [each for each in third().validate(body.encode(), case.region) if each.severity.name in ("ERROR", "FATAL")]
    yield f"  cloudformation-validate: {'; '.join(f'{each.rule_id} {each.message}'[:200] for each in said) or 'accepts'}"
    yield f"  drc: {'; '.join(f'{code} {message}'[:200] for code, message in case.codes) or 'accepts'}"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("drc")
    parser.add_argument("table", type=Path, help="docs/schema-differences.md")
    parser.add_argument("--sample", type=int, default=2_000, help="how many cases")
    parser.add_argument("--types", type=int, default=300, help="of how many types, at least")
    parser.add_argument("--all", action="store_true", help="all types")
    parser.add_argument("--each", type=int, default=1, help="with --all: how many places of each kind of change in a type")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--report", type=Path, help="a file for all differences, also those with a reason")
    parser.add_argument("--write-counts", action="store_true", help="with --all: write the counts into the table")
    options = parser.parse_args()
    start, known = time.time(), differences.read(options.table)
    with multiprocessing.Pool(os.cpu_count()) as pool, tempfile.TemporaryDirectory() as folder:
        cases, without, skipped = collect(options, pool, {name.strip() for row in known for name in row.kind.split(" or ")})
        print(f"{len(cases)} cases were made in {time.time() - start:.0f} s", flush=True)
        judge(cases, options.drc, pool, Path(folder))
    table(cases)
    types = {case.kind for case in cases if case.rule is None}
    print(f"{len(types)} types, seed {options.seed}, {time.time() - start:.0f} s")
    for (rule, what), count in sorted(skipped.items()):
        print(f"skipped: {rule}, {what}: {count}")
    different = [case for case in cases if outcome(case) not in ("both accept", "both refuse")]
    unexplained, hits = differences.explain(known, different, outcome, without)
    if options.report:
        options.report.write_text("\n".join(line for case in different for line in show(case)) + "\n", encoding="utf-8")
    for case in unexplained[:40]:
        print("\n".join(show(case)) if isinstance(case, make.Case) else f"{case}: no valid resource was found")
    failed = bool(unexplained)
    if options.all:
        failed |= differences.settle_counts(known, hits, options.table, options.write_counts)
    elif len(cases) < options.sample or len(types) < options.types:
        print(f"only {len(cases)} cases of {len(types)} types were made")
        failed = True
    if counts := os.environ.get("JUDGES_COUNTS"):
        with open(counts, "a", encoding="utf-8") as file:
            print(f"differential: {len(cases)} cases of {len(types)} types judged", file=file)
    print(f"differential: {len(unexplained)} findings, {len(different) - sum(isinstance(case, make.Case) for case in unexplained)} differences with a reason")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
