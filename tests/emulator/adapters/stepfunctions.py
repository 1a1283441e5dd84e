"""Step Functions and Scheduler: machines that parse, with a role that they may take and a log that is there."""

import re

from moto.stepfunctions.parser.asl.parse.asl_parser import AmazonStateLanguageParser

from calls import precondition, unread
from engine.errors import Invalid

from .base import Adapter, Made, arguments, tag_list
from .iam import assumable
from .watching import log_group_there

CREATE = "https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachine.html"
ROLE = unread("https://docs.aws.amazon.com/step-functions/latest/dg/procedure-create-iam-role.html")
LOG = unread("https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html")


@precondition("states.definition", CREATE, "stepfunctions", "CreateStateMachine", "UpdateStateMachine")
def definition(call):
    """The definition is Amazon States Language, of at most 1,048,576 characters."""
    text = call.params.get("definition")
    if text is None:
        return
    try:
        if len(text) > 1_048_576:
            raise ValueError("the definition is too long")
        AmazonStateLanguageParser.parse(text)
    except Exception as error:
        raise call.refuse("InvalidDefinition", f"Invalid State Machine Definition: {error}") from error


@precondition("states.role", ROLE, "stepfunctions", "CreateStateMachine", "UpdateStateMachine")
def role(call):
    """The role of a machine is there and trusts Step Functions."""
    arn = call.params.get("roleArn")
    if arn and not assumable(call, arn, "states.amazonaws.com"):
        raise call.refuse("AccessDeniedException", "Neither the global service principal states.amazonaws.com, nor the regional one is authorized to assume the provided role.")


@precondition("states.log-group", LOG, "stepfunctions", "CreateStateMachine", "UpdateStateMachine")
def log_group(call):
    """The log group of a machine is there, and named by an ARN that ends with `:*`."""
    for destination in call.params.get("loggingConfiguration", {}).get("destinations", []):
        arn = destination["cloudWatchLogsLogGroup"]["logGroupArn"]
        if not arn.endswith(":*") or not log_group_there(call, arn):
            raise call.refuse("AccessDeniedException", f"The state machine IAM Role is not authorized to access the Log Destination {arn}")


@precondition("scheduler.role", unread("https://docs.aws.amazon.com/scheduler/latest/UserGuide/setting-up.html"), "scheduler", "CreateSchedule", "UpdateSchedule")
def schedule_role(call):
    """The role of a schedule is there and trusts the scheduler."""
    if not assumable(call, call.params["Target"]["RoleArn"], "scheduler.amazonaws.com"):
        raise call.refuse("ValidationException", "The execution role you provide must allow AWS EventBridge Scheduler to assume the role.")


class StateMachine(Adapter):
    kind = "AWS::StepFunctions::StateMachine"
    adapted = "moto stores any text as a definition; here it is parsed, and role and log group are looked for"

    def create(self, scope, properties):
        tags = [{"key": tag["Key"], "value": tag["Value"]} for tag in tag_list(scope, properties)]
        params = self._params(scope, properties)
        arn = scope.client("stepfunctions").create_state_machine(**params, tags=tags)["stateMachineArn"]
        return Made(arn, {"Arn": arn, "Name": params["name"], "StateMachineRevisionId": "INITIAL"})

    def _params(self, scope, properties):
        text = properties.take("DefinitionString")
        substitutions = properties.take("DefinitionSubstitutions", default={})
        text = re.sub(r"\$\{([A-Za-z0-9_]+)\}", lambda found: str(substitutions.get(found[1], found[0])), text)
        if left := re.findall(r"\$\{[A-Za-z0-9_]+\}", text):
            raise Invalid(f"Definition contains {left[0]}, which DefinitionSubstitutions does not give")
        name = properties.take("StateMachineName") or scope.name(80)
        return arguments("stepfunctions", "CreateStateMachine", {"name": name, "definition": text, **properties}, StateMachineType="type")

    def update(self, scope, physical_id, old, new):
        new.take("Tags")
        params = self._params(scope, new)
        params = {key: value for key, value in params.items() if key not in {"name", "type"}}
        scope.client("stepfunctions").update_state_machine(stateMachineArn=physical_id, **params)

    def delete(self, scope, physical_id, properties):
        scope.client("stepfunctions").delete_state_machine(stateMachineArn=physical_id)


class Schedule(Adapter):
    kind = "AWS::Scheduler::Schedule"

    def create(self, scope, properties):
        name = properties.setdefault("Name", scope.name(64))
        arn = scope.client("scheduler").create_schedule(**arguments("scheduler", "CreateSchedule", properties))["ScheduleArn"]
        return Made(name, {"Arn": arn})

    def update(self, scope, physical_id, old, new):
        scope.client("scheduler").update_schedule(**arguments("scheduler", "UpdateSchedule", {**new, "Name": physical_id}))

    def delete(self, scope, physical_id, properties):
        scope.client("scheduler").delete_schedule(Name=physical_id)
