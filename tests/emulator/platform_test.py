"""One platform in a process of its own: deployed from its manifest, looked at, deployed again.

    platform_test.py FOLDER
"""

import collections
import json
import sys
from pathlib import Path

from botocore.exceptions import WaiterError

import calls
import permissions
import prerequisites
from checks import Checks
from deployer import Deployer
from gaps import Gap
from world import world

# For these nothing may be simulated: they carry what the platforms are for.
NEVER_SIMULATED = ("AWS::S3::", "AWS::DynamoDB::", "AWS::RDS::", "AWS::SNS::", "AWS::KMS::", "AWS::StepFunctions::", "AWS::SecretsManager::", "AWS::CloudWatch::")


def ready(folder, engine):
    """A deployer for a folder, with what the platform wants to be there."""
    manifest = json.loads((Path(folder) / "manifest.json").read_text(encoding="utf-8"))
    return Deployer(folder, prerequisites.values(Path(folder).name, manifest), engine)


def report(engine, never=NEVER_SIMULATED):
    """How many resources were created, adapted, simulated; and what must not have been."""
    counts, wrong = collections.Counter(), []
    for key, number in engine.counts.items():
        if isinstance(key, tuple):
            counts[key[0]] += number
            if key[0] == "simulated" and key[1].startswith(never):
                wrong.append(f"{key[1]} is simulated")
    return counts, wrong


def removed(deployer):
    """Deletes the stacks, the last one first: what makes a resource has to be able to take it away. What is retained stays."""
    findings = []
    for artifacts in deployer.manifest["artifacts"].values():
        bucket = deployer.output(artifacts["stack"], artifacts["output"])
        s3 = calls.client("s3", deployer.stacks[artifacts["stack"]]["region"])
        for version in s3.list_object_versions(Bucket=bucket).get("Versions", []):
            s3.delete_object(Bucket=bucket, Key=version["Key"], VersionId=version["VersionId"])
    for stack in reversed(deployer.manifest["stacks"]):
        cloudformation, name = calls.client("cloudformation", stack["region"]), deployer.name(stack)
        cloudformation.update_termination_protection(StackName=name, EnableTerminationProtection=False)
        cloudformation.delete_stack(StackName=name)
        try:
            cloudformation.get_waiter("stack_delete_complete").wait(StackName=name)
        except WaiterError:
            found = deployer.describe(stack)
            findings.append(f"{stack['id']} cannot be deleted: {found.get('StackStatusReason')}")
    return findings


def changed(deployer):
    """What another deployment of the same templates changes: nothing, whoever writes today."""
    return [f"{stack} of phase {phase} is {outcome}" for phase, stack, outcome in deployer.deploy() if outcome not in {"unchanged", "skipped"}]


def main(folder):
    """Deploys forwards, checks; deploys again, checks that nothing changes, before and after a failover and a failback; deploys
    backwards, checks, deletes."""
    name, findings = Path(folder).name, []
    with world() as engine:
        deployer = ready(folder, engine)
        steps = deployer.deploy()
        counts, wrong = report(engine)
        checks = Checks(deployer, engine)
        findings += wrong + checks.run()
        refused, checks.looked["calls of machines"] = permissions.check(engine)
        findings += refused
        findings += [f"deployed again, {what}" for what in changed(deployer)]
        if checks.fail_over():
            findings += [f"deployed after a failover, {what}" for what in changed(deployer)]
            said = len(checks.findings)
            checks.fail_back()
            findings += checks.findings[said:] + [f"deployed after a failback, {what}" for what in changed(deployer)]
    with world() as engine:
        deployer = ready(folder, engine)
        deployer.deploy(backwards=True)
        findings += [f"backwards: {finding}" for finding in Checks(deployer, engine).run()]
        findings += removed(deployer)
    if counts["created"] + counts["adapted"] == 0 or not checks.looked:
        findings.append("nothing was deployed")
    for finding in findings:
        print(f"{name}: {finding}")
    applied = sum(outcome in {"created", "updated"} for _, _, outcome in steps)
    looked = ", ".join(f"{number} of {what}" for what, number in checks.looked.items())
    print(f"{name}: {applied} steps; {counts['created']} created, {counts['adapted']} adapted, {counts['simulated']} simulated; asked: {looked}")
    return 1 if findings else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1]))
    except Gap as gap:
        sys.exit(f"{Path(sys.argv[1]).name}: the emulator has a gap: {gap}")
