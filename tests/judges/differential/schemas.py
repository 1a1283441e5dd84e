"""cfn-lint as a library: its schemas, and its verdict about many resources at once."""

import functools
import json
import logging

from cfnlint.config import _DEFAULT_RULESDIR, ConfigMixIn
from cfnlint.decode.decode import decode_str
from cfnlint.rules import Rules
from cfnlint.runner import run_template_by_data
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER as MANAGER

# Debug lines of cfn-lint are no verdict.
logging.getLogger("cfnlint").setLevel(logging.ERROR)

# The rules that both sides judge.
RULES = (
    "E3002 E3003 E3006 E3012 E3014 E3017 E3018 E3020 E3021 E3030 E3031 E3032 E3033 E3034 E3037 E3040 E3058"
).split()
# What hands these rules the resources, and what decides formats inside of an `anyOf`.
CARRIERS = ["E1001", "E1101", "E3001", "E1103"]

# Region lists of cfn-lint that are byte copies of that of us-east-1: they say nothing about their Region.
PRIMARY = "us-east-1"


@functools.cache
def regions():
    """Each Region of which the types are known, with their set."""
    folder = MANAGER._providers_dir
    lists = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json")) if path.stem != "sam"}
    known = {region: frozenset(types) for region, types in lists.items() if region == PRIMARY or types != lists[PRIMARY]}
    return known


@functools.cache
def types():
    """Every type that exists in a Region, with one Region where it does: us-east-1 if it can be."""
    order = [PRIMARY, *(region for region in regions() if region != PRIMARY)]
    homes = {}
    for region in order:
        for name in regions()[region]:
            homes.setdefault(name, region)
    return dict(sorted(homes.items()))


@functools.cache
def schema(name):
    """The schema of a type as cfn-lint applies it: with its own patches."""
    return MANAGER.get_resource_schema(types()[name], name).schema


@functools.cache
def _rules():
    every = Rules.create_from_directory(_DEFAULT_RULESDIR)
    formats = [name for name, rule in every.items() if "E1103" in rule.parent_rules]
    return Rules({name: every[name] for name in [*RULES, *CARRIERS, *formats]})


def judge(region, resources):
    """What the rules say about each of the resources (logical id: resource) in a Region: pairs of rule and message."""
    rules = _rules()
    # cfn-lint registers E3040 for `*`, but what hands out the properties compares whole paths, so 1.58.0 never runs it.
    # Registered for each path that can be read only, the rule is what it means to be.
    rules["E3040"].keywords = sorted({path for resource in resources.values() for path in _read_only(resource["Type"])})
    text = json.dumps({"AWSTemplateFormatVersion": "2010-09-09", "Resources": resources}, indent=0)
    template, errors = decode_str(text)
    if errors:
        raise ValueError(f"cfn-lint does not read the template: {errors[0].message}")
    found = {name: [] for name in resources}
    for match in run_template_by_data(template, ConfigMixIn([], regions=[region]), rules):
        path = list(match.path)
        if match.rule.id in RULES:
            if len(path) < 2 or path[1] not in found:
                raise ValueError(f"{match.rule.id} is about no resource: {match.message}")
            found[path[1]].append((match.rule.id, match.message))
        elif match.rule.id.startswith("E0"):
            raise ValueError(f"cfn-lint fails: {match.message}")
    return found


@functools.cache
def _read_only(name):
    if name not in types():
        return ()
    pointers = schema(name).get("readOnlyProperties", [])
    return tuple(f"Resources/{name}/Properties/{pointer.removeprefix('/properties/')}" for pointer in pointers)
