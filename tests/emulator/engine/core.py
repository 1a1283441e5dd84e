"""The engine: all stacks of all Regions, and a clock of its own."""

import collections
import dataclasses
import datetime
import hashlib

from calls import ACCOUNT, Call, client, partition
from gaps import Gap

from . import api
from .errors import Invalid
from .operation import Operation
from .stack import Stack, arn


@dataclasses.dataclass
class Scope:
    """Where an adapter works: the stack and its Region."""

    region: str
    stack_name: str
    logical_id: str
    tags: dict
    counts: object

    account = ACCOUNT

    @property
    def partition(self):
        return partition(self.region)

    def client(self, service, region=None):
        return client(service, region or self.region)

    def name(self, limit, lower=False):
        """A physical name as CloudFormation makes it: stack, logical id, something unique."""
        unique = hashlib.sha256(f"{self.region}/{self.stack_name}/{self.logical_id}/{self.counts['names']}".encode()).hexdigest()[:12].upper()
        self.counts["names"] += 1
        found = f"{self.stack_name}-{self.logical_id}"[: limit - 13] + f"-{unique}"
        return found.lower() if lower else found


class Engine:
    """CloudFormation in every Region of one account."""

    def __init__(self):
        self.stacks = {}        # (region, name) -> Stack, in the order of creation
        self.gone = []          # deleted stacks
        self.counts = collections.Counter()
        self.made = 0
        self._seconds = 0

    def now(self):
        """Every look at the clock is a second later: no two events have the same time."""
        self._seconds += 1
        return datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc) + datetime.timedelta(seconds=self._seconds)

    def scope(self, stack, logical_id):
        tags = {tag["Key"]: tag["Value"] for tag in stack.tags}
        return Scope(stack.region, stack.name, logical_id, tags, self.counts)

    def find(self, region, name):
        """A stack by its name or its id."""
        if (region, name) in self.stacks:
            return self.stacks[region, name]
        return next((stack for stack in [*self.stacks.values(), *self.gone] if stack.id == name and stack.region == region), None)

    def create(self, region, name):
        self.made += 1
        stack = Stack(name, region, arn(region, "stack", name, self.made), self.now())
        self.stacks[region, name] = stack
        return stack

    def forget(self, stack):
        """The stack is deleted; its id still answers."""
        stack.deleted = self.now()
        stack.turn(self.now(), "DELETE_COMPLETE")
        self.gone.append(self.stacks.pop((stack.region, stack.name)))

    def start(self, stack, work):
        """Begins an operation. It is done when somebody looks at the stack for the second time: a script that does not wait for it
        finds that what it needs is not there."""
        stack.pending, stack.looks = work, 0

    def look(self, stack):
        """Somebody asks for the state of a stack."""
        if stack.pending is None:
            return
        stack.looks += 1
        if stack.looks > 1:
            work, stack.pending = stack.pending, None
            work(Operation(self, stack))

    def answer(self, call: Call, model):
        """Answers a call of the CloudFormation API."""
        function = api.OPERATIONS.get(call.operation)
        if function is None:
            raise Gap(f"the engine does not know cloudformation:{call.operation}")
        try:
            response = function(self, call.region, call.params)
        except Invalid as error:
            raise error.of(call.operation) from error
        _fits(response, model.output_shape, call.operation)
        return response


def _fits(value, shape, place):
    """Our own answers have to have the shape that AWS's model gives: else `--query` would see what AWS never sends."""
    if shape is None or shape.type_name not in {"structure", "list"}:
        return
    if shape.type_name == "list":
        for inner in value:
            _fits(inner, shape.member, place)
        return
    for key, inner in value.items():
        if key not in shape.members:
            raise Gap(f"the engine answers {place} with {key}, which AWS's model does not have")
        _fits(inner, shape.members[key], f"{place}.{key}")
