"""Where traffic goes: records, health checks, alarms and the metrics that they watch."""

import dataclasses
import json

from .compute import servers
from .world import ORDERS, READS, Impossible, again, answers, refused, seed


# A switch was published once a minute for as long as its alarm looks back, before anything began.
MINUTE = 60.0
BEFORE = 5


@dataclasses.dataclass
class Keeper:
    """A function that a schedule has publish an item of a table, once a minute: the state of a switch."""

    region: str
    table: str
    item: str
    series: tuple


@seed
def traffic(world):
    world.points = {}       # (Region, namespace, metric, dimensions) -> [(moment, value)]
    world.known = {}        # health check -> whether it was well when last something was known
    world.records = {}
    for thing in world.all("AWS::Route53::RecordSet"):
        world.records.setdefault((thing.properties["HostedZoneId"], thing.properties["Name"]), []).append(dict(thing.properties))
    for thing in world.all("AWS::Route53::RecordSetGroup"):
        for record in thing.properties["RecordSets"]:
            world.records.setdefault((thing.properties["HostedZoneId"], record["Name"]), []).append(dict(record))
    world.checks = {thing.id: thing.properties["HealthCheckConfig"] for thing in world.all("AWS::Route53::HealthCheck")}
    world.addresses = _addresses(world)
    world.keepers = _keepers(world)
    for keeper in world.keepers:
        world.points[keeper.series] = [(-MINUTE * number, 0.0) for number in range(BEFORE, 0, -1)]
    if world.keepers:
        world.again["keepers"] = (0.0, MINUTE)


def _addresses(world):
    """Host names and addresses that deployed things answer to."""
    found = {}
    for thing in world.things:
        for value in thing.attributes.values():
            if isinstance(value, str) and "." in value and ":" not in value and "/" not in value:
                found[value.lower()] = thing
    return found


def _keepers(world):
    found = []
    for thing in world.all("AWS::Scheduler::Schedule"):
        given = thing.properties["Target"].get("Input")
        told = json.loads(given) if isinstance(given, str) and given.startswith("{") else {}
        if {"table", "region", "namespace", "dimensions"} <= told.keys():
            if thing.properties["ScheduleExpression"] != "rate(1 minute)":
                raise Impossible(f"{thing.id} publishes the state of a switch, and not once a minute")
            series = thing.region, told["namespace"], "Taken", frozenset(told["dimensions"].items())
            found.append(Keeper(thing.region, told["table"], told["region"], series))
    return found


@again("keepers")
def keep(world):
    """The keepers publish, in each Region that is there."""
    for keeper in world.keepers:
        if world.alive(keeper.region):
            item = world.items.get((keeper.table, ((("S", keeper.item),),)), {})
            # Nobody looks back further.
            series = world.points[keeper.series][-2 * BEFORE :]
            world.points[keeper.series] = [*series, (world.now(), float(item.get("taken", {}).get("N", "0")))]


# ---- metrics and alarms

@answers(ORDERS, "cloudwatch:putMetricData")
def put_metric_data(world, call):
    """Is there at once; alarms look at whole minutes."""
    world.order(call, 0.0, None, same=True)
    if call.state not in world.never_done:
        for datum in call.given["MetricData"]:
            dimensions = frozenset((one["Name"], one["Value"]) for one in datum.get("Dimensions", []))
            world.points.setdefault((world.home, call.given["Namespace"], datum["MetricName"], dimensions), []).append((world.now(), float(datum["Value"])))
    return {}


@answers(READS, "cloudwatch:describeAlarms")
def describe_alarms(world, call):
    found = [world.find("AWS::CloudWatch::Alarm", name, "alarm") for name in call.given["AlarmNames"]]
    return {"MetricAlarms": [{"AlarmName": alarm.id, "StateValue": alarm_state(world, alarm)} for alarm in found]}


COMPARE = {
    "GreaterThanOrEqualToThreshold": lambda value, bound: value >= bound, "GreaterThanThreshold": lambda value, bound: value > bound,
    "LessThanOrEqualToThreshold": lambda value, bound: value <= bound, "LessThanThreshold": lambda value, bound: value < bound,
}


STATISTICS = {"Maximum": max, "Minimum": min, "Sum": sum, "SampleCount": len, "Average": lambda values: sum(values) / len(values)}


def alarm_state(world, alarm):
    """`OK`, `ALARM` or `INSUFFICIENT_DATA`. A metric of a service of AWS is well: nothing here publishes it."""
    given = alarm.properties
    if "MetricName" not in given:
        return "OK"
    dimensions = frozenset((one["Name"], one["Value"]) for one in given.get("Dimensions", []))
    series = world.points.get((alarm.region, given["Namespace"], given["MetricName"], dimensions))
    if series is None:
        return "OK"
    period, last = given["Period"], int(world.now() // given["Period"])
    beyond = []
    for number in range(last - given["EvaluationPeriods"], last):
        values = [value for at, value in series if int(at // period) == number]
        if values:
            beyond.append(COMPARE[given["ComparisonOperator"]](STATISTICS[given["Statistic"]](values), given["Threshold"]))
        elif given.get("TreatMissingData", "missing") in {"breaching", "notBreaching"}:
            beyond.append(given["TreatMissingData"] == "breaching")
    if not beyond:
        return "INSUFFICIENT_DATA"
    return "ALARM" if sum(beyond) >= given.get("DatapointsToAlarm", given["EvaluationPeriods"]) else "OK"


# ---- health checks and records

def healthy(world, check_id):
    """What Route 53 thinks of a health check."""
    if check_id not in world.checks:
        raise Impossible(f"there is no health check {check_id}")
    check = world.checks[check_id]
    kind, inverted = check["Type"], check.get("Inverted", False)
    if kind == "CLOUDWATCH_METRIC":
        named = check["AlarmIdentifier"]
        alarm = world.find("AWS::CloudWatch::Alarm", named["Name"], "health check", named["Region"])
        state = alarm_state(world, alarm) if world.alive(alarm.region) else "INSUFFICIENT_DATA"
        if state == "INSUFFICIENT_DATA":
            insufficient = check.get("InsufficientDataHealthStatus", "Unhealthy")
            last = world.known.get(check_id, True)
            well = {"Healthy": True, "Unhealthy": False, "LastKnownStatus": last}[insufficient]
        else:
            well = world.known[check_id] = state == "OK"
        return well != inverted
    if kind in {"HTTP", "HTTPS", "TCP", "HTTP_STR_MATCH", "HTTPS_STR_MATCH"}:
        thing = endpoint(world, check["FullyQualifiedDomainName"])
        return up(world, thing) != inverted
    if kind == "CALCULATED":
        well = sum(healthy(world, child) for child in check["ChildHealthChecks"])
        return (well >= check["HealthThreshold"]) != inverted
    raise Impossible(f"health checks of type {kind} are not modelled")


def endpoint(world, address):
    """The deployed thing behind a host name; the Region stands in the name of what AWS does not tell."""
    name = address.lower().rstrip(".").removeprefix("dualstack.")
    if name in world.addresses:
        return world.addresses[name]
    region = next((region for region in sorted(world.regions) if f".{region}." in name), None)
    if region is None:
        raise Impossible(f"nothing that was deployed answers to {address}")
    return next(thing for thing in world.things if thing.region == region)


def up(world, thing):
    """Whether something answers: its Region does, and a load balancer has servers."""
    if not world.alive(thing.region):
        return False
    if thing.type != "AWS::ElasticLoadBalancingV2::LoadBalancer":
        return True
    groups = [
        action["TargetGroupArn"]
        for listener in world.all("AWS::ElasticLoadBalancingV2::Listener", thing.region) if listener.properties["LoadBalancerArn"] == thing.id
        for action in listener.properties.get("DefaultActions", []) if "TargetGroupArn" in action
    ]
    return not groups or any(servers(world, group) > 0 for group in groups)


def _record_well(world, record):
    well = True
    if record.get("HealthCheckId"):
        well = healthy(world, record["HealthCheckId"])
    alias = record.get("AliasTarget", {})
    if alias.get("EvaluateTargetHealth"):
        well = well and up(world, endpoint(world, alias["DNSName"]))
    return well


def _region(world, record):
    """Where a record leads: by what it names, or by the name that the record itself has."""
    if record.get("SetIdentifier") in world.regions:
        return record["SetIdentifier"]
    first = next(iter(record.get("ResourceRecords", [])), None)
    target = record.get("AliasTarget", {}).get("DNSName") or (first["Value"] if isinstance(first, dict) else first)
    return endpoint(world, target).region


def answering(world):
    """For each name: the Regions whose record is answered now."""
    found = {}
    for (_, name), records in world.records.items():
        if all("Failover" in record for record in records):
            by_role = {record["Failover"]: record for record in records}
            primary, secondary = by_role.get("PRIMARY"), by_role.get("SECONDARY")
            # If nobody is well, Route 53 answers with the primary one.
            chosen = [secondary] if secondary and not (primary and _record_well(world, primary)) and _record_well(world, secondary) else [primary or secondary]
        else:
            chosen = [record for record in records if record.get("Weight", 1) != 0]
            chosen = [record for record in chosen if _record_well(world, record)] or chosen
        found[name] = {_region(world, record) for record in chosen}
    return found


# Where AWS runs the one control plane of Route 53. Source: `src/aws/data/control_planes.toml`.
CONTROL_PLANE = {"aws": "us-east-1", "aws-cn": "cn-northwest-1", "aws-us-gov": "us-gov-west-1"}


def _zone(world, call):
    partition = "aws-cn" if world.home.startswith("cn-") else "aws-us-gov" if world.home.startswith("us-gov-") else "aws"
    if not world.alive(CONTROL_PLANE[partition]):
        raise refused("Route53.SdkClientException", "the control plane does not answer")
    return call.given["HostedZoneId"].rsplit("/", 1)[-1]


@answers(READS, "route53:listResourceRecordSets")
def list_records(world, call):
    zone, first = _zone(world, call), call.given.get("StartRecordName", "").rstrip(".")
    found = [record for (place, name), records in world.records.items() if place == zone and name.rstrip(".") >= first for record in records]
    found = [record for record in found if record["Type"] >= call.given.get("StartRecordType", "")]
    shown = [{**record, "Name": record["Name"].rstrip(".") + "."} for record in sorted(found, key=lambda record: record["Name"])]
    return {"ResourceRecordSets": [_shown(record) for record in shown[: int(call.given.get("MaxItems", 100))]]}


def _shown(record):
    """As the API shows a record: values stand in objects, numbers are numbers."""
    kept = {key: value for key, value in record.items() if key not in {"HostedZoneId", "TTL", "ResourceRecords"}}
    if "TTL" in record:
        kept["Ttl"] = int(record["TTL"])
    if "ResourceRecords" in record:
        kept["ResourceRecords"] = [one if isinstance(one, dict) else {"Value": one} for one in record["ResourceRecords"]]
    return kept


@answers(ORDERS, "route53:changeResourceRecordSets")
def change_records(world, call):
    """Edits records: the API shows them soon."""
    zone = _zone(world, call)

    def done():
        for change in call.given["ChangeBatch"]["Changes"]:
            record = change["ResourceRecordSet"]
            place = zone, record["Name"].rstrip(".")
            kept = [one for one in world.records.get(place, []) if one.get("SetIdentifier") != record.get("SetIdentifier")]
            world.records[place] = kept if change["Action"] == "DELETE" else [*kept, record]

    world.order(call, 5.0, done)
    return {"ChangeInfo": {"Id": "/change/C1", "Status": "PENDING"}}
