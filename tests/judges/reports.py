"""The commands of reports: bash takes them apart, the models of the services judge them, and each call of a machine has its command.

`aws` is a function that notes its words, so what is judged is what the command would get: quoting and variables are bash's own affair.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import botocore.session
import jmespath
from botocore import xform_name
from botocore.validate import ParamValidator

from calls import member_name, services, states_of, uncapitalised
from common import read, verdict

# Where the name of a command of the AWS CLI is not that of the model.
COMMANDS = {"s3api": "s3", "deploy": "codedeploy", "configservice": "config"}
# Options with another name than the member: awscli, customizations/argrename.py.
RENAMED = {("sns", "notification-endpoint"): "Endpoint", ("emr", "cluster-id"): "JobFlowId", ("stepfunctions", "task-output"): "output"}
# Options of every command, with or without a value.
VALUED = {"region", "query", "output", "cli-input-json", "cli-binary-format"}
FLAGS = {"no-paginate"}

SHELL = r"""
date() { echo 1800000000; }
aws() { printf '%s\0' "$@" >>"$LOG"; printf '\n\0' >>"$LOG"; echo x; }
sleep() { :; }
execution=x
"""


def recorded(script):
    """The words of each call of `aws` in a script."""
    with tempfile.TemporaryDirectory() as folder:
        log, file = Path(folder) / "log", Path(folder) / "script"
        file.write_text(SHELL + script, encoding="utf-8")
        subprocess.run(["bash", "-n", str(file)], check=True)
        run = subprocess.run([shutil.which("bash"), "--norc", str(file)], env={"LOG": str(log), "PATH": ""}, capture_output=True, text=True, check=False)
        if run.returncode != 0 or run.stderr:
            raise RuntimeError(f"bash: {run.stderr}\n{script}")
        words = log.read_text(encoding="utf-8").split("\0")[:-1] if log.exists() else []
    found, own = [], []
    for word in words:
        if word == "\n":
            found.append(own)
            own = []
        else:
            own.append(word)
    return found


def options(words):
    """The options of a call with their values, and what stands behind them."""
    found, rest = {}, []
    for word in words:
        if word.startswith("--"):
            found[word[2:]] = []
        elif found:
            list(found.values())[-1].append(word)
        else:
            rest.append(word)
    return found, rest


def value(texts, shape):
    """What the AWS CLI makes of the words of an option."""
    kind = shape.type_name
    if kind in ("structure", "map"):
        return json.loads(texts[0])
    if kind == "list":
        return json.loads(texts[0]) if len(texts) == 1 and texts[0].startswith("[") else texts
    if len(texts) != 1:
        raise ValueError(f"one value is wanted, not {texts}")
    if kind in ("integer", "long", "float", "double"):
        return float(texts[0]) if kind in ("float", "double") else int(texts[0])
    return texts[0]


def judge(session, words, place, findings):
    """Judges a call; gives the operation and the names of its members."""
    name, command, *rest = words
    model = session.get_service_model(COMMANDS.get(name, name))
    operations = {xform_name(known, "-"): known for known in model.operation_names}
    if command not in operations:
        findings.append(f"{place}: {name} has no command {command}")
        return None
    operation = model.operation_model(operations[command])
    shape = operation.input_shape
    members = {xform_name(member, "-"): member for member in shape.members} if shape else {}
    given, front = options(rest)
    if front:
        findings.append(f"{place}: {front} is no option")
    if "region" not in given:
        findings.append(f"{place}: no Region is named")
    parameters = json.loads(given["cli-input-json"][0]) if "cli-input-json" in given else {}
    if "query" in given:
        jmespath.compile(given["query"][0])
    # The last words may be the file that the answer is written to.
    if operation.has_streaming_output and (not given or list(given.values())[-1][-1:] != ["/dev/stdout"]):
        findings.append(f"{place}: {name} {command} wants the name of a file")
    for option, texts in given.items():
        if option in VALUED or option in FLAGS:
            continue
        member = RENAMED.get((name, option)) or members.get(option)
        if member is None and option.startswith("no-") and option[3:] in members:
            parameters[members[option[3:]]] = False
            continue
        if member is None:
            findings.append(f"{place}: {name} {command} has no option --{option}")
            continue
        inner = shape.members[member]
        texts = [text for text in texts if not (operation.has_streaming_output and text == "/dev/stdout")]
        try:
            parameters[member] = True if inner.type_name == "boolean" and not texts else value(texts, inner)
        except (ValueError, IndexError) as error:
            findings.append(f"{place}: {name} {command} --{option}: {error}")
    if shape:
        # The value of a variable is not known here, so its length is not judged.
        report = ParamValidator().validate(parameters, shape)
        for line in report.generate_report().splitlines():
            if "Invalid length" not in line and "valid min length" not in line:
                findings.append(f"{place}: {name} {command}: {line}")
    return COMMANDS.get(name, name), operations[command], frozenset(parameters)


def calls_of(machine):
    """Service, operation and members of each call of a machine."""
    for _, state in states_of(machine):
        # What waits for an answer asks somebody: that needs no command.
        if state["Type"] == "Task" and ":aws-sdk:" in state["Resource"] and not state["Resource"].endswith(".waitForTaskToken"):
            service, operation = state["Resource"].rsplit(":", 2)[1:]
            yield service, operation.split(".")[0], frozenset(name for name, known in state.get("Arguments", {}).items() if known is not None)


def main(drc, out, root):
    session = botocore.session.get_session()
    folders = {folder: name for name, folder in services().items()}
    findings, commands, calls = [], 0, 0
    for platform in sorted(Path(out).iterdir()):
        source = read(platform / "manifest.json")
        file = sources(Path(root))[platform.name]
        report = json.loads(subprocess.run([drc, "report", file, "--format", "json"], capture_output=True, text=True, check=True).stdout)
        machines = {plan["definition"]: read(platform / plan["definition"]) for plan in source["plans"]}
        for plan in report["plans"]:
            place = f"{platform.name}: {plan['name']} in {plan['region']}"
            lines = [variable["line"] + ("x" if variable.get("fill_in") else "") for variable in plan["variables"]]
            actions = [action for group in plan["steps"] for step in group for action in step["actions"]] + plan["on_failure"]
            texts = [command["command"] for command in plan["commands"]] + [action["command"] for action in actions if "command" in action]
            seen = set()
            for words in recorded("\n".join(lines + texts)):
                commands += 1
                if call := judge(session, words, place, findings):
                    service, operation, members = call
                    seen.add((folders.get(service), uncapitalised(operation), frozenset(map(member_name, members))))
            for call in set(calls_of(machines[f"{plan['region']}/{plan['name']}.asl.json"])):
                calls += 1
                if call not in seen:
                    findings.append(f"{place}: no command does {call[0]}.{call[1]} with {sorted(call[2])}")
    verdict("reports", {"commands": commands, "calls with a command": calls}, findings)


def sources(root):
    """The source of each platform by the name of its output folder, as `run` gives it."""
    found = {}
    for file in [*root.glob("examples/**/platform.dr"), *root.glob("tests/projects/**/platform.dr"), *root.glob("tests/report/platform.dr"), *root.glob("tests/judges/platforms/*.dr")]:
        name = str(file.relative_to(root)).removesuffix("/platform.dr").removesuffix(".dr").replace("/", "-")
        found[name] = str(file)
    return found


if __name__ == "__main__":
    main(*sys.argv[1:])
