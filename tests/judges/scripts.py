"""Judges the scripts: bash reads them, shellcheck has nothing to say, and every call of `aws` names an operation and options of AWS's models."""

import pathlib
import re
import subprocess
import sys

import botocore.session
from botocore import xform_name

# What every command of the AWS CLI takes.
GLOBAL = {"region", "output", "query", "profile", "no-paginate", "cli-connect-timeout", "max-items"}
# Where the name of a command of the AWS CLI is not that of the model.
SERVICES = {"s3api": "s3"}
# `service` is the argument of functions that several services share.
SHARED = ["rds", "docdb", "neptune"]
CALL = re.compile(r'(?:\b(?:text|attempt "[^"]*"|wait_until \w+ "[^"]*"|ask_aws) "\$\w+(?:\[[^]]*\])?\}?"|"\$\{stack_region\[\w+\]\}") (?:(?:json|text) )?("?\$?[a-z0-9]+(?:-[a-z]+)?"?) ([a-z0-9-]+)((?: .*)?)')


def calls(text):
    """Service, operation and options of every call in a script."""
    for line in text.replace("\\\n", " ").splitlines():
        if line.lstrip().startswith("#"):
            continue
        for found in CALL.finditer(re.sub(r" +", " ", line)):
            service = found.group(1).strip('"')
            # A text in quotes has no options.
            rest = re.sub(r'"(?:[^"\\]|\\.)*"|\'[^\']*\'', '""', found.group(3).split(" ||")[0].split(" &&")[0])
            yield service, found.group(2), re.findall(r"(?<= )--([a-z0-9-]+)", rest)


def judge(session, script, faults):
    """Judges a script; gives the calls that were seen."""
    seen = set()
    subprocess.run(["bash", "-n", str(script)], check=True)
    for service, operation, options in calls(script.read_text(encoding="utf-8")):
        for name in SHARED if service == "$service" else [SERVICES.get(service, service)]:
            model = session.get_service_model(name)
            operations = {xform_name(known, "-"): known for known in model.operation_names}
            if operation not in operations:
                faults.append(f"{script.name}: {name} has no operation {operation}")
                continue
            shape = model.operation_model(operations[operation]).input_shape
            members = {xform_name(member, "-"): kind for member, kind in shape.members.items()} if shape else {}
            seen.add((name, operation))
            for option in options:
                known = option in members or option in GLOBAL
                known = known or (option.startswith("no-") and getattr(members.get(option[3:]), "type_name", "") == "boolean")
                if not known:
                    faults.append(f"{script.name}: {name} {operation} has no option --{option}")
            for required in shape.required_members if shape else []:
                if not {xform_name(required, "-"), "no-" + xform_name(required, "-")} & set(options):
                    faults.append(f"{script.name}: {name} {operation} wants --{xform_name(required, '-')}")
    return seen


def main():
    out, facts, shellcheck, counts = sys.argv[1:]
    session = botocore.session.get_session()
    scripts = sorted(pathlib.Path(out).rglob("*.sh")) + [pathlib.Path(facts)]
    faults, seen = [], set()
    for script in scripts:
        seen |= judge(session, script, faults)
    told = subprocess.run([shellcheck, "--shell=bash", *map(str, scripts[:-1])], capture_output=True, text=True, check=False)
    if told.returncode != 0:
        faults.append(told.stdout or told.stderr)
    print(*faults, sep="\n")
    line = f"scripts: {len(scripts) - 1} scripts, {len(seen)} operations of AWS"
    print(line)
    with open(counts, "a", encoding="utf-8") as file:
        file.write(line + "\n")
    sys.exit(1 if faults or len(scripts) < 3 or len(seen) < 40 else 0)


main()
