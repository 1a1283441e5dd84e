"""What all adapters share: the registry, and the way from a template's properties to an API's arguments."""

import dataclasses
import json
import tomllib
from pathlib import Path

import botocore.session
from botocore.exceptions import ClientError

from gaps import Gap

SIMULATED = tomllib.loads((Path(__file__).parent.parent / "simulated.toml").read_text(encoding="utf-8"))
_ADAPTERS = {}


@dataclasses.dataclass
class Made:
    """What `Ref` and `Fn::GetAtt` give."""

    physical_id: str
    attributes: dict = dataclasses.field(default_factory=dict)


class Adapter:
    """How one resource type is made, changed and deleted. Subclasses are found by `kind`."""

    kind = ""
    # What moto does not do for this type, and we do instead.
    adapted = ""

    def __init_subclass__(cls):
        if cls.kind:
            if cls.kind in _ADAPTERS or cls.kind in SIMULATED:
                raise ValueError(f"{cls.kind} has two adapters, or one and an entry in simulated.toml")
            _ADAPTERS[cls.kind] = cls()

    @property
    def how(self):
        return "adapted" if self.adapted else "created"

    def create(self, scope, properties):
        raise NotImplementedError

    def update(self, scope, physical_id, old, new):
        changed = sorted(key for key in {*old, *new} if old.get(key) != new.get(key))
        raise Gap(f"the adapter of {self.kind} cannot change {', '.join(changed)}")

    def delete(self, scope, physical_id, properties):
        raise NotImplementedError


class Simulated(Adapter):
    """A type that no service is asked for."""

    how = "simulated"

    def __init__(self, kind):
        self.simulated = kind

    def create(self, scope, properties):
        name = scope.name(64)
        return Made(name, {attribute: name for attribute in SIMULATED[self.simulated].get("attributes", [])})

    def update(self, scope, physical_id, old, new):
        return None

    def delete(self, scope, physical_id, properties):
        return None


def find(kind):
    """The adapter of a type. None, and no entry in simulated.toml, is a gap of the emulator and ends the run."""
    if kind in _ADAPTERS:
        return _ADAPTERS[kind]
    if kind in SIMULATED:
        return Simulated(kind)
    raise Gap(f"no adapter for {kind}, and no entry in simulated.toml")


class Given(dict):
    """The properties of a resource. `take` hands one out; what nobody took is an error of the adapter."""

    def take(self, *names, default=None):
        """The value of the first of these properties that is there, removed."""
        for name in names:
            if name in self:
                return self.pop(name)
        return default

    def done(self, kind):
        """Nothing may be left: a property that is dropped in silence would be tested by nobody."""
        if self:
            raise Gap(f"the adapter of {kind} does not know {', '.join(sorted(self))}")


def given(properties):
    return Given(properties)


_SESSION = botocore.session.get_session()
_MODELS = {}


def shape(service, operation):
    """AWS's model of the arguments of a call."""
    if service not in _MODELS:
        _MODELS[service] = _SESSION.get_service_model(service)
    return _MODELS[service].operation_model(operation).input_shape


def arguments(service, operation, properties, **renames):
    """A template's properties as the arguments of a call. CloudFormation and the APIs differ in the case of letters and in few names;
    what the call does not have is an error."""
    return _convert(properties, shape(service, operation), renames, f"{service}:{operation}")


def _convert(value, wanted, renames, place):
    if wanted.type_name == "structure":
        if isinstance(value, list) and {"Quantity", "Items"} <= set(wanted.members):
            value = {"Quantity": len(value), "Items": value}
        if not isinstance(value, dict):
            raise Gap(f"{place} wants an object, not {value!r}")
        members = {name.lower(): name for name in wanted.members}
        result = {}
        for key, inner in value.items():
            name = members.get(renames.get(key, key).lower())
            if name is None:
                raise Gap(f"{place} has no argument for {key}")
            result[name] = _convert(inner, wanted.members[name], renames, f"{place}.{name}")
        return result
    if wanted.type_name == "list":
        return [_convert(inner, wanted.member, renames, place) for inner in (value if isinstance(value, list) else [value])]
    if wanted.type_name == "map":
        return {key: _convert(inner, wanted.value, renames, place) for key, inner in value.items()}
    return _scalar(value, wanted.type_name, place)


def _scalar(value, kind, place):
    if isinstance(value, (dict, list)):
        if kind == "string":
            return json.dumps(value)
        raise Gap(f"{place} wants a {kind}, not {value!r}")
    if kind == "boolean":
        return value if isinstance(value, bool) else {"true": True, "false": False}[str(value).lower()]
    if kind in {"integer", "long"}:
        return int(value)
    if kind in {"float", "double"}:
        return float(value)
    if kind == "blob":
        return str(value).encode()
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)


def tag_list(scope, properties):
    """The stack's tags and the resource's own, which win."""
    own = properties.take("Tags", default=[])
    own = own if isinstance(own, dict) else {tag["Key"]: tag["Value"] for tag in own}
    return [{"Key": key, "Value": value} for key, value in {**scope.tags, **own}.items()]


def gone(error):
    """Whether an error says that there is no such thing."""
    code = error.response["Error"]["Code"]
    said = error.response["Error"]["Message"].lower()
    return "NotFound" in code or "NoSuch" in code or "NonExistent" in code or code == "404" or "does not exist" in said or "not found" in said


def exists(function, **params):
    """What a describing call finds, or nothing."""
    try:
        return function(**params)
    except ClientError as error:
        if gone(error):
            return None
        raise
