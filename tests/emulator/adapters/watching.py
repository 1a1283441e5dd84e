"""CloudWatch alarms and dashboards, and log groups."""

from calls import precondition, unread

from .base import Adapter, Made, arguments, exists, tag_list
from .kms import usable_key

ALARM = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html"
LOGS = "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html"


@precondition("cloudwatch.action-region", unread("https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-actions.html"), "cloudwatch", "PutMetricAlarm")
def action_region(call):
    """An alarm tells somebody of its own Region."""
    for key in ("AlarmActions", "OKActions", "InsufficientDataActions"):
        for arn in call.params.get(key, []):
            if arn.split(":")[3] != call.region:
                raise call.refuse("ValidationError", f"Invalid region {arn.split(':')[3]} specified. Only {call.region} is supported.")


@precondition("cloudwatch.alarm-window", ALARM, "cloudwatch", "PutMetricAlarm")
def alarm_window(call):
    """Not more data points than are looked at, a period that CloudWatch has, and one day (or a week of hours) at most."""
    params = call.params
    period, count = params["Period"], params["EvaluationPeriods"]
    if params.get("DatapointsToAlarm", 1) > count:
        raise call.refuse("ValidationError", "DatapointsToAlarm must be less than or equal to EvaluationPeriods")
    if period not in {10, 20, 30} and period % 60:
        raise call.refuse("ValidationError", f"Period {period} is neither 10, 20 or 30 nor a multiple of 60")
    if period * count > (604_800 if period >= 3600 else 86_400):
        raise call.refuse("ValidationError", "Metrics cannot be checked across more than a day (EvaluationPeriods * Period must be <= 86400).")
    if ("Statistic" in params) == ("ExtendedStatistic" in params):
        raise call.refuse("ValidationError", "Exactly one of Statistic and ExtendedStatistic has to be given")


@precondition("logs.kms-key", LOGS, "logs", "CreateLogGroup")
def log_key(call):
    """The key of a log group is a key of its Region, given as an ARN."""
    key = call.params.get("kmsKeyId")
    if key and (not key.startswith("arn:") or usable_key(call, key) is None):
        raise call.refuse("InvalidParameterException", f"The specified KMS key {key} does not exist or is not allowed to be used")


class Alarm(Adapter):
    kind = "AWS::CloudWatch::Alarm"

    def create(self, scope, properties):
        name = properties.setdefault("AlarmName", scope.name(255))
        tags = tag_list(scope, properties)
        scope.client("cloudwatch").put_metric_alarm(**arguments("cloudwatch", "PutMetricAlarm", properties), Tags=tags)
        return Made(name, {"Arn": f"arn:{scope.partition}:cloudwatch:{scope.region}:{scope.account}:alarm:{name}"})

    def update(self, scope, physical_id, old, new):
        new.take("Tags")
        scope.client("cloudwatch").put_metric_alarm(**arguments("cloudwatch", "PutMetricAlarm", {**new, "AlarmName": physical_id}))

    def delete(self, scope, physical_id, properties):
        scope.client("cloudwatch").delete_alarms(AlarmNames=[physical_id])


class Dashboard(Adapter):
    kind = "AWS::CloudWatch::Dashboard"

    def create(self, scope, properties):
        name = properties.setdefault("DashboardName", scope.name(255))
        self.update(scope, name, {}, properties)
        return Made(name)

    def update(self, scope, physical_id, old, new):
        scope.client("cloudwatch").put_dashboard(**arguments("cloudwatch", "PutDashboard", {**new, "DashboardName": physical_id}))

    def delete(self, scope, physical_id, properties):
        scope.client("cloudwatch").delete_dashboards(DashboardNames=[physical_id])


class LogGroup(Adapter):
    kind = "AWS::Logs::LogGroup"

    def create(self, scope, properties):
        logs = scope.client("logs")
        name = properties.setdefault("LogGroupName", scope.name(512))
        retention = properties.take("RetentionInDays")
        tags = {tag["Key"]: tag["Value"] for tag in tag_list(scope, properties)}
        logs.create_log_group(**arguments("logs", "CreateLogGroup", properties), tags=tags)
        if retention:
            logs.put_retention_policy(logGroupName=name, retentionInDays=int(retention))
        return Made(name, {"Arn": f"arn:{scope.partition}:logs:{scope.region}:{scope.account}:log-group:{name}:*"})

    def update(self, scope, physical_id, old, new):
        logs = scope.client("logs")
        if new.get("RetentionInDays"):
            logs.put_retention_policy(logGroupName=physical_id, retentionInDays=int(new["RetentionInDays"]))
        else:
            logs.delete_retention_policy(logGroupName=physical_id)

    def delete(self, scope, physical_id, properties):
        scope.client("logs").delete_log_group(logGroupName=physical_id)


def log_group_there(call, arn):
    """Whether a log group of this Region has this ARN."""
    name = arn.split(":log-group:")[-1].removesuffix(":*")
    if arn.split(":")[3] != call.region:
        return False
    found = exists(call.client("logs").describe_log_groups, logGroupNamePrefix=name)
    return any(group["logGroupName"] == name for group in found["logGroups"])
