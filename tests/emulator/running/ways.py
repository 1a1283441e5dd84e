"""The ways through a platform: each is tried from one end to the other, in every Region, with boto3."""

import json

import requests_of_calls as requests
from calls import client
from roles import Role, statements

from .spelling import pascal

# Names of endpoints, where they are not those of the SDK's packages.
ENDPOINTS = {"cloudwatch": "monitoring", "eventbridge": "events"}
ORDER = {"account": "a-1", "instrument": "ACME", "side": "buy", "quantity": 5, "limit": "12.50"}


class Ways:
    """Queues, tables, buses, topics and APIs of a platform. What does not answer is told to `findings`."""

    def __init__(self, engine, account, findings):
        self.engine, self.account, self.findings, self.tried = engine, account, findings, {}
        self.name = next(record.properties["Name"] for record in self.of("AWS::Route53::RecordSet") if "Failover" in record.properties)
        self._orders = 0

    def of(self, kind, region=None):
        """The deployed resources of a type."""
        for stack in self.engine.stacks.values():
            if region in (None, stack.region):
                yield from (one for one in stack.resources.values() if one.type == kind)

    def expect(self, what, truth, message):
        self.tried[what] = self.tried.get(what, 0) + 1
        if not truth:
            self.findings.append(message)

    def summary(self):
        return "tried: " + ", ".join(f"{number} of {what}" for what, number in self.tried.items())

    def try_all(self, when, writer):
        for region in self.account.regions:
            for way in (self.queues, self.tables, self.buses, self.topics, self.apis):
                way(when, region)
        self.order(when, writer)

    # ---- each service

    def queues(self, when, region):
        """A message is sent and received. Those with a function behind them are tried by orders."""
        sqs = client("sqs", region)
        worked = {mapping["EventSourceArn"] for mapping in client("lambda", region).list_event_source_mappings()["EventSourceMappings"]}
        for queue in self.of("AWS::SQS::Queue", region):
            sent = sqs.send_message(QueueUrl=queue.physical_id, MessageBody=when)
            found = sqs.receive_message(QueueUrl=queue.physical_id, MaxNumberOfMessages=10).get("Messages", [])
            same = [one for one in found if one["MessageId"] == sent["MessageId"] and one["Body"] == when]
            self.expect("queues", same, f"{when}: {queue.physical_id} does not give what was sent")
            for one in same:
                sqs.delete_message(QueueUrl=queue.physical_id, ReceiptHandle=one["ReceiptHandle"])
        there = {queue.attributes["Arn"] for queue in self.of("AWS::SQS::Queue", region)}
        self.expect("event sources", worked <= there, f"{when}: functions of {region} wait for {worked - there}")

    def tables(self, when, region):
        """What is written in one Region is read in each, and gone in each."""
        for table in self.of("AWS::DynamoDB::GlobalTable"):
            name = table.physical_id
            kinds = {one["AttributeName"]: one["AttributeType"] for one in table.properties["AttributeDefinitions"]}
            key = {one["AttributeName"]: {kinds[one["AttributeName"]]: "0" if kinds[one["AttributeName"]] == "N" else f"way-{region}"} for one in table.properties["KeySchema"]}
            item = {**key, "when": {"S": when}}
            client("dynamodb", region).put_item(TableName=name, Item=item)
            for replica in table.properties["Replicas"]:
                found = client("dynamodb", replica["Region"]).get_item(TableName=name, Key=key).get("Item")
                self.expect("items", found == item, f"{when}: what {region} wrote into {name} is {found} in {replica['Region']}")
            client("dynamodb", region).delete_item(TableName=name, Key=key)

    def buses(self, when, region):
        """An event of each kind that is forwarded comes out on the bus of every Region, once."""
        for rule in self.of("AWS::Events::Rule", region):
            targets = [target["Arn"] for target in rule.properties.get("Targets", []) if ":event-bus/" in target["Arn"]]
            if not targets:
                continue
            for kind in rule.properties["EventPattern"]["detail-type"]:
                self.heard(when, region, targets, lambda kind=kind, bus=rule.properties["EventBusName"]: self._put(region, bus, kind), kind, 1)
            self.heard(when, region, targets, lambda bus=rule.properties["EventBusName"]: self._put(region, bus, "of-no-interest"), "of-no-interest", 0)

    def _put(self, region, bus, kind):
        entry = {"EventBusName": bus, "Source": "way", "DetailType": kind, "Detail": json.dumps({"from": region})}
        put = client("events", region).put_events(Entries=[entry])
        self.expect("events", put["FailedEntryCount"] == 0, f"{bus} of {region} does not take {kind}")

    def heard(self, when, region, targets, act, kind, times):
        """Listens at buses while something is done: how often an event of a kind comes out there."""
        listeners = []
        for target in targets:
            place, bus = target.split(":")[3], target.rsplit("/", 1)[-1]
            address = client("sqs", place).create_queue(QueueName="listener")["QueueUrl"]
            arn = client("sqs", place).get_queue_attributes(QueueUrl=address, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
            client("events", place).put_rule(Name="listener", EventBusName=bus, EventPattern=json.dumps({"detail-type": [kind]}))
            client("events", place).put_targets(Rule="listener", EventBusName=bus, Targets=[{"Id": "listener", "Arn": arn}])
            listeners.append((place, bus, address))
        act()
        for place, bus, address in listeners:
            found = [json.loads(one["Body"]) for one in client("sqs", place).receive_message(QueueUrl=address, MaxNumberOfMessages=10).get("Messages", [])]
            right = len(found) == times and all(event["detail-type"] == kind and event["region"] == region for event in found)
            self.expect("events", right, f"{when}: {kind} of {region} is heard {len(found)} times on {bus} of {place}, not {times}")
            client("events", place).remove_targets(Rule="listener", EventBusName=bus, Ids=["listener"])
            client("events", place).delete_rule(Name="listener", EventBusName=bus)
            client("sqs", place).delete_queue(QueueUrl=address)

    def topics(self, when, region):
        for topic in self.of("AWS::SNS::Topic", region):
            sent = client("sns", region).publish(TopicArn=topic.physical_id, Subject="way", Message=when)
            self.expect("topics", sent["MessageId"], f"{when}: {topic.physical_id} takes no message")
            listed = client("sns", region).list_subscriptions_by_topic(TopicArn=topic.physical_id)["Subscriptions"]
            self.expect("topics", listed, f"{when}: nobody reads {topic.physical_id}")

    def apis(self, when, region):
        """The health page answers whoever asks; nothing else lets in who has not signed, and what is no route is refused."""
        for api in self.of("AWS::ApiGateway::RestApi", region):
            stage = next(one.physical_id for one in self.of("AWS::ApiGateway::Stage", region) if one.properties["RestApiId"] == api.physical_id)
            address = f"https://{api.physical_id}.execute-api.{region}.amazonaws.com/{stage}"
            for method, path, signed, wanted in (("GET", "/health", False, 200), ("POST", "/orders", False, 403), ("GET", "/no-route", True, 403)):
                status, said = self.account.front.request(method, address + path, signed=signed)
                self.expect("requests", status == wanted, f"{when}: {method} {path} in {region} is answered with {status}, not {wanted}: {said}")

    # ---- from the customer to the ledger

    def order(self, when, region):
        """An order that is sent to the platform's name comes to the Region that is answered with, and is executed there: the table, the
        audit records and the buses of all Regions that answer say so."""
        self._orders += 1
        order = {"order": f"o-{self._orders}", **ORDER}
        buses = [rule.properties["Targets"] for rule in self.of("AWS::Events::Rule", region) if "detail-type" in rule.properties.get("EventPattern", {}) and ":event-bus/" in rule.properties["Targets"][0]["Arn"]]
        targets = [target["Arn"] for target in buses[0] if target["Arn"].split(":")[3] not in self.account.lost]
        self.heard(when, region, targets, lambda: self._sent(when, region, order), "trade.executed", 1)
        for table in self.of("AWS::DynamoDB::GlobalTable"):
            if table.properties["KeySchema"][0]["AttributeName"] == "order":
                for replica in table.properties["Replicas"]:
                    found = client("dynamodb", replica["Region"]).get_item(TableName=table.physical_id, Key={"order": {"S": order["order"]}}).get("Item", {})
                    self.expect("orders", found.get("status") == {"S": "executed"}, f"{when}: in {replica['Region']} the order is {found}")
        kept = [
            one["Key"] for bucket in self.of("AWS::S3::Bucket", region)
            for one in client("s3", region).list_objects_v2(Bucket=bucket.physical_id).get("Contents", []) if one["Key"].endswith(f"/{order['order']}.json")
        ]
        self.expect("orders", len(kept) == 1, f"{when}: the audit records of {region} hold the order {len(kept)} times")

    def _sent(self, when, region, order):
        status, said = self.account.front.request("POST", f"https://{self.name}/orders", json.dumps(order), signed=True)
        self.expect("orders", status == 202, f"{when}: the order is answered with {status}: {said}")
        answered = self.account.deliver(region)
        self.expect("orders", len(answered) == 1 and "FunctionError" not in answered[0] and not (json.loads(answered[0]["Payload"]) or {}).get("batchItemFailures"),
                    f"{when}: the function of {region} answers {answered}")

    # ---- what functions may and can

    def permissions(self):
        """Each call that a function has made: whether its role allows it, and whether its network has a way there."""
        findings, functions = set(), {}
        for made in self.account.functions.calls:
            if (made.function, made.region) not in functions:
                functions[made.function, made.region] = self._reach(made)
            role, services = functions[made.function, made.region]
            who = f"{made.function} of {made.region}"
            if services is not None and (made.to != made.region or ENDPOINTS.get(made.service, made.service) not in services):
                findings.add(f"{who}: its network has no way to {made.service} of {made.to}")
            name = made.operation[0].lower() + made.operation[1:]
            given = {pascal(key): value for key, value in made.given.items()}
            for action, resource, context in requests.of(requests.Made(made.service, name, given, made.to)):
                if not role.allows(action, resource, context):
                    findings.add(f"{who}: its role does not allow {action} on {resource}")
        self.tried["calls of functions held against roles and networks"] = len(self.account.functions.calls)
        return sorted(findings)

    def _reach(self, made):
        """A function's role, and the services that its network leads to; none if it stands in no network."""
        found = client("lambda", made.region).get_function_configuration(FunctionName=made.function)
        role, subnets = Role(statements(made.region, found["Role"])), found.get("VpcConfig", {}).get("SubnetIds")
        if not subnets:
            return role, None
        ec2 = client("ec2", made.region)
        network = ec2.describe_subnets(SubnetIds=subnets)["Subnets"][0]["VpcId"]
        endpoints = ec2.describe_vpc_endpoints(Filters=[{"Name": "vpc-id", "Values": [network]}])["VpcEndpoints"]
        return role, {endpoint["ServiceName"].split(f"{made.region}.")[-1] for endpoint in endpoints if endpoint["State"] != "deleted"}
