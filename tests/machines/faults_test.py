"""Are the judges awake? Machines that are wrong in one way, each of which has to be found, and for the right reason.

    faults_test.py FOLDER
"""

import copy
import sys
from pathlib import Path

import deployed
import schedules
from interpreter import StateError
from machines_test import Test
from services.world import Impossible, Unknown

FAULTS = {}


def fault(finding):
    """The function makes a machine wrong: `function(definition, plan)`. What is found has to contain these words."""

    def register(function):
        FAULTS[function.__name__] = (finding, function)
        return function

    return register


def every(scope):
    """All states, by name."""
    for name, state in scope["States"].items():
        yield name, state
        for branch in state.get("Branches", []):
            yield from every(branch)


def task(definition, operation):
    """The first task that calls an operation."""
    return next(state for _, state in every(definition) if state.get("Resource", "").endswith(operation))


@fault("nobody is told")
def nobody_is_told(definition, _plan):
    """The failure's states are passed by."""
    for _, state in every(definition):
        for catch in state.get("Catch", []):
            if catch["Next"] == "tell of the failure":
                catch["Next"] = "failed"


@fault("again")
def does_not_ask_first(definition, _plan):
    """A second run orders what is done."""
    for _, state in every(definition):
        if state["Type"] == "Choice" and len(state["Choices"]) > 2:
            state["Choices"].insert(0, state["Choices"].pop(1))


@fault("not SUCCEEDED")
def tolerates_nothing(definition, _plan):
    """A second run does not bear that a change is under way."""
    state = task(definition, ":failoverGlobalCluster")
    for part in ("Retry", "Catch"):
        state[part] = [entry for entry in state[part] if "States.ALL" in entry["ErrorEquals"]]


@fault("tell fails always: FAILED")
def a_message_stops_the_plan(definition, _plan):
    """A step that only tells ends the plan when it fails."""
    definition["States"]["tell"]["Catch"][-1]["Next"] = "failed"


@fault("TIMED_OUT")
def polls_for_ever(definition, _plan):
    """A question has no bound."""
    for _, state in every(definition):
        if state["Type"] == "Choice" and len(state["Choices"]) > 2:
            state["Choices"].pop()


@fault("not SUCCEEDED")
def needs_the_lost_region(definition, _plan):
    """Without it the failover is a switchover."""
    del task(definition, ":failoverGlobalCluster")["Arguments"]["AllowDataLoss"]


@fault("two writers")
def detaches(definition, _plan):
    """The cluster is taken out of the global database, where another one still writes."""
    state = task(definition, ":failoverGlobalCluster")
    target = state["Arguments"]["TargetDbClusterIdentifier"]
    state["Resource"] = state["Resource"].replace("failoverGlobalCluster", "removeFromGlobalCluster")
    state["Arguments"] = {"GlobalClusterIdentifier": state["Arguments"]["GlobalClusterIdentifier"], "DbClusterIdentifier": target}


@fault("more than")
def tries_too_often(definition, _plan):
    """Retries that nobody has counted."""
    for _, state in every(definition):
        for retry in state.get("Retry", []):
            if "States.ALL" in retry["ErrorEquals"]:
                retry["MaxAttempts"] = 9


@fault("of the bound of")
def a_bound_that_nothing_reaches(_definition, plan):
    """The plan promises twice the time that it takes."""
    plan["bound_seconds"] *= 2


@fault("names no step")
def does_not_say_why(definition, _plan):
    """A failure that says nothing."""
    definition["States"]["failed"]["Cause"] = "something went wrong"


@fault("has no answer to rds:rebootDBCluster")
def an_unknown_call(definition, _plan):
    """A call that the world does not know."""
    state = task(definition, ":failoverGlobalCluster")
    state["Resource"] = state["Resource"].replace("failoverGlobalCluster", "rebootDBCluster")


@fault("is no member of")
def a_wrong_name(definition, _plan):
    """The promotion of a cluster that is not there."""
    task(definition, ":failoverGlobalCluster")["Arguments"]["TargetDbClusterIdentifier"] += "-2"


@fault("the interpreters differ")
def one_interpreter_is_wrong(definition, _plan):
    """Nothing is wrong with the machine: moto's interpreter is given another one than ours."""
    definition["Differs"] = True


def found(one, things):
    """What is found in one machine."""
    differs = one.definition.pop("Differs", False)
    test = Test(one, things)
    try:
        test.all()
        if differs:
            test.one = copy.deepcopy(one)
            for _, state in every(test.one.definition):
                if state["Type"] == "Wait" and isinstance(state["Seconds"], int):
                    state["Seconds"] += 1
        return test.findings + schedules.judge([test], number=100)[0]
    except (Impossible, Unknown, StateError) as error:
        return [str(error)]


def main(folder):
    """Each fault in the failover of a platform."""
    findings = []
    with deployed.platform(folder) as platform:
        one = next(one for one in deployed.by_region(platform.machines) if one.plan["kind"] == "failover")
        right = set(found(copy.deepcopy(one), platform.things))
        for name, (wanted, change) in FAULTS.items():
            wrong = copy.deepcopy(one)
            change(wrong.definition, wrong.plan)
            told = [finding for finding in found(wrong, platform.things) if finding not in right]
            if not any(wanted in finding for finding in told):
                findings.append(f"{name}: nothing is found with `{wanted}` in it, but: {told[:5]}")
    for finding in findings:
        print(finding)
    print(f"{Path(folder).name}: {len(FAULTS)} faults, {len(findings)} of them not found")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
