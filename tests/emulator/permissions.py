"""The machines of a deployed platform, run by the judges' interpreter: every call that one makes is allowed by its role, and the role
allows nothing that none of its calls needs."""

import json
import os
import subprocess
import tempfile
from pathlib import Path

import requests_of_calls as requests
from calls import client
from roles import Role, statements

RECORD = Path(__file__).parent.parent / "judges" / "record.cjs"


def machines(engine):
    """Every deployed machine: its ARN, Region, role and definition."""
    for stack in engine.stacks.values():
        for resource in stack.resources.values():
            if resource.type == "AWS::StepFunctions::StateMachine":
                found = client("stepfunctions", stack.region).describe_state_machine(stateMachineArn=resource.physical_id)
                yield resource.physical_id, stack.region, found["roleArn"], json.loads(found["definition"])


def check(engine):
    """What is not allowed, what is allowed for nothing; how many calls were looked at."""
    found = list(machines(engine))
    if not found:
        return [], 0
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
        json.dump({arn: definition for arn, _, _, definition in found}, file)
        file.flush()
        result = subprocess.run(["node", RECORD, file.name], env=os.environ, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        return [f"the machines cannot be run: {result.stderr.strip()}"], 0
    return judge(engine, json.loads(result.stdout))


def judge(engine, recorded):
    """Holds calls that were recorded (for each machine's ARN: service, operation, arguments) against the machines' roles."""
    findings, count = [], 0
    for arn, region, role_arn, _ in machines(engine):
        role, name = Role(statements(region, role_arn)), f"{region}/{arn.rsplit(':', 1)[-1]}"
        for call in recorded[arn]:
            count += 1
            made = requests.Made(call["service"], call["operation"], call["given"], region)
            for action, resource, context in requests.of(made):
                if not role.allows(action, resource, context):
                    findings.append(f"{name}: its role does not allow {action} on {resource}")
        findings += [f"{name}: its role allows what no call needs: {what}" for what in role.superfluous()]
        if not recorded[arn]:
            findings.append(f"{name}: it makes no call")
    return findings, count
