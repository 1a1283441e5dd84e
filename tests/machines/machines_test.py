"""One platform in a process of its own: deployed on the emulator, each of its machines run in all scenarios.

    machines_test.py FOLDER
"""

import sys
import time
import tomllib
from pathlib import Path

import deployed
import golden
import schedules
import visits
from interpreter import Machine
from scenarios import LATER, SOON, Judge, Scenario, scenarios
from services.traffic import answering
from services.world import ORDERS, Impossible, Unknown, World, kind_of
from shape import Shape

# Modules of the emulator: `deployed` knows where they are.
import permissions
from gaps import Gap

ACCEPTED = tomllib.loads((Path(__file__).parent / "accepted.toml").read_text(encoding="utf-8"))


class Test:
    """One machine."""

    def __init__(self, one, things):
        self.one, self.shape = one, Shape(one.definition)
        self.machine = Machine(one.definition, one.arn, one.region)
        self.judge = Judge(one, self.machine, self.shape, things)
        self.findings, self.lines, self.runs, self.last = [], [], 0, {}

    def go(self, scenario, world=None):
        """One execution; its findings are the machine's."""
        ran = self.judge.run(scenario, world or self.judge.world(scenario))
        self.runs += 1
        self.findings += [f"{self.one.name}: {scenario.title}: {finding}" for finding in ran.findings]
        return ran

    def all(self, others=()):
        """All scenarios. `others` are the platform's other machines: what they leave behind is where some plans begin."""
        began = self.begin(others)
        happy = self.go(Scenario(f"happy path{began}", ends=("SUCCEEDED",)))
        happy_steps = visits.steps(happy.result, self.shape)
        self.last = {state: values[-1] for state, values in self.judge.results.items()}
        self.lines += visits.block(happy.scenario.title, happy, self.shape)
        self.lines += [f"    orders {order.key}{'' if order.changes else ' (nothing to do)'}" for order in happy.world.orders]
        if self.one.plan["kind"] == "failover":
            for name, regions in answering(happy.world).items():
                if not any(happy.world.alive(region) for region in regions):
                    self.findings.append(f"{self.one.name}: it succeeds, and {name} is answered by a Region that is lost")
        before = len(happy.world.asked)
        second = self.again("second run after success", happy.world, LATER)
        self.lines += visits.block("second run after success", second, self.shape, happy_steps)
        self.findings += [f"{self.one.name}: the second run after success orders {key} again" for key in happy.world.asked[before:]]
        self.findings += [f"{self.one.name}: when the Region is back: {finding}" for finding in self.judge.returned(happy.world)]
        self.faults(list(dict.fromkeys(visit.state for visit in happy.result.visits)), happy_steps)
        self.after_others(others, began, happy_steps)
        if self.one.plan["kind"] == "drill":
            self.under_way(others, happy_steps)
        unvisited = [name for name in self.shape.states if name not in self.judge.visited]
        self.lines += [f"no scenario visits {name}" for name in unvisited]

    def begin(self, others):
        """Where a plan begins: as everything was deployed, if that is in the Region that it leaves; else where another plan has ended. A
        planned plan begins after an unplanned one, which went to the Region that is left now, or to the one that is gone to."""
        plan, judge = self.one.plan, self.judge
        if plan["kind"] == "drill" or (plan["kind"] == "failover" and judge.begins_here()):
            return ""
        deployed_now = judge.start
        back = ((plan["to"], plan["from"]), (plan["from"], plan["to"]))
        for ends in back[:1] if plan["kind"] == "failover" else back:
            for other in others:
                if other.one.plan["kind"] == "failover" and (other.one.plan["from"], other.one.plan["to"]) == ends:
                    world = other.judge.left_behind()
                    if world is None:
                        continue
                    judge.start = world
                    ran = judge.run(Scenario("happy path"), judge.world(Scenario("happy path")))
                    if ran.result.status == "SUCCEEDED" and ran.world.asked:
                        return f" after {other.one.name}"
        judge.start = deployed_now if judge.begins_here() else World(judge.things, self.one.region, writer=plan["from"])
        return ""

    def faults(self, visited, happy_steps):
        """Everything that can fail, once and always; and a cut behind each state."""
        cuts = {}
        for scenario in self.scenarios(visited):
            ran = self.go(scenario)
            if scenario.cut:
                second = self.again(f"second run after a {scenario.title}", ran.world, SOON)
                cuts.setdefault(tuple(visits.block("", second, self.shape, happy_steps)), []).append(scenario.cut)
                continue
            self.lines += visits.block(scenario.title, ran, self.shape, happy_steps)
            if ran.result.status != "SUCCEEDED":
                # Somebody repairs what was ill, and starts it again.
                self.again(f"second run after: {scenario.title}", ran.world, LATER)
        for text, states in cuts.items():
            self.lines += [f"second run after a cut behind {' | '.join(states)}{text[0]}", *text[1:]]

    def scenarios(self, visited):
        yield from scenarios(self.shape, visited)
        if self.one.plan["kind"] == "failover":
            yield Scenario("the Region that is left still answers", nothing_lost=True, ends=("SUCCEEDED",))

    def after_others(self, others, began, happy_steps):
        """The second loss, a plan that is started at the wrong time, a drill after the day: what unplanned plans have left behind."""
        start = self.judge.start
        if began:
            self.judge.start = World(self.judge.things, self.one.region)
            ran = self.go(Scenario("after nothing"))
            self.lines += visits.block(ran.scenario.title, ran, self.shape, happy_steps)
        for other in others:
            if other.one.plan["kind"] == "failover":
                world = other.judge.left_behind()
                if world is not None:
                    self.judge.start = world
                    ran = self.go(Scenario(f"after {other.one.name}"))
                    self.lines += visits.block(ran.scenario.title, ran, self.shape, happy_steps)
        self.judge.start = start

    def under_way(self, others, happy_steps):
        """A drill while an unplanned plan is under way in its Region: behind each order of that one."""
        found = {}
        for other in others:
            if other.one.plan["kind"] != "failover" or other.one.region != self.one.region:
                continue
            happy = Scenario("happy path")
            states = dict.fromkeys(visit.state for visit in other.judge.run(happy, other.judge.world(happy)).result.visits)
            for name in (name for name in states if name in other.shape.tasks and kind_of(other.shape.key(name)) == ORDERS):
                cut = Scenario(f"cut behind {name}", cut=name)
                ran = self.go(Scenario(f"while {other.one.name} is behind {name}"), other.judge.run(cut, other.judge.world(cut)).world)
                text = tuple(visits.block("", ran, self.shape, happy_steps))
                found.setdefault((other.one.name, text), []).append(name)
        for (name, text), states in found.items():
            self.lines += [f"while {name} is behind {' | '.join(states)}{text[0]}", *text[1:]]

    def again(self, title, world, pause):
        """A second run in the same world, in which nothing fails any more: it comes to its end, and nothing is carried out twice."""
        world.pass_by(pause)
        world.never_done, world.token = set(), {}
        ran = self.go(Scenario(title, ends=("SUCCEEDED",)), world)
        made = [(order.key, deployed.dump(order.given)) for order in world.orders if order.changes]
        for key, given in sorted(set(made)):
            if made.count((key, given)) > 1:
                self.findings.append(f"{self.one.name}: {title}: {key} is carried out twice")
        return ran


def main(folder):
    """All machines of a platform: scenarios, golden files, permissions of the calls that they make, schedules."""
    began = time.time()
    with deployed.platform(folder) as platform:
        tests = [Test(one, platform.things) for one in deployed.by_region(platform.machines)]
        for test in tests:
            test.all([other for other in tests if other is not test])
        findings = [finding for test in tests for finding in test.findings]
        findings += golden.compare(platform.name, tests)
        refused, calls = permissions.judge(platform.engine, {test.one.arn: list(test.judge.calls.values()) for test in tests})
        findings += refused
        found, lines, compared = schedules.judge(tests)
        findings += found
    accepted = [row["finding"] for row in ACCEPTED.get(platform.name, [])]
    findings = [finding for finding in findings if finding not in accepted] + [
        f"accepted.toml accepts what is not found any more: {finding}" for finding in accepted if finding not in findings
    ]
    for line in [*lines, *findings]:
        print(f"{platform.name}: {line}")
    runs = sum(test.runs for test in tests)
    print(
        f"{platform.name}: {len(tests)} machines; {runs} executions in {time.time() - began:.0f} s; {calls} calls held against roles; "
        f"{schedules.SCHEDULES * len(tests)} schedules, {compared} of them on both interpreters"
    )
    return 1 if findings or not tests else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1]))
    except (Gap, Unknown, Impossible) as missing:
        sys.exit(f"{Path(sys.argv[1]).name}: {type(missing).__name__}: {missing}")
