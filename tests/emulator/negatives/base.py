"""How a negative test is stated."""

import dataclasses
import json
from pathlib import Path

# Name of a precondition -> the tests of it.
FOUND = {}


@dataclasses.dataclass(frozen=True)
class Negative:
    """A test: which platform is broken how, or which call is made of the deployed one."""

    rule: str
    platform: str
    what: str
    function: object
    deployed: bool


def _register(rule, platform, deployed):
    def register(function):
        FOUND.setdefault(rule, []).append(Negative(rule, platform, function.__doc__.split("\n")[0], function, deployed))
        return function

    return register


def broken(rule, platform):
    """The function breaks a copy of the platform; its deployment must fail."""
    return _register(rule, platform, False)


def refused(rule, platform):
    """The function gets the deployer of a deployed platform and makes a call, which must fail."""
    return _register(rule, platform, True)


class Copy:
    """A copy of a compiled platform that can be broken."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.manifest = json.loads((self.folder / "manifest.json").read_text(encoding="utf-8"))
        self.templates = {}
        for phase in self.manifest["phases"]:
            for step in phase["stacks"].values():
                path = step["template"]
                self.templates[path] = json.loads((self.folder / path).read_text(encoding="utf-8"))

    # ---- the content

    def resources(self, kind, region=None):
        """The properties of every resource of a type, in the templates of all phases; at least one there must be."""
        found = []
        for path, template in self.templates.items():
            if region in (None, path.split("/")[0]):
                found += [resource["Properties"] for resource in template["Resources"].values() if resource["Type"] == kind]
        if not found:
            raise ValueError(f"no {kind} in {region or 'any Region'}: the negative test breaks nothing")
        return found

    def whole(self, kind):
        """Every resource of a type with all that stands beside its properties; at least one there must be."""
        found = [resource for template in self.templates.values() for resource in template["Resources"].values() if resource["Type"] == kind]
        if not found:
            raise ValueError(f"no {kind}: the negative test breaks nothing")
        return found

    def without(self, kind, region):
        """Takes all resources of a type out of a Region's templates, and what refers to them out of the outputs."""
        self.resources(kind, region)
        for path, template in self.templates.items():
            if path.split("/")[0] != region:
                continue
            gone = {name for name, resource in template["Resources"].items() if resource["Type"] == kind}
            template["Resources"] = {name: resource for name, resource in template["Resources"].items() if name not in gone}
            for resource in template["Resources"].values():
                if "DependsOn" in resource:
                    resource["DependsOn"] = [name for name in resource["DependsOn"] if name not in gone]

    # ---- the order

    def first(self, *stacks):
        """These stacks are deployed first, one after the other, in this order."""
        phase = self.manifest["phases"][0]
        known = {stack for wave in phase["waves"] for stack in wave}
        if missing := set(stacks) - known:
            raise ValueError(f"{', '.join(sorted(missing))} are not in phase 1: the negative test breaks nothing")
        rest = [[stack for stack in wave if stack not in stacks] for wave in phase["waves"]]
        phase["waves"] = [[stack] for stack in stacks] + [wave for wave in rest if wave]

    def write(self, folder):
        """The broken platform as a folder."""
        folder = Path(folder)
        for path, template in self.templates.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(json.dumps(template), encoding="utf-8")
        for plan in self.manifest["plans"]:
            (folder / plan["definition"]).parent.mkdir(parents=True, exist_ok=True)
            (folder / plan["definition"]).write_text((self.folder / plan["definition"]).read_text(encoding="utf-8"), encoding="utf-8")
        for archive in self.manifest.get("archives", {}).values():
            (folder / archive["file"]).parent.mkdir(parents=True, exist_ok=True)
            (folder / archive["file"]).write_bytes((self.folder / archive["file"]).read_bytes())
        (folder / "manifest.json").write_text(json.dumps(self.manifest), encoding="utf-8")


def values(deployer, engine, kind):
    """Region and physical id of every deployed resource of a type."""
    found = [(stack.region, resource.physical_id) for stack in engine.stacks.values() for resource in stack.resources.values() if resource.type == kind]
    if not found:
        raise ValueError(f"no {kind} is deployed: the negative test breaks nothing")
    return found
