"""Every precondition once: a platform is broken, its deployment must fail, and with this precondition.

    negative_test.py FOLDERS PART OF
"""

import os
import sys
import tempfile
from pathlib import Path

import calls
from botocore.exceptions import ClientError
from deployer import Failed
from gaps import Gap
from negatives import FOUND
from negatives.base import Copy
from platform_test import ready
from world import world


def stopped_by(negative, folders):
    """Which precondition stopped it, and what was said; nothing if nothing did."""
    source = Path(folders) / negative.platform
    with world() as engine, tempfile.TemporaryDirectory() as scratch:
        try:
            if negative.deployed:
                deployer = ready(source, engine)
                deployer.deploy()
                negative.function(deployer, engine)
            else:
                copy = Copy(source)
                negative.function(copy)
                folder = Path(scratch) / negative.platform
                copy.write(folder)
                ready(folder, engine).deploy()
        except Failed as failed:
            return failed.rule, failed.reason
        except ClientError as error:
            return getattr(error, "rule", error.response["Error"]["Code"]), str(error)
    return "", ""


def judge(negative, folders):
    """One line if the test fails."""
    title = f"{negative.rule}: {negative.what}"
    try:
        rule, reason = stopped_by(negative, folders)
    except (Gap, ValueError) as problem:
        return f"{title} {problem}"
    if not rule:
        return f"{title} Nothing stopped it."
    if rule != negative.rule:
        return f"{title} Another thing stopped it ({rule}): {reason}"
    return ""


def isolated(negative, folders):
    """The same in a process of its own: moto's parser of machines does not recover from a bad one, and nothing leaks into the next test."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            said = judge(negative, folders)
        except BaseException as error:  # noqa: BLE001  (the parent has to hear of everything)
            said = f"{negative.rule}: {type(error).__name__}: {error}"
        os.write(writing, said.encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        said = pipe.read().decode()
    _, status = os.waitpid(child, 0)
    return said or ("" if status == 0 else f"{negative.rule}: the test ended with status {status}")


def main(folders, part, parts):
    """The tests of one part, and that no precondition is without a test."""
    findings = [f"{rule} has no negative test" for rule in calls.RULES if rule not in FOUND]
    findings += [f"{rule} is tested, and is no precondition" for rule in FOUND
                 if rule not in calls.RULES and not rule.startswith(("cloudformation.", "deployer."))]
    # Warm: what every test needs is read once, before the processes part.
    with world() as engine:
        ready(Path(folders) / "examples-orders", engine).deploy()
    mine = [negative for at, negative in enumerate(negative for tests in FOUND.values() for negative in tests) if at % parts == part]
    findings += [said for said in (isolated(negative, folders) for negative in mine) if said]
    for finding in findings:
        print(f"negative: {finding}")
    read = sum(not rule.source.startswith("not looked up") for rule in calls.RULES.values())
    print(f"negative, part {part + 1} of {parts}: {len(mine)} broken platforms; {len(calls.RULES)} preconditions, "
          f"{read} held against the page that states them; {len(findings)} findings")
    return 1 if findings or not mine else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
