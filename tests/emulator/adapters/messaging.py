"""SNS topics and SQS queues, with their policies."""

import json

from calls import precondition, unread

from .base import Adapter, Made, arguments, exists, tag_list

REDRIVE = unread("https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html")


@precondition("sqs.dead-letter-queue", REDRIVE, "sqs", "CreateQueue", "SetQueueAttributes")
def dead_letter_queue(call):
    """A dead-letter queue stands in the same Region and is there first."""
    text = call.params.get("Attributes", {}).get("RedrivePolicy")
    if not text:
        return
    arn = json.loads(text)["deadLetterTargetArn"]
    if arn.split(":")[3] != call.region or exists(call.client("sqs").get_queue_url, QueueName=arn.split(":")[5]) is None:
        raise call.refuse("InvalidParameterValue", "Value for parameter RedrivePolicy is invalid. Reason: Dead letter target does not exist.")


class Topic(Adapter):
    kind = "AWS::SNS::Topic"

    def create(self, scope, properties):
        sns = scope.client("sns")
        name = properties.take("TopicName") or scope.name(256)
        subscriptions, tags = properties.take("Subscription", default=[]), tag_list(scope, properties)
        attributes = {key: properties.take(key) for key in ("KmsMasterKeyId", "DisplayName") if key in properties}
        properties.done(self.kind)
        arn = sns.create_topic(Name=name, Attributes=attributes, Tags=tags)["TopicArn"]
        for one in subscriptions:
            sns.subscribe(TopicArn=arn, Protocol=one["Protocol"], Endpoint=one["Endpoint"])
        return Made(arn, {"TopicArn": arn, "TopicName": name})

    def update(self, scope, physical_id, old, new):
        sns = scope.client("sns")
        for key in ("KmsMasterKeyId", "DisplayName"):
            if old.get(key) != new.get(key):
                sns.set_topic_attributes(TopicArn=physical_id, AttributeName=key, AttributeValue=new.get(key, ""))
        present = {(one["Protocol"], one["Endpoint"]): one["SubscriptionArn"] for one in sns.list_subscriptions_by_topic(TopicArn=physical_id)["Subscriptions"]}
        wanted = {(one["Protocol"], one["Endpoint"]) for one in new.get("Subscription", [])}
        for protocol, endpoint in wanted - present.keys():
            sns.subscribe(TopicArn=physical_id, Protocol=protocol, Endpoint=endpoint)
        for gone in present.keys() - wanted:
            sns.unsubscribe(SubscriptionArn=present[gone])

    def delete(self, scope, physical_id, properties):
        sns = scope.client("sns")
        for one in sns.list_subscriptions_by_topic(TopicArn=physical_id)["Subscriptions"]:
            sns.unsubscribe(SubscriptionArn=one["SubscriptionArn"])
        sns.delete_topic(TopicArn=physical_id)


class TopicPolicy(Adapter):
    kind = "AWS::SNS::TopicPolicy"

    def create(self, scope, properties):
        self.update(scope, None, {}, properties)
        name = scope.name(128)
        return Made(name, {"Id": name})

    def update(self, scope, physical_id, old, new):
        for topic in new["Topics"]:
            scope.client("sns").set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=json.dumps(new["PolicyDocument"]))

    def delete(self, scope, physical_id, properties):
        """The policy goes back to the default one, as on AWS; moto has none to go back to."""


class Queue(Adapter):
    kind = "AWS::SQS::Queue"

    def create(self, scope, properties):
        name = properties.take("QueueName") or scope.name(80)
        tags = {tag["Key"]: tag["Value"] for tag in tag_list(scope, properties)}
        sqs = scope.client("sqs")
        url = sqs.create_queue(QueueName=name, Attributes=self._attributes(properties), tags=tags)["QueueUrl"]
        return Made(url, {"QueueUrl": url, "QueueName": name, "Arn": f"arn:{scope.partition}:sqs:{scope.region}:{scope.account}:{name}"})

    def _attributes(self, properties):
        values = {key: value for key, value in properties.items() if key not in {"QueueName", "Tags"}}
        return arguments("sqs", "CreateQueue", {"Attributes": values})["Attributes"]

    def update(self, scope, physical_id, old, new):
        scope.client("sqs").set_queue_attributes(QueueUrl=physical_id, Attributes=self._attributes(new))

    def delete(self, scope, physical_id, properties):
        scope.client("sqs").delete_queue(QueueUrl=physical_id)


class QueuePolicy(Adapter):
    kind = "AWS::SQS::QueuePolicy"

    def create(self, scope, properties):
        self.update(scope, None, {}, properties)
        name = scope.name(128)
        return Made(name, {"Id": name})

    def update(self, scope, physical_id, old, new):
        for url in new["Queues"]:
            scope.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(new["PolicyDocument"])})

    def delete(self, scope, physical_id, properties):
        for url in properties["Queues"]:
            scope.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": ""})
