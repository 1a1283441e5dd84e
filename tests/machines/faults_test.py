"""Are the judges awake? Machines that are wrong in one way, each of which has to be found, and for the right reason.

    faults_test.py FOLDER FOLDER    the second platform has traffic that a plan moves
"""

import copy
import sys
from pathlib import Path

import deployed
import schedules
from interpreter import StateError
from machines_test import Test
from scenarios import Scenario
from services.world import Impossible, Unknown

FAULTS = {}


def fault(finding):
    """The function makes a machine wrong: `function(definition, plan, things)`, and may change what stands beside it. What is found has to
    contain these words."""

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
def nobody_is_told(definition, plan, things):
    """The failure's states are passed by, and there is no rule."""
    no_rule(definition, plan, things)
    for _, state in every(definition):
        for catch in state.get("Catch", []):
            if catch["Next"] == "tell of the failure":
                catch["Next"] = "failed"


@fault("no rule on its status")
def no_rule(_definition, _plan, things):
    """Nothing watches the machine's own status."""
    things[:] = [thing for thing in things if thing.type != "AWS::Events::Rule"]


@fault("again")
def does_not_ask_first(definition, _plan, _things):
    """A second run orders what is done."""
    definition["States"]["promote"]["Next"] = "promote: failoverGlobalCluster"


@fault("not SUCCEEDED")
def tolerates_nothing(definition, _plan, _things):
    """A second run does not bear that a change is under way."""
    state = task(definition, ":failoverGlobalCluster")
    for part in ("Retry", "Catch"):
        state[part] = [entry for entry in state[part] if "States.ALL" in entry["ErrorEquals"]]


@fault("tell fails always: FAILED")
def a_message_stops_the_plan(definition, _plan, _things):
    """A step that only tells ends the plan when it fails."""
    definition["States"]["tell"]["Catch"][-1]["Next"] = "failed"


@fault("TIMED_OUT")
def polls_for_ever(definition, _plan, _things):
    """A question has no bound."""
    for _, state in every(definition):
        state.get("Choices", [])[:] = [choice for choice in state.get("Choices", []) if not choice["Next"].endswith("too late")]


@fault("not SUCCEEDED")
def needs_the_lost_region(definition, _plan, _things):
    """Without it the failover is a switchover."""
    del task(definition, ":failoverGlobalCluster")["Arguments"]["AllowDataLoss"]


@fault("two writers")
def detaches(definition, _plan, _things):
    """The cluster is taken out of the global database, where another one still writes."""
    state = task(definition, ":failoverGlobalCluster")
    target = state["Arguments"]["TargetDbClusterIdentifier"]
    state["Resource"] = state["Resource"].replace("failoverGlobalCluster", "removeFromGlobalCluster")
    state["Arguments"] = {"GlobalClusterIdentifier": state["Arguments"]["GlobalClusterIdentifier"], "DbClusterIdentifier": target}


@fault("more than")
def tries_too_often(definition, _plan, _things):
    """Retries that nobody has counted."""
    for _, state in every(definition):
        for retry in state.get("Retry", []):
            if "States.ALL" in retry["ErrorEquals"]:
                retry["MaxAttempts"] = 9


@fault("of the bound of")
def a_bound_that_nothing_reaches(_definition, plan, _things):
    """The plan promises twice the time that it takes."""
    plan["bound_seconds"] *= 2


@fault("names no step")
def does_not_say_why(definition, _plan, _things):
    """A failure that says nothing."""
    definition["States"]["failed"]["Cause"] = "something went wrong"


@fault("has no answer to rds:rebootDBCluster")
def an_unknown_call(definition, _plan, _things):
    """A call that the world does not know."""
    state = task(definition, ":failoverGlobalCluster")
    state["Resource"] = state["Resource"].replace("failoverGlobalCluster", "rebootDBCluster")


@fault("is no member of")
def a_wrong_name(definition, _plan, _things):
    """The promotion of a cluster that is not there."""
    task(definition, ":failoverGlobalCluster")["Arguments"]["TargetDbClusterIdentifier"] += "-2"


@fault("the interpreters differ")
def one_interpreter_is_wrong(definition, _plan, _things):
    """Nothing is wrong with the machine: moto's interpreter is given another one than ours."""
    definition["Differs"] = True


def traffic_before_the_data(definition):
    """The name is moved before the database is promoted."""
    states = definition["States"]
    done, moved = states["promote: done?"]["Choices"][0], states["reroute: done?"]["Choices"][0]
    definition["StartAt"], moved["Next"], done["Next"] = done["Next"], definition["StartAt"], moved["Next"]


def found(one, things):
    """What is found in one machine."""
    differs = one.definition.pop("Differs", False)
    try:
        test = Test(one, things)
        test.all()
        if differs:
            test.one = copy.deepcopy(one)
            for _, state in every(test.one.definition):
                if state["Type"] == "Wait":
                    state["Seconds"] = 3
        return test.findings + schedules.judge([test], number=100)[0]
    except (Impossible, Unknown, StateError) as error:
        return [str(error)]


def failover(platform):
    """The failover of a platform that leaves the Region where everything was born."""
    failovers = [one for one in deployed.by_region(platform.machines) if one.plan["kind"] == "failover"]
    return next(one for one in failovers if Test(one, platform.things).judge.begins_here())


def main(folder, with_traffic):
    """Each fault in a failover of a platform."""
    findings = []
    with deployed.platform(folder) as platform:
        one = failover(platform)
        right = set(found(copy.deepcopy(one), platform.things))
        for name, (wanted, change) in FAULTS.items():
            wrong = copy.deepcopy(one)
            things = list(platform.things)
            change(wrong.definition, wrong.plan, things)
            changed = wrong != one or things != platform.things
            told = [finding for finding in found(wrong, things) if finding not in right]
            if not changed or not any(wanted in finding for finding in told):
                findings.append(f"{name}: nothing is found with `{wanted}` in it, but: {told[:5]}")
    with deployed.platform(with_traffic) as platform:
        one = failover(platform)
        traffic_before_the_data(one.definition)
        told = Test(one, platform.things).go(Scenario("happy path")).findings
        if not any("where nobody can write" in finding for finding in told):
            findings.append(f"traffic_before_the_data: it is not found, but: {told}")
    for finding in findings:
        print(finding)
    print(f"{Path(folder).name}: {len(FAULTS) + 1} faults, {len(findings)} of them not found")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
