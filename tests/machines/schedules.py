"""Random schedules: run by `schedules.cjs`, which is fast, and some of them again by moto's interpreter, which is another opinion."""

import json
import os
import subprocess
import tempfile
import zlib
from pathlib import Path

from interpreter import Reply, StateError

SCHEDULES, TRACES = 1_000, 6
# How much of its bound the longest schedule has to reach: a bound that nothing reaches says nothing about the day of the outage.
REACHED = 0.95


def judge(tests, number=SCHEDULES):
    """Runs the schedules of the machines of a platform; gives findings and one line for each machine."""
    machines = [
        {
            "name": test.one.name, "definition": test.one.definition, "bound": test.one.plan["bound_seconds"] * 1000,
            "notices": sorted(test.shape.notices), "answers": answers(test), "seed": zlib.crc32(test.one.arn.encode()),
        }
        for test in tests
    ]
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
        json.dump({"schedules": number, "traces": TRACES, "machines": machines}, file)
        file.flush()
        done = subprocess.run(["node", Path(__file__).with_suffix(".cjs"), file.name], env=os.environ, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        return [f"the schedules cannot be run: {done.stderr.strip()}"], [], 0
    findings, lines, compared = [], [], 0
    for test, found in zip(tests, json.loads(done.stdout), strict=True):
        name, bound = test.one.name, test.one.plan["bound_seconds"]
        findings += [f"{name}: {finding}" for finding in found["findings"]]
        reached = found["longest"] / 1000 / bound
        if reached < REACHED:
            findings.append(f"{name}: the longest schedule takes {found['longest'] / 1000:.1f} s, {reached:.0%} of the bound of {bound:g} s")
        ends = ", ".join(f"{count} {status}" for status, count in sorted(found["statuses"].items()))
        lines.append(f"{name}: bound {bound:g} s; longest {found['longest'] / 1000:.1f} s, of the random ones {found['steps'] / 1000:.1f} s; {ends}")
        for at, trace in enumerate(found["traces"]):
            compared += 1
            findings += [f"{name}: schedule {at}: {finding}" for finding in differences(test, trace)]
    return findings, lines, compared


def answers(test):
    """What each task was answered in the scenarios: the answer that let the happy path go on, and the others."""
    # Whoever answers a token says yes with nothing.
    found = {state: {"yes": {}, "no": []} for state in test.shape.tasks if test.shape.waits_for_token(state)}
    for state, values in test.judge.results.items():
        if state in found:
            continue
        yes = test.last[state] if state in test.last else values[-1]
        no = []
        for value in values:
            if value != yes and value not in no:
                no.append(value)
        found[state] = {"yes": yes, "no": no}
    return found


def differences(test, trace):
    """Runs a schedule once more with moto's interpreter: the same states at the same milliseconds, the same end."""
    left = {state: list(decisions) for state, decisions in trace["decisions"].items()}

    def answer(call):
        if not left.get(call.state):
            raise StateError("Test.NotCalled", f"the other interpreter does not call {call.state} once more", 0.0)
        decision = left[call.state].pop(0)
        if "milliseconds" not in decision:
            return Reply({}, 0.0 if call.answer_token else None)
        seconds = decision["milliseconds"] / 1000
        if call.answer_token:
            error = (decision["error"], "drawn") if "error" in decision else None
            call.answer_token(seconds, decision.get("value"), error)
            return Reply({}, 0.0)
        if "error" in decision:
            raise StateError(decision["error"], "drawn", seconds)
        return Reply(decision.get("value", {}), seconds)

    result = test.machine.execute(answer)
    if result.status == "TIMED_OUT":
        return [f"moto's interpreter ends it after {result.seconds} s"]
    ours = _comparable(test.shape, [(visit.state, round(visit.at * 1000)) for visit in result.visits])
    theirs = _comparable(test.shape, [tuple(visit) for visit in trace["visits"]])
    if ours != theirs:
        at = next((number for number, (one, other) in enumerate(zip(ours, theirs)) if one != other), min(len(ours), len(theirs)))
        return [f"the interpreters differ: moto visits {ours[at : at + 2]}, ours {theirs[at : at + 2]}"]
    # Of a call that is not answered moto says no cause, and neither does AWS.
    theirs = trace.get("cause", "").replace("the call got no answer in time", "")
    if (result.status, result.error, result.cause) != (trace["status"], trace.get("error", ""), theirs):
        return [f"the interpreters differ: moto ends with {result.status} {result.cause}, ours with {trace['status']} {trace.get('cause', '')}"]
    return []


def _comparable(shape, visits):
    """The visits in order of time, without those of branches that were cut because another one had failed: our interpreter runs each
    branch to its end."""
    outer = [(state, at) for state, at in visits if not shape.branch[state]]
    ended = {}
    for (state, _), (following, at) in zip(outer, outer[1:]):
        if state in shape.parallel:
            ended[state] = at, following != shape.states[state]["Next"]
    kept = []
    for state, at in visits:
        if shape.branch[state]:
            end, failed = ended[shape.branch[state][0][0]]
            is_failure = shape.states[state]["Type"] == "Fail"
            if at > end or (failed and at == end and not is_failure):
                continue
        kept.append((at, state))
    return sorted(kept)
