"""What runs: functions, their event sources, containers, servers, queues, buses."""

import dataclasses

from .world import ORDERS, READS, RUNS, Impossible, answers, seed

# How long it takes until a container answers, until a server is healthy, until an event source has changed. Virtual seconds.
CONTAINER, SERVER, EVENT_SOURCE = 60.0, 150.0, 30.0


@dataclasses.dataclass
class Fleet:
    """Servers or containers in one Region: how many are wanted, how many are healthy."""

    region: str
    wanted: int
    healthy: int


@seed
def compute(world):
    world.fleets, world.sources = {}, {}
    for thing in world.all("AWS::AutoScaling::AutoScalingGroup"):
        size = int(thing.properties.get("DesiredCapacity") or thing.properties["MinSize"])
        world.fleets["group", thing.region, thing.id] = Fleet(thing.region, size, size)
    for thing in world.all("AWS::ECS::Service"):
        size = int(thing.properties.get("DesiredCount", 1))
        world.fleets["service", thing.region, thing.properties["ServiceName"]] = Fleet(thing.region, size, size)
    for thing in world.all("AWS::Lambda::EventSourceMapping"):
        world.sources[thing.region, thing.id] = "Enabled" if thing.properties.get("Enabled", True) else "Disabled"


def _resize(world, call, fleet, size, seconds):
    """More are there after a while; fewer, too."""

    def done():
        fleet.healthy = size

    world.order(call, seconds, done, same=fleet.wanted == size)
    if call.state not in world.never_done:
        fleet.wanted = size


# ---- functions

def _function(world, call):
    name = call.given["FunctionName"].split(":function:")[-1].split(":")[0]
    return world.find("AWS::Lambda::Function", name, "Lambda.ResourceNotFoundException")


@answers(READS, "lambda:getFunctionConfiguration")
def function_configuration(world, call):
    return {"FunctionName": _function(world, call).id, "State": "Active", "LastUpdateStatus": "Successful"}


@answers(READS, "lambda:getFunction")
def function(world, call):
    return {"Configuration": {"FunctionName": _function(world, call).id, "State": "Active", "LastUpdateStatus": "Successful"}}


@answers(RUNS, "lambda:invoke")
def invoke(world, call):
    _function(world, call)
    return {"StatusCode": 200, "ExecutedVersion": "$LATEST", "Payload": "null"}


def _source(world, call):
    place = world.home, call.given["Uuid"]
    if place not in world.sources:
        raise Impossible(f"there is no event source {place[1]} in {place[0]}")
    return place


@answers(READS, "lambda:getEventSourceMapping")
def event_source(world, call):
    return {"UUID": call.given["Uuid"], "State": world.sources[_source(world, call)]}


@answers(ORDERS, "lambda:updateEventSourceMapping")
def change_event_source(world, call):
    place = _source(world, call)
    wanted, passing = ("Enabled", "Enabling") if call.given["Enabled"] else ("Disabled", "Disabling")
    same = world.sources[place] in (wanted, passing)
    if not same and call.state not in world.never_done:
        world.sources[place] = passing
    world.order(call, EVENT_SOURCE, lambda: world.sources.update({place: wanted}), same)
    return {"UUID": place[1], "State": passing}


# ---- containers and servers

def _service(world, call, name):
    place = "service", world.home, name.rsplit("/", 1)[-1]
    if place not in world.fleets:
        raise Impossible(f"there is no service {name} in {world.home}")
    world.find("AWS::ECS::Cluster", call.given["Cluster"].rsplit("/", 1)[-1], "ClusterNotFoundException")
    return world.fleets[place]


@answers(READS, "ecs:describeServices")
def describe_services(world, call):
    found = [(name, _service(world, call, name)) for name in call.given["Services"]]
    return {"Services": [
        {"ServiceName": name, "Status": "ACTIVE", "DesiredCount": fleet.wanted, "RunningCount": fleet.healthy, "PendingCount": max(0, fleet.wanted - fleet.healthy)}
        for name, fleet in found
    ]}


@answers(ORDERS, "ecs:updateService")
def update_service(world, call):
    fleet = _service(world, call, call.given["Service"])
    _resize(world, call, fleet, int(call.given.get("DesiredCount", fleet.wanted)), CONTAINER)
    return {"Service": {"ServiceName": call.given["Service"], "DesiredCount": fleet.wanted}}


@answers(READS, "ecr:describeRepositories")
def repositories(world, call):
    found = [world.find("AWS::ECR::Repository", name, "Ecr.RepositoryNotFoundException") for name in call.given["RepositoryNames"]]
    return {"Repositories": [{"RepositoryName": thing.id} for thing in found]}


@answers(ORDERS, "autoscaling:updateAutoScalingGroup")
def update_group(world, call):
    place = "group", world.home, call.given["AutoScalingGroupName"]
    if place not in world.fleets:
        raise Impossible(f"there is no group {place[2]} in {world.home}")
    fleet = world.fleets[place]
    _resize(world, call, fleet, int(call.given.get("DesiredCapacity", call.given.get("MinSize", fleet.wanted))), SERVER)
    return {}


def servers(world, target_group):
    """The healthy servers behind a target group."""
    groups = [thing for thing in world.all("AWS::AutoScaling::AutoScalingGroup") if target_group in thing.properties.get("TargetGroupARNs", [])]
    return sum(world.fleets["group", thing.region, thing.id].healthy for thing in groups)


@answers(READS, "elasticloadbalancingv2:describeTargetHealth")
def target_health(world, call):
    thing = world.find("AWS::ElasticLoadBalancingV2::TargetGroup", call.given["TargetGroupArn"], "TargetGroupNotFoundException")
    return {"TargetHealthDescriptions": [{"TargetHealth": {"State": "healthy"}} for _ in range(servers(world, thing.id))]}


# ---- queues and buses

@answers(READS, "sqs:getQueueAttributes")
def queue(world, call):
    thing = world.find("AWS::SQS::Queue", call.given["QueueUrl"], "Sqs.QueueDoesNotExistException")
    return {"Attributes": {"QueueArn": thing.attributes["Arn"]}}


@answers(READS, "eventbridge:describeEventBus")
def bus(world, call):
    thing = world.find("AWS::Events::EventBus", call.given["Name"].rsplit("/", 1)[-1], "EventBridge.ResourceNotFoundException")
    return {"Name": thing.id, "Arn": thing.attributes.get("Arn", "")}
