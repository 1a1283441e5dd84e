"""Who is told: topics, tokens, and the rules that watch the machines themselves."""

import fnmatch
import json

from .world import TELLS, Impossible, answers, refused, region_of, seed

# How long somebody takes to answer a token, virtual seconds.
ANSWER = 40.0


@seed
def rules(world):
    world.rules = world.all("AWS::Events::Rule")


@answers(TELLS, "sns:publish")
def publish(world, call):
    topic = call.given["TopicArn"]
    if not any(thing.id == topic for thing in world.all("AWS::SNS::Topic")):
        raise Impossible(f"there is no topic {topic}")
    if region_of(topic) != world.home:
        raise refused("Sns.InvalidParameterException", f"{topic} is not in {world.home}: Step Functions calls no other Region")
    world.tell("machine", topic, call.given["Message"], call.state)
    if call.answer_token:
        _answer(world, call)
    return {"MessageId": "message"}


def _answer(world, call):
    """Somebody reads the question, and answers it or not."""
    said = world.token.get(call.state, "yes")
    if said == "yes":
        call.answer_token(ANSWER, output={})
    elif said == "no":
        call.answer_token(ANSWER, error=("No", "refused"))


def status_changed(world, arn, status):
    """Step Functions tells the default bus of the machine's Region; the rules there tell others."""
    event = {
        "source": "aws.states", "detail-type": "Step Functions Execution Status Change", "region": world.home, "resources": [f"{arn}:run"],
        "detail": {"status": status, "stateMachineArn": arn, "executionArn": f"{arn}:run", "name": "run"},
    }
    for rule in world.rules:
        if rule.region == world.home and rule.properties.get("EventBusName", "default") == "default" and rule.properties.get("State", "ENABLED") != "DISABLED":
            pattern = rule.properties.get("EventPattern")
            if pattern and matches(json.loads(pattern) if isinstance(pattern, str) else pattern, event):
                for target in rule.properties.get("Targets", []):
                    if ":sns:" in target["Arn"]:
                        world.tell("rule", target["Arn"], f"{status}: {arn}")


def matches(pattern, event):
    """Whether an event fits an EventBridge pattern, as far as our rules use it. What is not understood is an error."""
    for key, wanted in pattern.items():
        if key not in event:
            return False
        if isinstance(wanted, dict):
            if not matches(wanted, event[key]):
                return False
            continue
        given = event[key] if isinstance(event[key], list) else [event[key]]
        if not any(_holds(one, value) for one in wanted for value in given):
            return False
    return True


def _holds(wanted, value):
    if not isinstance(wanted, dict):
        return wanted == value
    (operator, argument), = wanted.items()
    if operator == "prefix":
        return value.startswith(argument)
    if operator == "suffix":
        return value.endswith(argument)
    if operator == "wildcard":
        return fnmatch.fnmatchcase(value, argument)
    if operator == "anything-but":
        return value not in (argument if isinstance(argument, list) else [argument])
    raise Impossible(f"the pattern's {operator} is not understood")
