"""moto's interpreter of Amazon States Language, repaired where it must be.

- Time is virtual: what the interpreter takes from `threading`, `time` and `datetime` comes from `clock.py`.
- JSONata is evaluated by `expressions.py`; what fails there is `States.QueryEvaluationError`.
- A task calls a function of ours, with AWS's spelling of names: no botocore, no error names made from class names.
- Names of tokens are counted, not random.

What runs is moto's own: states, retries, catches, time-outs, parallel branches, variables, task tokens.
"""

import dataclasses
import datetime
import itertools
import json
import logging
import sys
import threading
import time

import greenlet
from moto.stepfunctions.parser.api import EvaluationFailedEventDetails, HistoryEventType, StateMachineType, TaskFailedEventDetails
from moto.stepfunctions.parser.asl.component.common.error_name.custom_error_name import CustomErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import FailureEvent, FailureEventException
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name import StatesErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name_type import StatesErrorNameType
from moto.stepfunctions.parser.asl.component.common.string.string_expression import StringJSONata
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import state_task_service
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_aws_sdk import StateTaskServiceAwsSdk
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_lambda import StateTaskServiceLambda
from moto.stepfunctions.parser.asl.eval import program_state, states
from moto.stepfunctions.parser.asl.eval.callback.callback import CallbackOutcomeFailure, CallbackOutcomeSuccess
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.asl.eval.evaluation_details import AWSExecutionDetails
from moto.stepfunctions.parser.asl.eval.event.event_detail import EventDetails
from moto.stepfunctions.parser.asl.eval.event.event_manager import EventHistoryContext, EventManager
from moto.stepfunctions.parser.asl.parse.asl_parser import AmazonStateLanguageParser

import clock
from expressions import QueryError, evaluate


class StateError(Exception):
    """An error that a state can catch."""

    def __init__(self, error, cause, seconds=1.0):
        super().__init__(f"{error}: {cause}")
        self.error, self.cause, self.seconds = error, cause, seconds


@dataclasses.dataclass
class Call:
    """One attempt of a task."""

    state: str
    service: str
    operation: str
    given: dict
    region: str
    # Calls back: `call.answer_token(seconds, output=..., error=(name, cause))`; none if nobody waits for a token.
    answer_token: object = None

    @property
    def key(self):
        return f"{self.service}:{self.operation}"


@dataclasses.dataclass
class Reply:
    """What a call gives, and after how long. None: never."""

    value: object
    seconds: float | None = 1.0


@dataclasses.dataclass
class Visit:
    """One state, entered at a moment; `attempts` are the outcomes of its calls: an error's name, or none."""

    state: str
    at: float
    attempts: list = dataclasses.field(default_factory=list)
    left: bool = False


@dataclasses.dataclass
class Result:
    """How an execution ended: `SUCCEEDED`, `FAILED`, `TIMED_OUT`, or `ABORTED` where we have cut it."""

    status: str
    seconds: float
    error: str
    cause: str
    visits: list
    events: int


class _Run:
    """The execution that is running."""

    current = None

    def __init__(self, answer, watch, region):
        self.answer, self.watch, self.region = answer, watch, region
        self.visits, self.events = [], 0
        self.tokens = itertools.count(1)

    def latest(self, state):
        return next(visit for visit in reversed(self.visits) if visit.state == state)


class Machine:
    """A definition, parsed once."""

    def __init__(self, definition, arn, region):
        self.definition, self.arn, self.region = definition, arn, region
        self._program = AmazonStateLanguageParser.parse(json.dumps(definition))[0]

    def execute(self, answer, watch=lambda *_: None, now=0.0, given=None):
        """Runs it from a moment of the clock. `answer(call)` gives a `Reply` or raises a `StateError`; `watch(what, visit)` is told each
        event, and may return `True` to cut the execution there."""
        run, ticking = _Run(answer, watch, self.region), clock.Clock(now)
        before, _Run.current = _Run.current, run
        began = ticking.milliseconds
        env = Environment(
            aws_execution_details=AWSExecutionDetails(account="123456789012", region=self.region, role_arn=""),
            execution_type=StateMachineType.STANDARD,
            context=states.ContextObjectData(
                Execution=states.ExecutionData(Id=f"{self.arn}:run", Input=given or {}, Name="run", RoleArn="", StartTime=clock.START.isoformat()),
                StateMachine=states.StateMachineData(Id=self.arn, Name=self.arn.rsplit(":", 1)[-1]),
            ),
            event_history_context=EventHistoryContext.of_program_start(),
            cloud_watch_logging_session=None,
            activity_store={},
        )
        try:
            ticking.run(lambda: self._program.eval(env))
        finally:
            _Run.current = before
        end, seconds = env.program_state(), (ticking.milliseconds - began) / 1000
        if isinstance(end, program_state.ProgramError):
            error = end.error or {}
            return Result("FAILED", seconds, error.get("error", ""), error.get("cause", ""), run.visits, run.events)
        status = {program_state.ProgramEnded: "SUCCEEDED", program_state.ProgramTimedOut: "TIMED_OUT"}.get(type(end), "ABORTED")
        return Result(status, seconds, "", "", run.visits, run.events)


def _publish(_self, event_id, source_event_id, event_type, timestamp, event_details):
    """Every event of an execution comes through here."""
    run = _Run.current
    run.events += 1
    name = str(getattr(event_type, "value", event_type))
    visit = None
    if event_details and "stateEnteredEventDetails" in event_details:
        visit = Visit(event_details["stateEnteredEventDetails"]["name"], clock.Clock.current.now)
        run.visits.append(visit)
        what = "entered"
    elif event_details and "stateExitedEventDetails" in event_details:
        visit = run.latest(event_details["stateExitedEventDetails"]["name"])
        visit.left, what = True, "left"
    else:
        what = name
    if run.watch(what, visit):
        clock.Clock.current.stop()


def _task(self, env, resource_runtime_part, normalised_parameters, state_credentials):
    """A task's call: asks the world, waits as long as that takes, gives the answer or fails."""
    run, service = _Run.current, self.resource.api_name
    call = Call(self.name, service, self.resource.api_action, normalised_parameters, run.region)
    visit = run.latest(self.name)
    number = len(visit.attempts)
    visit.attempts.append("States.Timeout")

    def came(error):
        visit.attempts[number] = error

    if self.resource.condition is not None:
        call.answer_token = _answerer(env, came)
    try:
        reply = run.answer(call)
        failure = None
    except StateError as error:
        reply, failure = Reply(None, error.seconds), error
    if reply.seconds is None:
        clock.Clock.current.pause(clock.Token())
    clock.sleep(reply.seconds)
    if not env.is_running():
        # Nobody waits for the answer any more.
        raise greenlet.GreenletExit
    if failure or not call.answer_token:
        came(failure and failure.error)
    if failure:
        raise FailureEventException(FailureEvent(
            env=env, error_name=CustomErrorName(failure.error), event_type=HistoryEventType.TaskFailed,
            event_details=EventDetails(taskFailedEventDetails=TaskFailedEventDetails(error=failure.error, cause=failure.cause)),
        ))
    env.stack.append(reply.value)


def _answerer(env, came):
    """What answers the token of a task, after a while. `came(error)` is told when it does."""
    token, pool = env.states.context_object.context_object_data["Task"]["Token"], env.callback_pool_manager

    def answer(seconds, output=None, error=None):
        if error:
            outcome = CallbackOutcomeFailure(callback_id=token, error=error[0], cause=error[1])
        else:
            outcome = CallbackOutcomeSuccess(callback_id=token, output=json.dumps(output))

        def notify():
            came(error and error[0])
            pool.notify(token, outcome)

        clock.Clock.current.later(seconds, notify)

    return answer


def _query(self, env):
    """A JSONata string."""
    kept = env.states._states_data
    given = {key: value for key, value in kept.items() if key in {"input", "context"} or value is not None}
    store = env.variable_store
    try:
        env.stack.append(evaluate(self.expression, {"states": given, **store._outer_scope, **store._inner_scope}))
    except QueryError as error:
        name = StatesErrorName(typ=StatesErrorNameType.StatesQueryEvaluationError)
        details = EvaluationFailedEventDetails(error=name.error_name, cause=str(error))
        raise FailureEventException(FailureEvent(
            env=env, error_name=name, event_type=HistoryEventType.EvaluationFailed, event_details=EventDetails(evaluationFailedEventDetails=details),
        )) from error


def _repair():
    logging.getLogger("moto.stepfunctions").setLevel(logging.CRITICAL + 1)
    taken = {
        id(threading.Thread): clock.Thread, id(threading.Event): clock.Event, id(threading.Lock): clock.Lock, id(threading.RLock): clock.Lock,
        id(time): clock.Time,
    }

    class Threading:
        """The module `threading`."""

        Thread, Event, Lock, RLock = clock.Thread, clock.Event, clock.Lock, clock.Lock

    class Datetime:
        """The module `datetime`."""

        datetime, timezone, date, timedelta = clock.Moment, datetime.timezone, datetime.date, datetime.timedelta

    taken |= {id(threading): Threading, id(datetime): Datetime}
    for name, module in list(sys.modules.items()):
        if name.startswith("moto.stepfunctions.parser.") and module is not None:
            for key, value in list(vars(module).items()):
                if id(value) in taken:
                    setattr(module, key, taken[id(value)])
    EventManager._publish_history_event = _publish
    StringJSONata._eval_body = _query
    StateTaskServiceAwsSdk._eval_service_task = _task
    StateTaskServiceLambda._eval_service_task = _task
    StateTaskServiceLambda._normalise_parameters = state_task_service.StateTaskService._normalise_parameters
    states.long_uid = lambda: f"token-{next(_Run.current.tokens)}"


_repair()
