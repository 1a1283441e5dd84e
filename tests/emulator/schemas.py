"""What CloudFormation's own schemas say of a resource type; cfn-lint carries them."""

import functools

from cfnlint.schema import ResourceNotFoundError
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER


@functools.cache
def schema(region, kind):
    """The schema of a type in a Region, or nothing if the Region does not have it."""
    try:
        return PROVIDER_SCHEMA_MANAGER.get_resource_schema(region, kind).schema
    except ResourceNotFoundError:
        return None


def _paths(region, kind, key):
    return {path.removeprefix("/properties/").replace("/", ".") for path in (schema(region, kind) or {}).get(key, [])}


@functools.cache
def attributes(region, kind):
    """What `Fn::GetAtt` may ask for."""
    return set(PROVIDER_SCHEMA_MANAGER.get_type_getatts(kind, region))


@functools.cache
def properties(region, kind):
    """The properties that a template may set."""
    read_only = {path for path in _paths(region, kind, "readOnlyProperties") if "." not in path}
    return set((schema(region, kind) or {}).get("properties", {})) - read_only


def _at(value, path):
    for part in path.split("."):
        if not isinstance(value, dict):
            return None
        value = value.get(part)
    return value


def replaced_by(region, kind, old, new):
    """The properties whose change makes another resource of it."""
    return sorted(path for path in _paths(region, kind, "createOnlyProperties") if _at(old, path) != _at(new, path))
