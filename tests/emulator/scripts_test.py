"""The emitted scripts with the real AWS CLI before the emulator: deploy, deploy again, destroy, destroy with all data.

    scripts_test.py FOLDER
"""

import os
import subprocess
import sys
from pathlib import Path

import calls
import cli
import inventory
from botocore.exceptions import ClientError
from checks import Checks
from platform_test import ready
from world import world

# What holds data: `destroy.sh` without `--data` must not touch it.
DATA = ("rds ", "event archive", "dynamodb ", "s3 ", "kms key", "secret", "log group", "cache nodes", "elasticache ", "backup vault", "repository")


class Trial:
    """One platform's scripts in one account."""

    def __init__(self, folder, path, commands, values):
        self.folder, self.commands, self.findings = Path(folder), commands, []
        self.values = [argument for name, value in values.items() for argument in ("--param", f"{name}={value}")]
        self.environment = {
            "PATH": f"{path}:{os.environ['PATH']}", "HOME": os.environ.get("HOME", "/"), "DRC_POLL": "0",
            "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
        }

    def run(self, *line, code=0):
        """Runs a script; what it printed, and the command lines of `aws` that it used."""
        before = len(self.commands.history)
        done = subprocess.run([f"./{line[0]}", *line[1:]], cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=600, check=False)
        used = [" ".join(arguments[:2]) for arguments, _, _ in self.commands.history[before:]]
        said = done.stdout + done.stderr
        if done.returncode != code:
            self.findings.append(f"{' '.join(line)} ends with {done.returncode}, not {code}:\n{said[-4000:]}")
        return said, used

    def expect(self, truth, message):
        if not truth:
            self.findings.append(message)


def main(folder):
    """The whole life of a platform."""
    name = Path(folder).name
    with world() as engine, cli.serving() as (path, commands):
        deployer = ready(folder, engine)
        regions = sorted(deployer.manifest["platform"]["regions"].values())
        empty = inventory.everything(regions)
        trial = Trial(folder, path, commands, deployer.values)
        steps = _deploy(trial, engine, deployer)
        _destroy(trial, engine, deployer, regions, empty)
        trial.findings += [f"the emulator has a gap: {gap}" for gap in calls.GAPS]
        for finding in trial.findings:
            print(f"{name}: {finding}")
        print(f"{name}: {steps} change sets executed; {len(commands.history)} commands of aws; {len(trial.findings)} findings")
        return 1 if trial.findings else 0


def _deploy(trial, engine, deployer):
    """A resource cannot be made: the script stops, says so, and goes on from there when it is run again. Then nothing is left to do."""
    deploy = ("deploy.sh", "--yes", *trial.values)
    calls.fail_next("sns", "Subscribe", "the service is ill today")
    said, used = trial.run(*deploy, code=1)
    trial.expect("the service is ill today" in said, f"deploy.sh does not say why it stopped:\n{said[-2000:]}")
    steps = used.count("cloudformation execute-change-set")
    _, used = trial.run(*deploy)
    steps += used.count("cloudformation execute-change-set")
    trial.findings += [f"after deploy.sh: {finding}" for finding in Checks(deployer, engine).run()]
    said, used = trial.run(*deploy)
    for output in deployer.manifest.get("outputs", []):
        value = deployer.output(output["stack"], output["output"])
        trial.expect(f"\n{output['name']} in {output['region']}: {value}\n" in said, f"deploy.sh does not say {output['name']} in {output['region']}:\n{said[-2000:]}")
    trial.expect("cloudformation execute-change-set" not in used, "deploy.sh changes something when it is run again")
    trial.expect("s3api put-object" not in used, "deploy.sh uploads something when it is run again")
    return steps


def _destroy(trial, engine, deployer, regions, empty):
    """Without `--data` what holds data stays, and the platform can be deployed again around it; with it, nothing stays."""
    for name in sorted(inventory.GLOBAL["s3 bucket"]("us-east-1")):
        s3 = calls.client("s3", "us-east-1")
        for body in (b"first", b"second"):
            s3.put_object(Bucket=name, Key="a key/with blanks", Body=body)
        try:
            s3.delete_object(Bucket=name, Key="a key/with blanks")
        except ClientError:
            # A bucket for audit records refuses it to everybody.
            trial.expect('"s3:DeleteObject"' in s3.get_bucket_policy(Bucket=name)["Policy"], f"nothing can be deleted in the bucket {name}")
    data = {line for line in inventory.everything(regions) - empty if line.startswith(DATA)}
    said, _ = trial.run("destroy.sh", "--yes", *trial.values)
    gone = data - inventory.everything(regions)
    trial.expect(not gone, f"destroy.sh without --data deleted {sorted(gone)}")
    trial.expect("stays" in said, "destroy.sh does not say what stays")
    trial.run("deploy.sh", "--yes", *trial.values)
    trial.findings += [f"deployed again around its data: {finding}" for finding in Checks(deployer, engine).run()]
    platform = deployer.manifest["platform"]["name"]
    trial.run("destroy.sh", "--data", "--confirm", f"not-{platform}", *trial.values, code=2)
    gone = data - inventory.everything(regions)
    trial.expect(not gone, f"destroy.sh with a wrong name deleted {sorted(gone)}")
    trial.run("destroy.sh", "--data", "--confirm", platform, *trial.values)
    left = inventory.everything(regions) - empty
    trial.expect(not left, f"destroy.sh --data leaves {sorted(left)}")
    lost = empty - inventory.everything(regions)
    trial.expect(not lost, f"destroy.sh --data deleted what is not the platform's: {sorted(lost)}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
