"""A platform, deployed on the emulator: its machines as AWS would hold them, and everything that stands beside them."""

import contextlib
import dataclasses
import json
import sys
import tomllib
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "emulator"))

import permissions  # noqa: E402
from calls import ACCOUNT, partition  # noqa: E402
from gaps import Gap  # noqa: E402
from platform_test import ready  # noqa: E402
from world import world  # noqa: E402

from services.world import Thing  # noqa: E402

EXISTING = tomllib.loads((Path(__file__).parent / "existing.toml").read_text(encoding="utf-8"))


@dataclasses.dataclass
class Deployed:
    """One machine: `plan` is its row of the manifest."""

    arn: str
    region: str
    definition: dict
    plan: dict

    @property
    def name(self):
        return self.plan["definition"].removesuffix(".asl.json")


@dataclasses.dataclass
class Platform:
    """A platform in an account."""

    name: str
    manifest: dict
    things: list
    machines: list
    engine: object


def _thing(region, resource):
    attributes = {key: str(value) for key, value in resource.attributes.items()}
    if resource.type.endswith("::DBCluster") and "DBClusterArn" not in attributes:
        attributes["DBClusterArn"] = f"arn:{partition(region)}:rds:{region}:{ACCOUNT}:cluster:{resource.physical_id}"
    return Thing(resource.type, region, resource.physical_id, resource.properties, attributes)


@dataclasses.dataclass
class _Existing:
    type: str
    physical_id: str
    properties: dict
    attributes: dict


def _plan(manifest, region, arn):
    """The row of the manifest: its definition has the machine's name at the end."""
    rows = [row for row in manifest["plans"] if row["region"] == region]
    name = arn.rsplit(":", 1)[-1]
    found = [row for row in rows if _matches(row["definition"], name)]
    # A name can end with another one: the longest is meant.
    return max(found, key=lambda row: len(row["definition"]))


def _matches(definition, name):
    stem = definition.rsplit("/", 1)[-1].removesuffix(".asl.json")
    return f"-{stem}-" in f"-{name}-" or f"-{stem.replace('_', '-')}-" in f"-{name}-"


@contextlib.contextmanager
def platform(folder):
    """Deploys a compiled folder; the account is there while it lasts."""
    folder = Path(folder)
    with world() as engine:
        deployer = ready(folder, engine)
        deployer.deploy()
        things = [_thing(stack.region, resource) for stack in engine.stacks.values() for resource in stack.resources.values()]
        for row in EXISTING.get(folder.name, []):
            things.append(_thing(row["region"], _Existing(row["type"], row["id"], row["properties"], {})))
        machines = [
            Deployed(arn, region, definition, _plan(deployer.manifest, region, arn))
            for arn, region, _, definition in permissions.machines(engine)
        ]
        told, wanted = sorted(machine.name for machine in machines), sorted(row["definition"].removesuffix(".asl.json") for row in deployer.manifest["plans"])
        if told != wanted:
            raise Gap(f"the manifest has the plans {wanted}, and {told} was deployed")
        yield Platform(folder.name, deployer.manifest, things, machines, engine)


def by_region(machines):
    """In a fixed order."""
    return sorted(machines, key=lambda machine: (machine.plan["name"], machine.name))


def dump(value):
    """JSON that is the same each time."""
    return json.dumps(value, sort_keys=True)
