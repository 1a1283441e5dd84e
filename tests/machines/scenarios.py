"""The worlds in which a machine is run, and what must be so in each of them."""

import dataclasses
import json

from interpreter import Reply, StateError
from services import messages
from services.traffic import answering
from services.world import ORDERS, READS, RUNS, TELLS, World, kind_of

# An hour passes between a run that ended and the next one; a minute between one that was cut and the next one.
LATER, SOON = 3_600.0, 60.0
# Step Functions ends an execution with more.
MAXIMUM_EVENTS = 25_000


def _prefix(service):
    return service[:1].upper() + service[1:]


def failing(call):
    """What Step Functions makes of a service that cannot be reached."""
    return StateError(f"{_prefix(call.service)}.SdkClientException", "the service cannot be reached")


@dataclasses.dataclass
class Scenario:
    """`alter(call, number)` may answer a call instead of the world: `number` counts the calls of a state. `ends` are the statuses that are
    right; `token` says of states how somebody answers their tokens: `no`, `never`; `cut` names the state behind which the execution is cut."""

    title: str
    alter: object = None
    ends: tuple = ("SUCCEEDED", "FAILED")
    never_done: frozenset = frozenset()
    token: dict = dataclasses.field(default_factory=dict)
    cut: str = ""
    nothing_lost: bool = False


def scenarios(shape, happy):
    """All scenarios of a machine but the happy path, which `happy` holds: the states in the order in which it visits them."""
    found = []
    for name in shape.tasks:
        found += _of_task(shape, name)
    for name in (name for name in happy if shape.states[name]["Type"] != "Succeed"):
        found.append(Scenario(f"cut behind {name}", cut=name, ends=("ABORTED",)))
    tells = [name for name in shape.tasks if kind_of(shape.key(name)) == TELLS and not shape.waits_for_token(name)]
    others = [name for name in shape.tasks if name not in tells]
    if tells:
        found.append(Scenario("nobody can be told", lambda call, _: failing(call) if call.state in tells else None, ends=("SUCCEEDED",)))
        # The first call whose failure ends the plan.
        for name in (name for name in others if name not in shape.loops):
            both = {name, *tells}
            found.append(Scenario(f"{name} fails always, and nobody can be told", lambda call, _, both=both: failing(call) if call.state in both else None))
            break
    found.append(Scenario("no call gets an answer", lambda *_: Reply(None, None)))
    return found


def _of_task(shape, name):
    def only(make, least=0, most=None):
        return lambda call, number: make(call) if call.state == name and number >= least and (most is None or number < most) else None

    kind, notice = kind_of(shape.key(name)), name in shape.notices
    if notice:
        return
    again = shape.retries(name) > 0 or name in shape.loops
    yield Scenario(f"{name} fails once", only(failing, most=1), ends=("SUCCEEDED",) if again else ("SUCCEEDED", "FAILED"))
    # A message that cannot be sent stops no plan.
    told = kind == TELLS and not shape.waits_for_token(name)
    yield Scenario(f"{name} fails always", only(failing), ends=("SUCCEEDED",) if told else ("SUCCEEDED", "FAILED"))
    if kind == READS:
        yield Scenario(f"{name} finds nothing", only(lambda _: Reply({})))
    if kind == RUNS:
        yield Scenario(f"{name}: the function fails", only(lambda _: Reply({"StatusCode": 200, "FunctionError": "Unhandled", "Payload": "null"})))
    if kind == ORDERS:
        yield Scenario(f"{name} is never carried out", never_done=frozenset({name}))
    if shape.waits_for_token(name):
        yield Scenario(f"{name} is answered with no", token={name: "no"})
        yield Scenario(f"{name} is never answered", token={name: "never"})


@dataclasses.dataclass
class Ran:
    """One execution in a world."""

    scenario: Scenario
    result: object
    world: World
    findings: list
    told: list


class Judge:
    """Runs one machine and holds every event against what must always be so."""

    def __init__(self, deployed, machine, shape, things):
        self.deployed, self.machine, self.shape, self.things = deployed, machine, shape, things
        self.calls, self.results, self.visited = {}, {}, set()
        # The world before each scenario: as it was deployed, or as another machine has left it.
        self.start = World(things, deployed.region)

    def begins_here(self):
        """Whether the plan leaves the Region in which everything is written."""
        region = self.deployed.plan.get("from")
        return all(store.written_in == {region} for store in self.start.stores.values() if region in store.regions)

    def world(self, scenario):
        """A new world. What an unplanned plan leaves is lost; for the others all Regions are there."""
        made = self.start.fork()
        made.home = self.deployed.region
        made.lost = {self.deployed.plan["from"]} if self.deployed.plan["kind"] == "failover" and not scenario.nothing_lost else set()
        made.never_done, made.token = set(scenario.never_done), dict(scenario.token)
        return made

    def left_behind(self):
        """The world an hour after the happy path of this machine, with all Regions back; none if that path is not happy."""
        world = self.world(Scenario("happy path"))
        ran = self.run(Scenario("happy path"), world)
        world.lost = set()
        world.pass_by(LATER)
        return world if ran.result.status == "SUCCEEDED" and not ran.findings else None

    def returned(self, world):
        """The Region that was lost is there again, and nobody does anything: what is wrong an hour later."""
        answered, findings = _alive(world), []
        world.lost = set()
        world.observe = lambda: self._hold(world, answered, findings)
        world.observe()
        world.pass_by(LATER)
        world.observe()
        return findings

    def run(self, scenario, world):
        """One execution, from the moment at which the world is."""
        findings, numbers = [], {}
        began, told = world.now(), len(world.told)
        answered = self._before(world)
        world.observe = lambda: self._hold(world, answered, findings)

        def answer(call):
            number = numbers[call.state] = numbers.get(call.state, -1) + 1
            self.calls[call.service, call.operation, _text(call.given)] = {"service": call.service, "operation": call.operation, "given": call.given}
            world.catch_up()
            reply = scenario.alter(call, number) if scenario.alter else None
            if isinstance(reply, StateError):
                raise reply
            if reply is None:
                reply = world.answer(call)
                self.results.setdefault(call.state, []).append(reply.value)
            return reply

        def watch(what, visit):
            world.catch_up()
            world.observe()
            if visit is not None:
                self.visited.add(visit.state)
            return what == "left" and visit.state == scenario.cut

        result = self.machine.execute(answer, watch, began, {})
        world.epoch = began + result.seconds
        world.catch_up()
        if result.status != "SUCCEEDED":
            messages.status_changed(world, self.deployed.arn, result.status)
        ran = Ran(scenario, result, world, findings, world.told[told:])
        self._ended(ran, scenario)
        return ran

    # ---- what must always be so

    def _before(self, world):
        """Who is answered by whom before anything is lost."""
        lost, world.lost = world.lost, set() if not world.told and not world.asked else world.lost
        try:
            return _alive(world)
        finally:
            world.lost = lost

    def _hold(self, world, answered, findings):
        """At every event: one writer at most, and no traffic moves to a Region that takes no writes."""
        for store in world.stores.values():
            # What parted for good has a writer on each side: that counts once both are there.
            if len(store.writers) > 1 and (not store.parted or all(world.alive(store.members[member]) for member in store.writers)):
                _add(findings, f"{store.name} has two writers: {', '.join(sorted(store.writers))}")
        for name, regions in _alive(world).items():
            for region in sorted(regions - answered.get(name, set())):
                for store in world.stores.values():
                    if region in store.regions and not store.writes_in(region):
                        _add(findings, f"{name} is answered by {region}, where nobody can write to {store.name}")
            answered[name] = regions

    def _ended(self, ran, scenario):
        """At the end: in time, for a reason that is said, to somebody who is told."""
        result, findings = ran.result, ran.findings
        limit = self.machine.definition["TimeoutSeconds"]
        if result.status not in scenario.ends:
            _add(findings, f"{result.status}{f' ({result.cause})' if result.cause else ''}, not {' or '.join(scenario.ends)}")
        if result.status == "TIMED_OUT" or result.seconds > limit:
            _add(findings, f"it takes {result.seconds} s, and may take {limit}")
        for name in (name for name, answer in scenario.token.items() if answer == "no"):
            asked = sum(visit.state == name for visit in result.visits)
            if asked > 1:
                _add(findings, f"{name} is answered with no, and asks {asked} times")
        if result.events > MAXIMUM_EVENTS:
            _add(findings, f"it has {result.events} events")
        if result.status == "FAILED" and not (result.error.startswith("Drc.") and result.cause.startswith("step ")):
            _add(findings, f"it fails with {result.error}: {result.cause}, which names no step")
        if result.status == "FAILED" and not any(told.by == "rule" or told.state in self.shape.notices for told in ran.told):
            _add(findings, "it fails, and nobody is told")
        # The second path: an execution that was aborted tells nobody itself.
        if result.status != "SUCCEEDED" and not any(told.by == "rule" for told in ran.told):
            _add(findings, f"no rule on its status tells that it is {result.status}")


def _alive(world):
    """For each name: the Regions that answer it, of those that are there."""
    return {name: {region for region in regions if world.alive(region)} for name, regions in answering(world).items()}


def _add(findings, finding):
    if finding not in findings:
        findings.append(finding)


def _text(value):
    return json.dumps(value, sort_keys=True)
