"""The account, running: its minutes, its lost Regions, and the calls that machines and functions make in it."""

import datetime
import json

from botocore.exceptions import ClientError

# Modules of tests/machines: `cycle_test.py` knows where they are.
from clock import START, Clock
from interpreter import Machine, Reply, StateError

from calls import answer, client

from . import spelling, watch
from .front import Front
from .functions import Functions, NoAnswer

MINUTE = 60
# Where Route 53 publishes what its checks see.
CHECKS = "us-east-1"
# A reader tells how far it is behind: `AuroraGlobalDBRPOLag` and its kin, in milliseconds.
LAG = 120.0
# How long a call takes, seconds on the account's clock.
SECONDS = 1.0


@answer("rds-data", "ExecuteStatement")
def execute_statement(call, forward):
    """The Data API answers in the Region of the writer only."""
    arn = call.params["resourceArn"]
    members = [
        member for found in call.client("rds").describe_global_clusters()["GlobalClusters"]
        for member in found["GlobalClusterMembers"] if member["DBClusterArn"] == arn
    ]
    if not members or not members[0]["IsWriter"] or arn.split(":")[3] != call.region:
        raise call.refuse("BadRequestException", f"{arn} cannot be written in {call.region}")
    call.client("secretsmanager").get_secret_value(SecretId=call.params["secretArn"])
    return forward(call.params)


class Account:
    """What happens by itself in the account of a deployed platform. `told` is what people were told: who, Region, subject."""

    def __init__(self, regions):
        self.regions, self.lost, self.now = sorted(regions), set(), 0.0
        self.front, self.functions = Front(self), Functions(self)
        self.told, self.known_health, self._minutes = [], {}, 0

    def close(self):
        self.functions.close()

    # ---- time

    def moment(self):
        return Clock.current.now if Clock.current else self.now

    def stamp(self):
        return START + datetime.timedelta(seconds=self.moment())

    def milliseconds(self):
        return int(self.stamp().timestamp() * 1000)

    def pass_by(self, minutes):
        """Some minutes pass, in which no machine runs."""
        for _ in range(minutes):
            self.now += MINUTE
            self.catch_up()

    def catch_up(self):
        """Every whole minute that is over: what is published once a minute, what alarms make of it, what waits in queues."""
        while (self._minutes + 1) * MINUTE <= self.moment():
            self._minutes += 1
            self._minute(self._minutes * MINUTE)

    def _minute(self, at):
        self._endpoints()
        for region in self.alive():
            self._readers(region)
            for schedule in client("scheduler", region).list_schedules()["Schedules"]:
                found = client("scheduler", region).get_schedule(Name=schedule["Name"], GroupName=schedule["GroupName"])
                target = found["Target"]
                if found["State"] == "ENABLED" and found["ScheduleExpression"] == "rate(1 minute)" and ":function:" in target["Arn"]:
                    self.functions.run(region, target["Arn"], json.loads(target["Input"]))
            for alarm, became in watch.follow(region, START, at):
                self._tell(region, alarm, became)
        for region in self.alive():
            self.deliver(region)

    def alive(self):
        return [region for region in self.regions if region not in self.lost]

    def _readers(self, region):
        """Aurora publishes how far a reader is behind: the writer does not."""
        for found in client("rds", region).describe_global_clusters()["GlobalClusters"]:
            for member in found["GlobalClusterMembers"]:
                _, _, _, place, _, _, name = member["DBClusterArn"].split(":")
                if place == region and not member["IsWriter"]:
                    lag = {"AuroraGlobalDBRPOLag": LAG, "AuroraGlobalDBReplicationLag": LAG}
                    self.publish(region, "AWS/RDS", lag, {"DBClusterIdentifier": name})

    def _endpoints(self):
        """The health checks of Route 53 that ask over HTTPS publish in us-east-1 what they have seen."""
        route53 = client("route53", CHECKS)
        for listed in route53.list_health_checks()["HealthChecks"] if CHECKS in self.alive() else []:
            config = route53.get_health_check(HealthCheckId=listed["Id"])["HealthCheck"]["HealthCheckConfig"]
            if config["Type"] == "HTTPS":
                try:
                    status, _ = self.front.request("GET", f"https://{config['FullyQualifiedDomainName']}{config['ResourcePath']}")
                except NoAnswer:
                    status = 0
                self.publish(CHECKS, "AWS/Route53", {"HealthCheckStatus": int(200 <= status < 400)}, {"HealthCheckId": listed["Id"]})

    def _tell(self, region, alarm, became):
        """An alarm tells the topics that it names for what it has become."""
        actions = {"ALARM": "AlarmActions", "OK": "OKActions", "INSUFFICIENT_DATA": "InsufficientDataActions"}[became]
        for topic in alarm.get(actions, []):
            subject = f"{became}: {alarm['AlarmName']}"
            client("sns", region).publish(TopicArn=topic, Subject=subject[:100], Message=json.dumps({"NewStateValue": became}))
            self.told.append(("alarm", region, subject))

    # ---- calls

    def publish(self, region, namespace, values, dimensions):
        """Metrics that a service of AWS publishes of itself."""
        named = [{"Name": name, "Value": value} for name, value in dimensions.items()]
        data = [{"MetricName": name, "Value": value, "Dimensions": named, "Timestamp": self.stamp()} for name, value in values.items()]
        client("cloudwatch", region).put_metric_data(Namespace=namespace, MetricData=data)

    def call(self, service, operation, region, given):
        """One call of an API. A Region that is lost answers nobody."""
        if region in self.lost:
            raise NoAnswer(f"{service} of {region} does not answer")
        if (service, operation.lower()) == ("cloudwatch", "putmetricdata"):
            # What has no time of its own gets that of its arrival.
            data = [{"Timestamp": self.stamp().isoformat(), **datum} for datum in given["MetricData"]]
            given = {**given, "MetricData": data}
        return spelling.invoke(service, operation, region, given)

    # ---- queues

    def deliver(self, region):
        """Lambda takes what lies in the queues and hands it to the functions; gives what each of them answered."""
        sqs, answered = client("sqs", region), []
        for mapping in client("lambda", region).list_event_source_mappings()["EventSourceMappings"]:
            if mapping["State"] != "Enabled" or ":sqs:" not in mapping["EventSourceArn"]:
                continue
            address = sqs.get_queue_url(QueueName=mapping["EventSourceArn"].split(":")[5])["QueueUrl"]
            found = sqs.receive_message(QueueUrl=address, MaxNumberOfMessages=min(10, mapping["BatchSize"]), AttributeNames=["All"]).get("Messages", [])
            if not found:
                continue
            records = [
                {
                    "messageId": one["MessageId"], "receiptHandle": one["ReceiptHandle"], "body": one["Body"], "attributes": one["Attributes"],
                    "messageAttributes": {}, "eventSource": "aws:sqs", "eventSourceARN": mapping["EventSourceArn"], "awsRegion": region,
                }
                for one in found
            ]
            outcome = self.functions.run(region, mapping["FunctionArn"], {"Records": records})
            answered.append(outcome)
            if "FunctionError" in outcome:
                continue
            said = json.loads(outcome["Payload"]) or {}
            reports = "ReportBatchItemFailures" in mapping.get("FunctionResponseTypes", [])
            failed = {one["itemIdentifier"] for one in said.get("batchItemFailures", [])} if reports else set()
            for one in found:
                if one["MessageId"] not in failed:
                    sqs.delete_message(QueueUrl=address, ReceiptHandle=one["ReceiptHandle"])
        return answered

    # ---- machines

    def execute(self, execution):
        """Carries out an execution that was started: the definition that AWS holds of its machine. Gives how it ended."""
        region = execution.split(":")[3]
        states = client("stepfunctions", region)
        found = states.describe_execution(executionArn=execution)
        arn = found["stateMachineArn"]
        definition = json.loads(states.describe_state_machine(stateMachineArn=arn)["definition"])
        result = Machine(definition, arn, region).execute(self._asked, now=self.now, given=json.loads(found["input"]))
        self.now += result.seconds
        self.catch_up()
        return result

    def _asked(self, call):
        """One call of a machine. Step Functions calls its own Region."""
        self.catch_up()
        try:
            if call.key == "lambda:invoke":
                name, given = call.given["FunctionName"], call.given.get("Payload", {})
                found = self.functions.run(call.region, name, given)
                # As the integration of the SDK gives it: the payload is text.
                return Reply(found, SECONDS)
            answered = self.call(call.service, call.operation, call.region, call.given)
            if call.key == "sns:publish":
                self.told.append(("machine", call.region, call.given.get("Subject", "")))
            return Reply(spelling.shown(call.service, call.operation, call.region, answered), SECONDS)
        except ClientError as error:
            raise StateError(*spelling.error(call.service, error)) from error
        except NoAnswer as error:
            raise StateError(f"{spelling.PREFIXES.get(call.service, call.service.capitalize())}.SdkClientException", str(error)) from error
