"""Judges the judges: each of our own has to notice every fault that is put into output which it accepts."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from common import machines, templates, verdict

HERE = Path(__file__).parent


def judge(name, out, reads):
    """Whether a judge accepts a folder."""
    command = {
        "templates": [sys.executable, HERE / "templates.py", out],
        "machines": ["node", HERE / "machines.cjs", out, reads],
        "calls": [sys.executable, HERE / "calls.py", out, reads],
        "execution": ["node", HERE / "execute.cjs", out],
        "functions": [sys.executable, HERE / "functions.py", out],
    }[name]
    result = subprocess.run(command, env={**os.environ, "JUDGES_COUNTS": os.devnull}, capture_output=True, text=True, check=False)
    return result.returncode == 0, result.stdout + result.stderr


def in_template(change):
    """A fault in the first template for which the change finds something to change."""

    def apply(out):
        for path in templates(out):
            template = json.loads(path.read_text(encoding="utf-8"))
            if change(template):
                path.write_text(json.dumps(template), encoding="utf-8")
                return True
        return False

    return apply


def in_machine(old, new):
    """A fault in the text of the machines."""

    def apply(out):
        changed = False
        for path in machines(out):
            text = path.read_text(encoding="utf-8")
            if old in text:
                path.write_text(text.replace(old, new), encoding="utf-8")
                changed = True
        return changed

    return apply


def in_states(change):
    """A fault in the states of the machines."""

    def apply(out):
        changed = False
        for path in machines(out):
            machine = json.loads(path.read_text(encoding="utf-8"))
            for state in machine["States"].values():
                changed = bool(change(state, machine)) or changed
            path.write_text(json.dumps(machine), encoding="utf-8")
        return changed

    return apply


def first(template, kind):
    return next((resource for resource in template["Resources"].values() if resource["Type"] == kind), None)


def add(section, value):
    return in_template(lambda template: template.update({section: value}) or True)


def custom_resource(template):
    template["Resources"]["Odd"] = {"Type": "Custom::Odd", "Properties": {"ServiceToken": "x"}}
    return True


def null_property(template):
    next(iter(template["Resources"].values())).setdefault("Properties", {})["Odd"] = {"Deep": [None]}
    return True


def conditional(template):
    next(iter(template["Resources"].values())).setdefault("Properties", {})["Odd"] = {"Fn::If": ["a", "b", "c"]}
    return True


def other_definition(template):
    machine = first(template, "AWS::StepFunctions::StateMachine")
    if machine:
        machine["Properties"]["DefinitionString"] += " "
    return machine


def lost_substitution(template):
    machine = first(template, "AWS::StepFunctions::StateMachine")
    if machine:
        machine["Properties"]["DefinitionSubstitutions"].popitem()
    return machine


def lost_parameter(template):
    return template.get("Parameters", {}).popitem() if template.get("Parameters") else None


def without(key, kind):
    def change(state, _):
        return state.pop(key, None) if state["Type"] == kind else None

    return in_states(change)


def endless(state, machine):
    """Nothing but the clock's limit ends the waiting."""
    if state["Type"] == "Choice" and len(state["Choices"]) == 2 and "$millis()" in state["Choices"][1]["Condition"]:
        state["Choices"].pop()
        return machine
    return None


def without_error_handling(state, _):
    return state.pop("Catch", None)


def acts_first(state, machine):
    """The action is done before anybody asks whether it is needed."""
    again = state.get("Default", "")
    if state["Type"] == "Choice" and again.endswith(": again?"):
        asked = machine["States"][again]["Choices"][0]
        state["Choices"].insert(0, dict(asked))
        return state
    return None


def in_roles(change):
    """A fault in the statements of the roles of functions."""

    def apply(template):
        changed = False
        for resource in template["Resources"].values():
            if resource["Type"] == "AWS::IAM::Role" and resource["Properties"]["Policies"][0]["PolicyName"] == "function":
                document = resource["Properties"]["Policies"][0]["PolicyDocument"]
                before = json.dumps(document)
                document["Statement"] = change(document["Statement"])
                changed = changed or json.dumps(document) != before
        return changed

    return in_template(apply)


def without_action(action):
    def change(statements):
        for statement in statements:
            if isinstance(statement["Action"], list) and action in statement["Action"]:
                statement["Action"].remove(action)
        return statements

    return in_roles(change)


MUTANTS = [
    ("templates", "a condition", add("Conditions", {"Odd": {"Fn::Equals": ["a", "b"]}})),
    ("templates", "a transform", add("Transform", "AWS::Serverless-2016-10-31")),
    ("templates", "a conditional value", in_template(conditional)),
    ("templates", "a null", in_template(null_property)),
    ("templates", "a custom resource", in_template(custom_resource)),
    ("templates", "another definition in the template", in_template(other_definition)),
    ("templates", "a placeholder without a value", in_template(lost_substitution)),
    ("templates", "a parameter that only the manifest has", in_template(lost_parameter)),
    ("templates", "a file that no manifest names", lambda out: (next(Path(out).iterdir()) / "odd.json").write_text("{}")),
    ("machines", "a state that does not exist", in_machine('"Next": "done"', '"Next": "gone"')),
    ("machines", "an unknown field", in_machine('"Seconds"', '"Second"')),
    ("machines", "an expression that is none", in_machine("{% $millis() %}", "{% $millis( %}")),
    ("machines", "half an expression", in_machine("{% $millis() %}", "{% $millis()")),
    ("machines", "a variable that nothing assigns", in_machine("$failure.Error", "$failures.Error")),
    ("calls", "an unknown service", in_machine("aws-sdk:rds:", "aws-sdk:rdss:")),
    ("calls", "an operation in the API's spelling", in_machine(":describeDBClusters", ":DescribeDBClusters")),
    ("calls", "a member in the API's spelling", in_machine('"DbClusterIdentifier"', '"DBClusterIdentifier"')),
    ("calls", "a member that does not exist", in_machine('"AllowDataLoss"', '"AllowSomeLoss"')),
    ("calls", "a missing member", in_machine('"TargetDbClusterIdentifier"', '"SwitchOver"')),
    ("calls", "a value of the wrong type", in_machine('"AllowDataLoss": true', '"AllowDataLoss": "yes"')),
    ("calls", "an error that the operation does not have", in_machine("Rds.InvalidGlobalClusterStateException", "Rds.InvalidGlobalClusterStateFault")),
    ("calls", "a member that no answer has", in_machine(".GlobalClusters,", ".GlobalDbClusters,")),
    ("execution", "a call without a time-out", without("TimeoutSeconds", "Task")),
    ("execution", "a wait without an end", in_states(endless)),
    ("execution", "failures that nothing catches", in_states(without_error_handling)),
    ("execution", "an action that is done twice", in_states(acts_first)),
    ("execution", "an order that nobody gives", in_machine("_asked_q1 = 0", "_asked_q1 = -1")),
    ("execution", "a condition that is never true", in_machine("'available'", "'avail'")),
    ("execution", "a limit that is too short", in_states(lambda _, machine: machine.update(TimeoutSeconds=60) or True)),
    ("functions", "a call that the role does not allow", without_action("dynamodb:PutItem")),
    ("functions", "a queue that the role may not empty", without_action("sqs:DeleteMessage")),
    ("functions", "a grant that the code does not use", in_roles(
        lambda statements: [*statements, {"Sid": "OldRead", "Effect": "Allow", "Action": ["s3:GetObject"], "Resource": ["arn:aws:s3:::old/*"]}])),
]


def main(out, platform, with_functions):
    findings = []
    with tempfile.TemporaryDirectory() as folder:
        copy, reads = Path(folder) / "out", Path(folder) / "reads.json"

        def fresh(name):
            taken = with_functions if name == "functions" else platform
            shutil.rmtree(copy, ignore_errors=True)
            shutil.copytree(Path(out) / taken, copy / taken)

        for name in ("templates", "machines", "calls", "execution", "functions"):
            fresh(name)
            accepted, said = judge(name, copy, reads)
            if not accepted:
                findings.append(f"{name} refuses what has no fault:\n{said}")
        for name, fault, apply in MUTANTS:
            fresh(name)
            if not apply(copy):
                findings.append(f"{name}: {fault} could not be put in")
                continue
            if name == "calls":
                judge("machines", copy, reads)
            accepted, said = judge(name, copy, reads)
            if accepted:
                findings.append(f"{name} does not notice {fault}")
            elif "Traceback" in said:
                findings.append(f"{name} fell over {fault}:\n{said}")
            elif os.environ.get("JUDGES_VERBOSE"):
                print(f"{name}, {fault}: {said.splitlines()[0]}")
    verdict("mutants", {"faults": len(MUTANTS)}, findings)


if __name__ == "__main__":
    main(*sys.argv[1:])
