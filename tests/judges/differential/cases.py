"""What is judged: valid resources of every type, single changes of them, unknown types, and types in Regions that lack them."""

import random

import drfile
import schemas
from generate import make
from mutate import mutations

# How a base is sought: how much is added at random, and whether also what a choice of branches may hang on.
ATTEMPTS = {"minimal": [(0.0, False)] * 4 + [(0.4, True)] * 4, "larger": [(0.4, False)] * 3 + [(0.3, False)] * 3 + [(0.2, False)] * 3 + [(0.0, False)] * 3}
# What few schemas say; a sample takes types in which it stands.
RARE = {"E3014": "requiredXor", "E3017": "anyOf", "E3018": "oneOf", "E3020": "dependentExcluded", "E3021": "dependentRequired", "E3058": "requiredOr"}


class Case:
    """A resource in a Region, with the rule that it is meant to break (none: it is valid), and what either side says."""

    def __init__(self, kind, region, rule, what, place, properties):
        self.kind, self.region, self.rule, self.what, self.place, self.properties = kind, region, rule, what, place, properties
        self.rules, self.codes = [], []


def base(seed, name, size, attempt):
    """The properties and the maker of a base, the same for the same arguments; None if there is none."""
    more, bold = ATTEMPTS[size][attempt]
    made = make(schemas.schema(name), random.Random(f"{seed}/{name}/{size}/{attempt}"), more, bold)
    if made is None:
        return None
    try:
        drfile.resource("case", name, made[0])
    except drfile.Unwritable:
        return None
    return made


def settle(task):
    """For types of one Region: which attempt gives a base that cfn-lint accepts, for each size."""
    seed, region, names = task
    settled, todo = {}, [(name, size) for name in names for size in ATTEMPTS]
    for attempt in range(max(map(len, ATTEMPTS.values()))):
        trying = {}
        for name, size in todo:
            made = base(seed, name, size, attempt) if attempt < len(ATTEMPTS[size]) else None
            if made is not None:
                trying[f"C{len(trying)}"] = (name, size, made[0])
        if trying:
            said = schemas.judge(region, {each: {"Type": name, "Properties": properties} for each, (name, _, properties) in trying.items()})
            settled.update({(name, size): attempt for each, (name, size, _) in trying.items() if not said[each]})
        todo = [each for each in todo if each not in settled]
    return settled


def changes(seed, name, attempts):
    """The changes of the bases of a type, and how many could not be made or written, by rule and words."""
    out, skipped, seen = [], [], set()
    for size, attempt in attempts.items():
        properties, maker = base(seed, name, size, attempt)
        for each in mutations(properties, maker):
            if each.properties is None:
                skipped.append((each.rule, f"{each.what}: none was found"))
                continue
            mark = (each.rule, each.what, each.place)
            if mark in seen:
                continue
            try:
                drfile.resource("case", name, each.properties)
            except drfile.Unwritable as error:
                skipped.append((each.rule, f"{each.what}: {error}"))
                continue
            seen.add(mark)
            out.append(Case(name, schemas.types()[name], each.rule, each.what, each.place, each.properties))
    return out, skipped


def valid(seed, name, attempts):
    """The bases of a type as cases."""
    region = schemas.types()[name]
    return [Case(name, region, None, f"{size}, valid", "", base(seed, name, size, attempt)[0]) for size, attempt in attempts.items()]


def misspelt(rng, names):
    """Types that do not exist."""
    known = schemas.types()
    for name in names:
        head, last = name.rsplit("::", 1)
        for wrong in rng.sample([f"{head}::{last}s", f"{head}::{last[:-1]}", f"{head}::{last[0]}{last}", f"AWS::NoSuchService::{last}"], 1):
            if wrong not in known and len(wrong.rsplit("::", 1)[1]) > 1:
                yield Case(wrong, known[name], "E3006", "a type that does not exist", "", {})


def elsewhere(rng, settled, region, lacking, present):
    """Types in a Region: that many which it lacks, and which it has."""
    there = schemas.regions()[region]
    names = sorted(name for name, size in settled if size == "minimal")
    out = [name for name in names if name not in there]
    for name in rng.sample(out, min(lacking, len(out))):
        yield name, "a type that the Region lacks"
    has = [name for name in names if name in there]
    for name in rng.sample(has, min(present, len(has))):
        yield name, "a type that the Region has"


def sample_types(seed, count):
    """That many types, among them such as say what few schemas say."""
    rng, every = random.Random(f"{seed}/types"), list(schemas.types())
    chosen = rng.sample(every, min(count, len(every)))
    if count < len(every):
        for keyword in RARE.values():
            having = [name for name in every if has(schemas.schema(name), keyword)]
            chosen.extend(rng.sample(having, min(12, len(having))))
    return sorted(set(chosen))


def has(node, keyword):
    """Whether a keyword stands anywhere in a schema."""
    if isinstance(node, dict):
        return keyword in node or any(has(inner, keyword) for inner in node.values())
    return isinstance(node, list) and any(has(inner, keyword) for inner in node)


def spread(rng, pool, count):
    """That many cases, evenly over what they change and break."""
    groups = {}
    for case in pool:
        groups.setdefault((case.rule, case.what), []).append(case)
    for cases in groups.values():
        rng.shuffle(cases)
    out, order = [], sorted(groups, key=str)
    while len(out) < count and order:
        order = [each for each in order if groups[each]]
        out.extend(groups[each].pop() for each in order[: count - len(out)])
    return out
