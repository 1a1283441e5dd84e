"""The world of one execution: what was deployed, what was ordered and is not done yet, what was told to whom.

A call that no service answers ends the suite: it is never taken for a success.
"""

import copy
import dataclasses
import heapq
import itertools

from clock import Clock
from interpreter import Reply, StateError

# A run calls a function of the platform's: only its author knows what it does, and it has to bear being called again.
READS, ORDERS, TELLS, RUNS = "reads", "orders", "tells", "runs"
_ANSWERS = {}   # "service:operation" -> (kind, function)
_SEEDS = []     # functions that put what was deployed into a world
_AGAIN = {}     # what happens again and again: functions of the world, by name
# How long a call takes, virtual seconds.
SECONDS = {READS: 1.0, ORDERS: 2.0, TELLS: 1.0, RUNS: 5.0}


class Unknown(Exception):
    """A call that the world has no answer to."""


class Impossible(Exception):
    """A call that names what is not there: the machine is wrong, whatever it does with the error."""


def answers(kind, *keys):
    """The function answers these calls: `function(world, call)` gives the result or raises a `StateError`."""

    def register(function):
        for key in keys:
            if key in _ANSWERS:
                raise ValueError(f"{key} has two answers")
            _ANSWERS[key] = (kind, function)
        return function

    return register


def seed(function):
    """The function puts deployed things into a new world."""
    _SEEDS.append(function)
    return function


def again(name):
    """The function happens in every world that has the name in `again`."""

    def register(function):
        _AGAIN[name] = function
        return function

    return register


def kind_of(key):
    """Whether a call reads, orders or tells."""
    if key not in _ANSWERS:
        raise Unknown(f"services/ has no answer to {key}")
    return _ANSWERS[key][0]


@dataclasses.dataclass(frozen=True)
class Thing:
    """One deployed resource."""

    type: str
    region: str
    id: str
    properties: dict
    attributes: dict

    def __hash__(self):
        return hash((self.type, self.region, self.id))


@dataclasses.dataclass
class Order:
    """An order that was accepted, and whether it changes anything."""

    key: str
    given: dict
    state: str
    at: float
    changes: bool


@dataclasses.dataclass
class Told:
    """Something that people were told: by the machine or by a rule on its status."""

    at: float
    by: str
    topic: str
    message: str
    state: str


class World:
    """One account. `lost` are the Regions that nobody answers in; `home` is the Region of the machine."""

    def __init__(self, things, home, lost=(), writer=None):
        self.things, self.home, self.lost, self.writer = things, home, set(lost), writer
        self.orders, self.told, self.asked = [], [], []
        # Orders of these states are accepted and never carried out.
        self.never_done = set()
        # What happens again and again: a name, the next moment, the seconds between two.
        self.again = {}
        # How the tokens of states are answered, if not with yes: `no`, `never`.
        self.token = {}
        self._changes, self._count = [], itertools.count()
        # The moment while nothing runs; the moment of a change while it is carried out.
        self.epoch, self._moment = 0.0, None
        # Told of every change, when it happens.
        self.observe = lambda: None
        for put in _SEEDS:
            put(self)

    def fork(self):
        """Another world, as it is now. Nothing may be on its way but what comes again and again."""
        if self._changes:
            raise ValueError("something is still on its way")
        made = copy.copy(self)
        shared = {"things", "observe", "checks", "addresses", "keepers", "rules", "_count"}
        for name, value in vars(self).items():
            if name not in shared:
                setattr(made, name, copy.deepcopy(value))
        made.orders, made.told, made.asked = [], [], []
        return made

    # ---- time

    def now(self):
        """The virtual moment, also between two executions."""
        if self._moment is not None:
            return self._moment
        return Clock.current.now if Clock.current else self.epoch

    def after(self, seconds, change):
        """Something becomes so after a while."""
        heapq.heappush(self._changes, (self.now() + seconds, next(self._count), change))

    def catch_up(self):
        """Carries out what is due, each at its moment. Everybody who looks at the world calls it first."""
        now = self.now()
        while True:
            change = self._changes[0][0] if self._changes else None
            again = min((due for due, _ in self.again.values()), default=None)
            due = min((moment for moment in (change, again) if moment is not None), default=None)
            if due is None or due > now:
                return
            self._moment = due
            if due == change:
                heapq.heappop(self._changes)[2]()
            else:
                for name, (moment, seconds) in self.again.items():
                    if moment == due:
                        self.again[name] = (due + seconds, seconds)
                        _AGAIN[name](self)
            self._moment = None
            self.observe()

    def pass_by(self, seconds):
        """Time passes between two executions."""
        self.epoch += seconds
        self.catch_up()

    # ---- what is there

    def all(self, kind, region=None):
        """The deployed things of a type."""
        return [thing for thing in self.things if thing.type == kind and region in (None, thing.region)]

    def find(self, kind, name, error, region=None):
        """The thing of a type that a call names, in the machine's Region. An error names what is missing."""
        for thing in self.all(kind, region or self.home):
            if name in (thing.id, thing.attributes.get("Arn")) or name in names(thing):
                return thing
        raise Impossible(f"{kind} {name} is not in {region or self.home} ({error})")

    def alive(self, region):
        """Whether anybody answers there."""
        return region not in self.lost

    # ---- calls

    def answer(self, call):
        """One call of a machine."""
        self.catch_up()
        kind = kind_of(call.key)
        if kind == ORDERS:
            self.asked.append(call.key)
        return Reply(_ANSWERS[call.key][1](self, call), SECONDS[kind])

    def order(self, call, seconds, change, same=False):
        """Accepts an order: `change()` is carried out after a while. `same`: it is so already, or on its way."""
        changes = not same and call.state not in self.never_done
        self.orders.append(Order(call.key, call.given, call.state, self.now(), changes))
        if changes:
            self.after(seconds, change)

    def tell(self, by, topic, message, state=""):
        """Somebody reads it, if the topic is where somebody answers."""
        self.told.append(Told(self.now(), by, topic, message, state))


def names(thing):
    """What else a call may name a thing by: the name that its properties give."""
    return [value for key, value in thing.properties.items() if isinstance(value, str) and key.endswith(("Name", "Identifier", "Id"))]


def region_of(arn):
    """The Region in an ARN."""
    return arn.split(":")[3]


def refused(error, cause):
    """A service says no."""
    return StateError(error, cause)
