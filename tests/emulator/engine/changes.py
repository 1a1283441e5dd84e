"""What a change set would change, worked out from templates and parameters without touching anything."""

import schemas

from . import parameters as parameter_values
from .values import bind, pseudo, references


def _bound(stack, template, values):
    names = {**pseudo(stack), **parameter_values.names(template, values)}
    resources = {}
    for name, resource in template.resources.items():
        resources[name] = {**resource, "Properties": bind(resource.get("Properties", {}), names)}
        resources[name].pop("DependsOn", None)
    return resources, bind(template.outputs, names)


def _entry(action, name, kind, physical_id="", replacement="", scope=(), details=()):
    change = {"Action": action, "LogicalResourceId": name, "ResourceType": kind, "Scope": list(scope), "Details": list(details)}
    if physical_id:
        change["PhysicalResourceId"] = physical_id
    if replacement:
        change["Replacement"] = replacement
    return {"Type": "Resource", "ResourceChange": change}


def between(stack, template, values, tags):
    """The changes of resources, and whether anything changes at all."""
    new, new_outputs = _bound(stack, template, values)
    if stack.template is None:
        return [_entry("Add", name, template.resources[name]["Type"]) for name in template.order], True
    old, old_outputs = _bound(stack, stack.template, stack.parameters)
    changes, replaced = [], set()
    for name in template.order:
        kind = template.resources[name]["Type"]
        if name not in stack.resources:
            changes.append(_entry("Add", name, kind))
            continue
        before, after = old[name]["Properties"], new[name]["Properties"]
        scope, details = [], []
        for key in sorted({*before, *after}):
            moved = {other for other, _ in references(template.resources[name].get("Properties", {}).get(key))} & replaced
            if before.get(key) != after.get(key) or moved:
                scope = ["Properties"]
                details.append({"Target": {"Attribute": "Properties", "Name": key, "RequiresRecreation": "Conditionally" if moved else "Never"},
                                "Evaluation": "Dynamic" if moved else "Static", "ChangeSource": "ResourceReference" if moved else "DirectModification"})
        recreated = schemas.replaced_by(stack.region, kind, before, after)
        for detail in details:
            if detail["Target"]["Name"] in {path.split(".")[0] for path in recreated}:
                detail["Target"]["RequiresRecreation"] = "Always"
        for key, label in (("Metadata", "Metadata"), ("DeletionPolicy", "DeletionPolicy"), ("UpdateReplacePolicy", "UpdateReplacePolicy")):
            if old[name].get(key) != new[name].get(key):
                scope.append(label)
        if recreated:
            replaced.add(name)
        if scope:
            changes.append(_entry("Modify", name, kind, stack.resources[name].physical_id, "True" if recreated else "False", scope, details))
    for name, resource in stack.resources.items():
        if name not in template.resources:
            changes.append(_entry("Remove", name, resource.type, resource.physical_id))
    other = old_outputs != new_outputs or _sorted(tags) != _sorted(stack.tags) or values != stack.parameters
    return changes, bool(changes) or other


def _sorted(tags):
    return sorted((tag["Key"], tag["Value"]) for tag in tags)
