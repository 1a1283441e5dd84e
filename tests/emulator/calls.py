"""Every call of botocore goes through here: the preconditions that moto does not check, the answers that moto does not have.

The real CLI, boto3 and the adapters make the same calls, so that a precondition binds all of them alike.
"""

import dataclasses
import functools

import boto3
import botocore.client
import botocore.waiter
from botocore.exceptions import ClientError, ParamValidationError
from botocore.validate import ParamValidator

from gaps import Gap

ACCOUNT = "123456789012"
# Botocore's names for the one Region of a global service.
GLOBAL_REGIONS = {"aws-global": "us-east-1", "aws-cn-global": "cn-northwest-1", "aws-us-gov-global": "us-gov-west-1"}


def unread(page):
    """A page that should state a precondition which we know from experience; nobody has held the one against the other."""
    return f"not looked up: {page}"


class Refused(ClientError):
    """A service says no. `rule` names our precondition, so that a test can tell which one it was."""

    def __init__(self, code, message, operation, rule):
        super().__init__({"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": 400}}, operation)
        self.rule = rule


@dataclasses.dataclass(frozen=True)
class Rule:
    """A precondition of a service, with the page that states it (or should: see `unread`)."""

    name: str
    source: str
    check: object


@dataclasses.dataclass
class Call:
    """One call of an API: which one, where, with which arguments."""

    service: str
    operation: str
    region: str
    params: dict
    rule: str = ""

    @property
    def partition(self):
        return partition(self.region)

    def client(self, service, region=None):
        return client(service, region or self.region)

    def refuse(self, code, message):
        return Refused(code, message, self.operation, self.rule)


RULES = {}      # name -> Rule
_CHECKS = {}    # (service, operation) -> [Rule]
_ANSWERS = {}   # (service, operation) -> function(call, forward)
_RESETS = []
_STATE = {"cloudformation": None, "fail": None}
_CLIENTS = {}
# What the emulator did not know: the CLI would take it for an error of AWS.
GAPS = []


def precondition(name, source, services, *operations):
    """The function is asked before each of these calls of these services, and raises `call.refuse(...)`."""

    def register(check):
        if name in RULES:
            raise ValueError(f"precondition {name} stands there twice")
        RULES[name] = rule = Rule(name, source, check)
        for service in (services,) if isinstance(services, str) else services:
            for operation in operations:
                _CHECKS.setdefault((service, operation), []).append(rule)
        return check

    return register


def answer(services, *operations):
    """The function gives the response; `forward(params)` asks moto."""

    def register(function):
        for service in (services,) if isinstance(services, str) else services:
            for operation in operations:
                if (service, operation) in _ANSWERS:
                    raise ValueError(f"{service}:{operation} has two answers")
                _ANSWERS[service, operation] = function
        return function

    return register


def state(make):
    """Something that we keep because moto does not; made anew when the world is."""
    kept = make()

    def reset():
        kept.clear()

    _RESETS.append(reset)
    return kept


def partition(region):
    return {"cn": "aws-cn", "us-gov": "aws-us-gov"}.get(region.rsplit("-", 2)[0] if region.startswith("us-gov") else region[:2], "aws")


def client(service, region):
    """A client; they are dear to make, and there is one per service and Region."""
    if (service, region) not in _CLIENTS:
        _CLIENTS[service, region] = boto3.client(service, region_name=region)
    return _CLIENTS[service, region]


def reset(cloudformation):
    """A new world: nothing of ours is left of the old one, and this engine answers for CloudFormation."""
    for clear in _RESETS:
        clear()
    _STATE.update(cloudformation=cloudformation, fail=None)


def fail_next(service, operation, message):
    """The next such call fails as if the service were ill: for rollbacks."""
    _STATE["fail"] = (service, operation, message)


def validate(params, operation_model):
    """Botocore's own check of the arguments, which happens below the place where we answer."""
    if operation_model.input_shape is not None:
        report = ParamValidator().validate(params, operation_model.input_shape)
        if report.has_errors():
            raise ParamValidationError(report=report.generate_report())


def _dispatch(original, self, operation, params):
    service = self.meta.service_model.service_name
    region = self.meta.region_name
    call = Call(service, operation, GLOBAL_REGIONS.get(region, region), params)
    model = self.meta.service_model.operation_model(operation)
    forward = functools.partial(original, self, operation)
    if service == "cloudformation":
        validate(params, model)
        response = _STATE["cloudformation"].answer(call, model)
        response["ResponseMetadata"] = {"RequestId": "00000000-0000-0000-0000-000000000000", "HTTPStatusCode": 200, "HTTPHeaders": {}, "RetryAttempts": 0}
        return response
    if _STATE["fail"] and _STATE["fail"][:2] == (service, operation):
        message = _STATE["fail"][2]
        _STATE["fail"] = None
        raise call.refuse("InternalFailure", message)
    for rule in _CHECKS.get((service, operation), ()):
        call.rule = rule.name
        rule.check(call)
    call.rule = ""
    given = _ANSWERS.get((service, operation))
    if given is None:
        return forward(params)
    validate(params, model)
    return given(call, forward)


def install():
    """Puts us between botocore and moto; waiters do not sleep."""
    original = botocore.client.BaseClient._make_api_call

    def make_api_call(self, operation_name, api_params):
        try:
            return _dispatch(original, self, operation_name, api_params)
        except (Gap, NotImplementedError) as gap:
            GAPS.append(f"{self.meta.service_model.service_name}:{operation_name}: {gap}")
            raise

    botocore.client.BaseClient._make_api_call = make_api_call
    botocore.waiter.time = type("NoWait", (), {"sleep": staticmethod(lambda _seconds: None)})
