"""A template: read, checked as CloudFormation checks it, its resources in the order of their dependencies."""

import json
import re

import schemas
from gaps import Gap

from .errors import Invalid
from .values import references

# User guide, "Understand CloudFormation quotas".
INLINE_BYTES, STORED_BYTES, RESOURCES, PARAMETERS, OUTPUTS, DYNAMIC = 51_200, 1_000_000, 500, 200, 200, 60
SECTIONS = {"AWSTemplateFormatVersion", "Description", "Metadata", "Parameters", "Resources", "Outputs"}
RESOURCE_KEYS = {"Type", "Properties", "DependsOn", "DeletionPolicy", "UpdateReplacePolicy", "Metadata", "UpdatePolicy", "CreationPolicy"}
POLICIES = {"Delete", "Retain", "Snapshot", "RetainExceptOnCreate"}


def _unique(pairs):
    found = {}
    for key, value in pairs:
        if key in found:
            raise Invalid(f"Template format error: {key} stands twice in one object")
        found[key] = value
    return found


def _no_null(value, place):
    if value is None:
        raise Invalid(f"[{place}] 'null' values are not allowed in templates")
    if isinstance(value, dict):
        for key, inner in value.items():
            _no_null(inner, f"{place}/{key}")
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            _no_null(inner, f"{place}/{at}")


class Template:
    """The content of a template, with its parameters, resources and outputs."""

    def __init__(self, text, region, limit=STORED_BYTES):
        if len(text.encode()) > limit:
            raise Invalid(f"1 validation error detected: Value at 'templateBody' failed to satisfy constraint: Member must have length less than or equal to {limit}")
        try:
            self.content = json.loads(text, object_pairs_hook=_unique)
        except json.JSONDecodeError as error:
            raise Invalid(f"Template format error: JSON not well-formed. ({error})") from error
        self.text, self.region = text, region
        _no_null(self.content, "")
        if unknown := set(self.content) - SECTIONS:
            raise Gap(f"the engine does not know the section {', '.join(sorted(unknown))}")
        self.parameters = self.content.get("Parameters", {})
        self.resources = self.content.get("Resources", {})
        self.outputs = self.content.get("Outputs", {})
        self._check()
        self.order = self._sort()

    def _check(self):
        if not self.resources:
            raise Invalid("At least one Resources member must be defined.")
        for what, limit, found in (("resources", RESOURCES, self.resources), ("parameters", PARAMETERS, self.parameters), ("outputs", OUTPUTS, self.outputs)):
            if len(found) > limit:
                raise Invalid(f"Template format error: Number of {what}, {len(found)}, is greater than maximum allowed, {limit}")
        if self.text.count("{{resolve:") > DYNAMIC:
            raise Invalid(f"Template has more than {DYNAMIC} dynamic references")
        for name in [*self.parameters, *self.resources, *self.outputs]:
            if not re.fullmatch(r"[A-Za-z0-9]{1,255}", name):
                raise Invalid(f"Template format error: logical id {name} is not alphanumeric")
        for name, resource in self.resources.items():
            self._check_resource(name, resource)
        for name, output in self.outputs.items():
            self._check_references("Outputs", name, output.get("Value"))

    def _check_resource(self, name, resource):
        if unknown := set(resource) - RESOURCE_KEYS:
            raise Invalid(f"Invalid template resource property '{sorted(unknown)[0]}'")
        kind = resource.get("Type", "")
        if schemas.schema(self.region, kind) is None:
            raise Invalid(f"Template format error: Unrecognized resource types: [{kind}]")
        for key in ("DeletionPolicy", "UpdateReplacePolicy"):
            if resource.get(key, "Delete") not in POLICIES - ({"RetainExceptOnCreate"} if key == "UpdateReplacePolicy" else set()):
                raise Invalid(f"Template format error: {resource[key]} is no {key}")
        known = schemas.properties(self.region, kind)
        if unknown := set(resource.get("Properties", {})) - known:
            raise Invalid(f"Properties validation failed for resource {name} with message: extraneous key {sorted(unknown)} is not permitted")
        self._check_references("Resources", name, resource.get("Properties", {}))
        for other in self.depends_on(name):
            if other not in self.resources:
                raise Invalid(f"Template format error: Unresolved resource dependencies [{other}] in the Resources block of the template")

    def _check_references(self, block, name, value):
        for other, wanted in references(value):
            if other.startswith("AWS::"):
                continue
            if wanted is None and other in self.parameters:
                continue
            if other not in self.resources:
                raise Invalid(f"Template format error: Unresolved resource dependencies [{other}] in the {block} block of the template")
            kind = self.resources[other]["Type"]
            if wanted is not None and wanted not in schemas.attributes(self.region, kind):
                raise Invalid(f"Template error: resource {other} does not support attribute type {wanted} in Fn::GetAtt")

    def depends_on(self, name):
        """What `DependsOn` of a resource names."""
        found = self.resources[name].get("DependsOn", [])
        return [found] if isinstance(found, str) else found

    def needs(self, name):
        """All resources that have to be there before this one."""
        used = {other for other, _ in references(self.resources[name].get("Properties", {}))}
        return (used | set(self.depends_on(name))) & set(self.resources)

    def _sort(self):
        order, open_names = [], dict.fromkeys(self.resources)
        while open_names:
            ready = [name for name in open_names if not self.needs(name) - set(order)]
            if not ready:
                raise Invalid(f"Circular dependency between resources: [{', '.join(sorted(open_names))}]")
            order += ready
            for name in ready:
                del open_names[name]
        return order

    def capabilities(self):
        """Which capabilities have to be given."""
        needed = set()
        for resource in self.resources.values():
            if resource["Type"].startswith("AWS::IAM::"):
                named = {"RoleName", "UserName", "GroupName", "ManagedPolicyName", "InstanceProfileName"} & set(resource.get("Properties", {}))
                needed.add("CAPABILITY_NAMED_IAM" if named else "CAPABILITY_IAM")
        return needed
