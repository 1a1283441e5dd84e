"""CloudWatch: what was published is looked at once a minute, and alarms follow it.

The window of an alarm slides: it ends at the moment at which it is looked at. Source: CloudWatch user guide, "Alarm evaluation window", read
in November 2026.
"""

import datetime
import math

from moto.backends import get_backend

from calls import ACCOUNT, client
from gaps import Gap

COMPARE = {
    "GreaterThanOrEqualToThreshold": lambda value, bound: value >= bound, "GreaterThanThreshold": lambda value, bound: value > bound,
    "LessThanOrEqualToThreshold": lambda value, bound: value <= bound, "LessThanThreshold": lambda value, bound: value < bound,
}
STATISTICS = {"Maximum": max, "Minimum": min, "Sum": sum, "SampleCount": len, "Average": lambda values: sum(values) / len(values)}


def _statistic(name, values):
    if name in STATISTICS:
        return STATISTICS[name](values)
    if name.startswith("p"):
        # The nearest rank.
        return sorted(values)[max(0, math.ceil(float(name[1:]) / 100 * len(values)) - 1)]
    raise Gap(f"no answer to the statistic {name}")


def state(alarm, series, now):
    """The state of an alarm at a moment, from the points of its metric: as many periods as it looks at, the last of which ends now."""
    if alarm.get("Metrics"):
        raise Gap(f"no answer to the expression of {alarm['AlarmName']}")
    period, missing = alarm["Period"], alarm.get("TreatMissingData", "missing")
    beyond = []
    for number in range(alarm["EvaluationPeriods"], 0, -1):
        begins = now - number * period
        values = [value for at, value in series if begins <= at < begins + period]
        if values:
            found = _statistic(alarm.get("Statistic") or alarm["ExtendedStatistic"], values)
            beyond.append(COMPARE[alarm["ComparisonOperator"]](found, alarm["Threshold"]))
        elif missing in {"breaching", "notBreaching"}:
            beyond.append(missing == "breaching")
    if not beyond:
        return "INSUFFICIENT_DATA"
    return "ALARM" if sum(beyond) >= alarm.get("DatapointsToAlarm", alarm["EvaluationPeriods"]) else "OK"


def _series(region, start):
    """Everything that was published in a Region: metric -> its points, in seconds."""
    found = {}
    for datum in get_backend("cloudwatch")[ACCOUNT][region].metric_data:
        name = datum.namespace, datum.name, frozenset((one.name, one.value) for one in datum.dimensions)
        stamp = datum.timestamp if datum.timestamp.tzinfo else datum.timestamp.replace(tzinfo=datetime.timezone.utc)
        found.setdefault(name, []).append(((stamp - start).total_seconds(), datum.value))
    return found


def follow(region, start, now):
    """Every alarm of a Region takes the state of its metric; gives those that have changed, and how."""
    cloudwatch, changed = client("cloudwatch", region), []
    series = _series(region, start)
    for alarm in cloudwatch.describe_alarms()["MetricAlarms"]:
        dimensions = frozenset((one["Name"], one["Value"]) for one in alarm["Dimensions"])
        found = state(alarm, series.get((alarm["Namespace"], alarm["MetricName"], dimensions), ()), now)
        if found != alarm["StateValue"]:
            cloudwatch.set_alarm_state(AlarmName=alarm["AlarmName"], StateValue=found, StateReason=f"at {now:.0f} s")
            changed.append((alarm, found))
    return changed
