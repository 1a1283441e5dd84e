"""Where traffic goes: records, health checks, alarms and the metrics that they watch."""

import dataclasses

from .compute import servers
from .world import ORDERS, Impossible, answers, seed


@dataclasses.dataclass
class Point:
    """One value of a metric."""

    at: float
    value: float


@seed
def traffic(world):
    world.points = {}       # (region, namespace, metric, dimensions) -> [Point]
    world.records = {}
    for thing in world.all("AWS::Route53::RecordSet"):
        world.records.setdefault((thing.properties["HostedZoneId"], thing.properties["Name"]), []).append(dict(thing.properties))
    for thing in world.all("AWS::Route53::RecordSetGroup"):
        for record in thing.properties["RecordSets"]:
            world.records.setdefault((thing.properties["HostedZoneId"], record["Name"]), []).append(dict(record))
    world.checks = {thing.id: thing.properties["HealthCheckConfig"] for thing in world.all("AWS::Route53::HealthCheck")}
    world.addresses = _addresses(world)
    world.alarm_memory = {}


def _addresses(world):
    """Host names and addresses that deployed things answer to."""
    found = {}
    for thing in world.things:
        for value in thing.attributes.values():
            if isinstance(value, str) and "." in value and ":" not in value and "/" not in value:
                found[value.lower()] = thing
    return found


# ---- metrics and alarms

@answers(ORDERS, "cloudwatch:putMetricData")
def put_metric_data(world, call):
    """Seen at once; the alarm looks at whole periods."""

    def done():
        for datum in call.given["MetricData"]:
            dimensions = frozenset((one["Name"], one["Value"]) for one in datum.get("Dimensions", []))
            series = world.points.setdefault((world.home, call.given["Namespace"], datum["MetricName"], dimensions), [])
            series.append(Point(world.now(), float(datum["Value"])))

    world.order(call, 0.0, done, same=True)
    if call.state not in world.never_done:
        done()
    return {}


COMPARE = {
    "GreaterThanOrEqualToThreshold": lambda value, bound: value >= bound, "GreaterThanThreshold": lambda value, bound: value > bound,
    "LessThanOrEqualToThreshold": lambda value, bound: value <= bound, "LessThanThreshold": lambda value, bound: value < bound,
}


def alarm_state(world, alarm):
    """`OK`, `ALARM` or `INSUFFICIENT_DATA`, by the newest period."""
    given = alarm.properties
    dimensions = frozenset((one["Name"], one["Value"]) for one in given.get("Dimensions", []))
    series = world.points.get((alarm.region, given["Namespace"], given["MetricName"], dimensions), [])
    recent = [point.value for point in series if world.now() - point.at <= given["Period"] * given["EvaluationPeriods"]]
    if recent:
        return "ALARM" if COMPARE[given["ComparisonOperator"]](max(recent), given["Threshold"]) else "OK"
    missing = given.get("TreatMissingData", "missing")
    return {"breaching": "ALARM", "notBreaching": "OK"}.get(missing, "INSUFFICIENT_DATA")


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
            last = world.alarm_memory.get(check_id, True)
            well = {"Healthy": True, "Unhealthy": False, "LastKnownStatus": last}[insufficient]
        else:
            well = world.alarm_memory[check_id] = state == "OK"
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
    regions = {thing.region for thing in world.things}
    region = next((region for region in regions if f".{region}." in name), None)
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
    target = record.get("AliasTarget", {}).get("DNSName") or record["ResourceRecords"][0]
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


@answers(ORDERS, "route53:changeResourceRecordSets")
def change_records(world, call):
    """Edits records: names are answered by them a minute later."""

    def done():
        for change in call.given["ChangeBatch"]["Changes"]:
            record = change["ResourceRecordSet"]
            place = call.given["HostedZoneId"].rsplit("/", 1)[-1], record["Name"]
            kept = [one for one in world.records.get(place, []) if one.get("SetIdentifier") != record.get("SetIdentifier")]
            world.records[place] = kept if change["Action"] == "DELETE" else [*kept, record]

    world.order(call, 60.0, done)
    return {"ChangeInfo": {"Id": "/change/C1", "Status": "PENDING"}}
