"""What no linter asks of the templates: plain resources only, machines that are the same in file and template, a true manifest."""

import hashlib
import re
import sys
from pathlib import Path

from common import PLACEHOLDER, machines, read, templates, verdict

# Sections that would let the deployment decide what exists, or run code of somebody else's.
SECTIONS = {"AWSTemplateFormatVersion", "Description", "Parameters", "Resources", "Outputs"}
FUNCTIONS = {"Fn::If", "Fn::Transform", "Fn::ForEach", "Fn::ImportValue", "Condition"}
# CloudFormation user guide, "Quotas": a template body in S3, and resources in a template.
MAXIMUM_BYTES, MAXIMUM_RESOURCES = 1_000_000, 500
ARCHIVE = re.compile(r"[0-9a-f]{64}\.zip")


def plain(template, value, place, findings):
    """No null, no conditional, no transform at any depth. Keys below `Condition` of a policy document are not template conditions."""
    if value is None:
        findings.append(f"{template}: {place} is null")
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            plain(template, inner, f"{place}/{at}", findings)
    elif isinstance(value, dict):
        for key, inner in value.items():
            policy = key == "Condition" and {"Effect", "Action"} <= value.keys()
            if key in FUNCTIONS and not policy:
                findings.append(f"{template}: {place}/{key} is not plain CloudFormation")
            plain(template, inner, f"{place}/{key}", findings)


def check_template(name, path, template, findings):
    plain(name, template, "", findings)
    if unknown := template.keys() - SECTIONS:
        findings.append(f"{name}: sections {sorted(unknown)}")
    resources = template.get("Resources", {})
    if not resources:
        findings.append(f"{name}: no resources")
    if len(resources) > MAXIMUM_RESOURCES or path.stat().st_size > MAXIMUM_BYTES:
        findings.append(f"{name}: beyond the limits of a template")
    for identity, resource in resources.items():
        kind = resource["Type"]
        if kind.startswith("Custom::") or kind in {"AWS::CloudFormation::CustomResource", "AWS::CloudFormation::Macro"}:
            findings.append(f"{name}: {identity} is a custom resource")
        if "cfn-lint" in resource.get("Metadata", {}):
            findings.append(f"{name}: {identity} hides findings of cfn-lint")


def check_machines(folder, found, findings):
    """Each definition stands in one template of its Region and in one file, byte for byte, with the same placeholders."""
    files = {path: path.read_text(encoding="utf-8") for path in machines(folder)}
    taken = set()
    for path, template in found:
        for identity, resource in template["Resources"].items():
            if resource["Type"] != "AWS::StepFunctions::StateMachine":
                continue
            name = f"{path.relative_to(folder)}: {identity}"
            properties = resource["Properties"]
            definition = properties.get("DefinitionString")
            if not isinstance(definition, str):
                findings.append(f"{name} has no plain DefinitionString")
                continue
            same = [file for file, text in files.items() if text == definition and file.parent == path.parent]
            if len(same) != 1:
                findings.append(f"{name}: {len(same)} files of its Region hold this definition, not one")
            taken.update(same)
            asked = set(PLACEHOLDER.findall(definition))
            given = set(properties.get("DefinitionSubstitutions", {}))
            if asked != given:
                findings.append(f"{name}: placeholders {sorted(asked - given)} have no value, values {sorted(given - asked)} no placeholder")
    findings.extend(f"{file.relative_to(folder)} is in no template" for file in files if file not in taken)
    return len(files)


def check_manifest(folder, found, findings):
    """The manifest names every file, feeds every parameter, and takes outputs only from stacks that are deployed before."""
    manifest = read(folder / "manifest.json")
    by_path = {str(path.relative_to(folder)): template for path, template in found}
    stacks = {stack["id"]: stack for stack in manifest["stacks"]}
    entries = [entry for phase in manifest["phases"] for entry in phase["stacks"].values()]
    if sorted(entry["template"] for entry in entries) != sorted(by_path):
        findings.append(f"{folder.name}: the manifest's templates are not those of the folder")
    reached, present = {}, {}
    for phase in manifest["phases"]:
        for wave in phase["waves"]:
            for id in wave:
                check_entry(folder, manifest, stacks[id], phase["stacks"].get(id), by_path, reached, present, findings)
            for id in wave:
                present[id] = by_path.get(phase["stacks"].get(id, {}).get("template"), {})
        if sorted(id for wave in phase["waves"] for id in wave) != sorted(phase["stacks"]):
            findings.append(f"{folder.name}: the waves of a phase are not its stacks")
    for id, stack in stacks.items():
        if reached.get(id) != stack["phase"]:
            findings.append(f"{folder.name}: stack {id} ends with phase {reached.get(id)}, not {stack['phase']}")
    listed = sorted(plan["definition"] for plan in manifest["plans"])
    if listed != sorted(str(path.relative_to(folder)) for path in machines(folder)):
        findings.append(f"{folder.name}: the manifest's definitions are not the machines of the folder")
    for key, archive in manifest.get("archives", {}).items():
        content = (folder / archive["file"]).read_bytes()
        if (key, len(content)) != (f"{archive['sha256']}.zip", archive["size"]) or hashlib.sha256(content).hexdigest() != archive["sha256"]:
            findings.append(f"{folder.name}: {archive['file']} is not what the manifest says")
        if not any(key in entry.get("archives", []) for entry in entries):
            findings.append(f"{folder.name}: no stack needs {archive['file']}")
    for output in manifest.get("outputs", []):
        stack = stacks.get(output["stack"], {})
        told = by_path.get(f"{output['stack']}.template.json", {}).get("Outputs", {}).get(output["output"], {})
        if stack.get("region") != output["region"] or "Value" not in told or told.get("Description") != output.get("description"):
            findings.append(f"{folder.name}: {output['stack']} does not tell {output['name']} as the manifest says")
    every = sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
    if sorted({*manifest["files"], "manifest.json"}) != every:
        findings.append(f"{folder.name}: the manifest's files are not those of the folder")


def check_entry(folder, manifest, stack, entry, by_path, reached, present, findings):
    """A stack in a phase. `present` holds the templates of the stacks that stand by then."""
    name = f"{folder.name}: stack {stack['id']}"
    template = by_path.get(entry["template"], {})
    if hashlib.sha256((folder / entry["template"]).read_bytes()).hexdigest() != entry["sha256"]:
        findings.append(f"{name}: the manifest has another hash than {entry['template']}")
    if set(entry["parameters"]) != set(template.get("Parameters", {})):
        findings.append(f"{name}: the manifest's parameters are not the template's")
    if reached.get(stack["id"], 0) >= entry["phase"]:
        findings.append(f"{name}: phase {entry['phase']} comes after phase {reached[stack['id']]}")
    reached[stack["id"]] = entry["phase"]
    before = present.get(stack["id"], {})
    if lost := lost_parts(before.get("Resources", {}), template.get("Resources", {})):
        findings.append(f"{name}: phase {entry['phase']} takes away {lost}")
    for parameter, source in entry["parameters"].items():
        if source["from"] == "param":
            if source["name"] not in manifest["parameters"]:
                findings.append(f"{name}: {parameter} takes the unknown parameter {source['name']}")
            continue
        if source["stack"] not in stack["depends_on"]:
            findings.append(f"{name}: {parameter} comes from {source['stack']}, which it does not depend on")
        if source["output"] not in present.get(source["stack"], {}).get("Outputs", {}):
            findings.append(f"{name}: {parameter} comes from {source['stack']}.{source['output']}, which is not there by then")
    text = (folder / entry["template"]).read_text(encoding="utf-8")
    if set(ARCHIVE.findall(text)) & manifest.get("archives", {}).keys() != set(entry.get("archives", [])):
        findings.append(f"{name}: the manifest's archives are not those that the template names")
    iam = any(r["Type"].startswith("AWS::IAM::") for r in template.get("Resources", {}).values())
    if iam and not stack["capabilities"]:
        findings.append(f"{name} makes IAM resources, and the manifest gives no capability for it")


def lost_parts(before, after):
    """Paths of what was there and is not any more; values that changed count as lost."""
    lost = []
    for key, known in before.items():
        if key not in after:
            lost.append(key)
        elif isinstance(known, dict) and isinstance(after[key], dict):
            lost.extend(f"{key}.{path}" for path in lost_parts(known, after[key]))
        elif known != after[key]:
            lost.append(key)
    return lost


def main(out):
    findings, count, machine_count, folders = [], 0, 0, []
    if Path(out).is_dir():
        folders = sorted(path for path in Path(out).iterdir() if path.is_dir())
    for folder in folders:
        found = [(path, read(path)) for path in templates(folder)]
        for path, template in found:
            check_template(str(path.relative_to(out)), path, template, findings)
        count += len(found)
        machine_count += check_machines(folder, found, findings)
        check_manifest(folder, found, findings)
    verdict("templates", {"templates": count, "definitions": machine_count, "manifests": len(folders)}, findings)


if __name__ == "__main__":
    main(*sys.argv[1:])
