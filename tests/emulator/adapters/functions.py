"""Lambda, EventBridge and HTTP APIs."""

import copy
import functools
import io
import zipfile

import moto.events.models
import moto.sqs.models
from moto.backends import get_backend

from calls import answer, precondition, state, unread

from .base import Adapter, Made, arguments, exists, tag_list
from .iam import assumable

ROLE = unread("https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html")
QUEUE = unread("https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html")
CODE = "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-lambda-function-code.html"
BUS = unread("https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DeleteEventBus.html")
TARGET = unread("https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutTargets.html")


@precondition("lambda.role", ROLE, "lambda", "CreateFunction")
def function_role(call):
    """The role of a function is there and trusts Lambda."""
    if not assumable(call, call.params["Role"], "lambda.amazonaws.com"):
        raise call.refuse("InvalidParameterValueException", "The role defined for the function cannot be assumed by Lambda.")


@precondition("lambda.code", CODE, "lambda", "CreateFunction", "UpdateFunctionCode")
def function_code(call):
    """Code that is not part of the template lies in a bucket of the function's Region."""
    place = call.params.get("Code", call.params)
    if "S3Bucket" not in place:
        return
    s3 = call.client("s3")
    found = exists(s3.head_bucket, Bucket=place["S3Bucket"])
    if found is None or (s3.get_bucket_location(Bucket=place["S3Bucket"])["LocationConstraint"] or "us-east-1") != call.region:
        raise call.refuse("InvalidParameterValueException", f"Error occurred while GetObject. The bucket {place['S3Bucket']} is not in this region: {call.region}.")
    if exists(s3.head_object, Bucket=place["S3Bucket"], Key=place["S3Key"]) is None:
        raise call.refuse("InvalidParameterValueException", "Error occurred while GetObject. S3 Error Code: NoSuchKey.")


@precondition("lambda.queue-visibility", QUEUE, "lambda", "CreateEventSourceMapping")
def queue_visibility(call):
    """A queue is of the function's Region, and hides a message for at least as long as the function may run."""
    arn = call.params.get("EventSourceArn", "")
    if ":sqs:" not in arn:
        return
    sqs = call.client("sqs")
    found = exists(sqs.get_queue_url, QueueName=arn.split(":")[5]) if arn.split(":")[3] == call.region else None
    if found is None:
        raise call.refuse("InvalidParameterValueException", f"Error occurred while ReceiveMessage. The queue {arn} does not exist in {call.region}.")
    hidden = int(sqs.get_queue_attributes(QueueUrl=found["QueueUrl"], AttributeNames=["VisibilityTimeout"])["Attributes"]["VisibilityTimeout"])
    timeout = call.client("lambda").get_function_configuration(FunctionName=call.params["FunctionName"])["Timeout"]
    if hidden < timeout:
        raise call.refuse("InvalidParameterValueException", f"Queue visibility timeout: {hidden} seconds is less than Function timeout: {timeout} seconds")


@precondition("events.target", TARGET, "events", "PutTargets")
def event_target(call):
    """A target stands in the Region of its rule, unless it is a bus, which is reached with a role that EventBridge may take."""
    for target in call.params["Targets"]:
        arn = target["Arn"].split(":")
        bus = arn[2] == "events" and arn[5].startswith("event-bus/")
        if arn[3] != call.region and not bus:
            raise call.refuse("ValidationException", f"Parameter {target['Arn']} is not valid. Reason: the target is in another Region")
        if bus and not assumable(call, target.get("RoleArn", ""), "events.amazonaws.com"):
            raise call.refuse("ValidationException", f"RoleArn is required for target {target['Arn']}, and has to trust events.amazonaws.com")


def _forwarding(deliver):
    """Moto gives an event that is forwarded to another bus the Region of that bus, and a new id. On AWS it stays what it was, and rules
    that ask for its Region keep it from going around for ever."""

    @functools.wraps(deliver)
    def send_to_targets(self, original_event, transform_input=True):
        buses = [target for target in self.targets if target["Arn"].split(":")[2] == "events" and ":event-bus/" in target["Arn"]]
        kept, self.targets = self.targets, [target for target in self.targets if target not in buses]
        try:
            deliver(self, original_event, transform_input)
        finally:
            self.targets = kept
        if self.state == "ENABLED" and self.event_pattern.matches_event(original_event):
            for target in buses:
                _, _, _, region, account, place = target["Arn"].split(":", 5)
                for rule in list(get_backend("events")[account][region].event_buses[place.removeprefix("event-bus/")].rules.values()):
                    rule.send_to_targets(copy.deepcopy(original_event))

    return send_to_targets


moto.events.models.Rule.send_to_targets = _forwarding(moto.events.models.Rule.send_to_targets)


# Moto calls the function behind a queue as soon as something is sent, and deletes what it was sent: nobody would see it in the queue. Who
# wants functions to run has them run (`running/`).
moto.sqs.models.Queue.lambda_event_source_mappings = property(lambda _queue: {}, lambda _queue, _mappings: None)


# The keys of archives, by Region and name.
archive_keys = state(dict)


@precondition("events.bus-without-rules", BUS, "events", "DeleteEventBus")
def bus_without_rules(call):
    """A bus is deleted only when no rule is left on it; an archive has one."""
    if (exists(call.client("events").list_rules, EventBusName=call.params["Name"]) or {}).get("Rules"):
        raise call.refuse("ValidationException", "EventBus can't be deleted since it has rules.")


class Function(Adapter):
    kind = "AWS::Lambda::Function"

    def create(self, scope, properties):
        name = properties.setdefault("FunctionName", scope.name(64))
        code, kept = properties.take("Code"), properties.take("ReservedConcurrentExecutions")
        tags = {tag["Key"]: tag["Value"] for tag in tag_list(scope, properties)}
        params = arguments("lambda", "CreateFunction", properties)
        params["Code"] = {"ZipFile": _zipped(code["ZipFile"])} if "ZipFile" in code else code
        arn = scope.client("lambda").create_function(**params, Tags=tags)["FunctionArn"]
        self._keep(scope, name, kept)
        return Made(name, {"Arn": arn})

    def _keep(self, scope, name, count):
        """How many calls side by side are kept for the function alone."""
        if count is None:
            scope.client("lambda").delete_function_concurrency(FunctionName=name)
        else:
            scope.client("lambda").put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=int(count))

    def update(self, scope, physical_id, old, new):
        functions = scope.client("lambda")
        code, _ = new.take("Code"), new.take("Tags")
        if code != old.take("Code"):
            functions.update_function_code(FunctionName=physical_id, **({"ZipFile": _zipped(code["ZipFile"])} if "ZipFile" in code else code))
        old.take("Tags")
        kept = new.take("ReservedConcurrentExecutions")
        if kept != old.take("ReservedConcurrentExecutions"):
            self._keep(scope, physical_id, kept)
        if old != new:
            functions.update_function_configuration(**arguments("lambda", "UpdateFunctionConfiguration", {**new, "FunctionName": physical_id}))

    def delete(self, scope, physical_id, properties):
        scope.client("lambda").delete_function(FunctionName=physical_id)


def _zipped(text):
    """Inline code as CloudFormation packs it."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(zipfile.ZipInfo("index.js"), text)
    return packed.getvalue()


class Permission(Adapter):
    kind = "AWS::Lambda::Permission"

    def create(self, scope, properties):
        name = scope.name(100)
        scope.client("lambda").add_permission(**arguments("lambda", "AddPermission", {**properties, "StatementId": name}))
        return Made(name, {"Id": name})

    def delete(self, scope, physical_id, properties):
        scope.client("lambda").remove_permission(FunctionName=properties["FunctionName"], StatementId=physical_id)


class EventSourceMapping(Adapter):
    kind = "AWS::Lambda::EventSourceMapping"

    def create(self, scope, properties):
        params = arguments("lambda", "CreateEventSourceMapping", properties)
        found = scope.client("lambda").create_event_source_mapping(**params)["UUID"]
        return Made(found, {"Id": found, "EventSourceMappingArn": f"arn:{scope.partition}:lambda:{scope.region}:{scope.account}:event-source-mapping:{found}"})

    def delete(self, scope, physical_id, properties):
        scope.client("lambda").delete_event_source_mapping(UUID=physical_id)


class EventInvokeConfig(Adapter):
    kind = "AWS::Lambda::EventInvokeConfig"

    def create(self, scope, properties):
        self.update(scope, None, {}, properties)
        name = scope.name(128)
        return Made(name, {"Id": name})

    def update(self, scope, physical_id, old, new):
        scope.client("lambda").put_function_event_invoke_config(**arguments("lambda", "PutFunctionEventInvokeConfig", new))

    def delete(self, scope, physical_id, properties):
        scope.client("lambda").delete_function_event_invoke_config(FunctionName=properties["FunctionName"])


class EventBus(Adapter):
    kind = "AWS::Events::EventBus"

    def create(self, scope, properties):
        tags = tag_list(scope, properties)
        arn = scope.client("events").create_event_bus(**arguments("events", "CreateEventBus", properties), Tags=tags)["EventBusArn"]
        return Made(properties["Name"], {"Arn": arn})

    def delete(self, scope, physical_id, properties):
        scope.client("events").delete_event_bus(Name=physical_id)


@answer("events", "CreateArchive", "UpdateArchive")
def put_archive(call, forward):
    """Moto drops the key in silence."""
    response = forward(call.params)
    archive_keys[call.region, call.params["ArchiveName"]] = call.params.get("KmsKeyIdentifier")
    return response


@answer("events", "DescribeArchive")
def describe_archive(call, forward):
    response, key = forward(call.params), archive_keys.get((call.region, call.params["ArchiveName"]))
    return {**response, "KmsKeyIdentifier": key} if key else response


class Archive(Adapter):
    kind = "AWS::Events::Archive"
    adapted = "moto keeps no key of an archive; here it is kept"

    def create(self, scope, properties):
        name = properties.setdefault("ArchiveName", scope.name(48))
        made = scope.client("events").create_archive(**arguments("events", "CreateArchive", self._put(properties)))
        return Made(name, {"Arn": made["ArchiveArn"]})

    def update(self, scope, physical_id, old, new):
        new.pop("SourceArn")
        scope.client("events").update_archive(**arguments("events", "UpdateArchive", {**new, "ArchiveName": physical_id}))

    def _put(self, properties):
        return {("EventSourceArn" if key == "SourceArn" else key): value for key, value in properties.items()}

    def delete(self, scope, physical_id, properties):
        scope.client("events").delete_archive(ArchiveName=physical_id)


class Rule(Adapter):
    kind = "AWS::Events::Rule"

    def create(self, scope, properties):
        name = properties.setdefault("Name", scope.name(64))
        self.update(scope, name, {}, properties)
        bus = properties.get("EventBusName", "default")
        arn = f"arn:{scope.partition}:events:{scope.region}:{scope.account}:rule/{'' if bus == 'default' else bus + '/'}{name}"
        return Made(name if bus == "default" else f"{bus}|{name}", {"Arn": arn, "RuleName": name})

    def update(self, scope, physical_id, old, new):
        events = scope.client("events")
        targets, name = new.get("Targets", []), physical_id.split("|")[-1]
        bus = {"EventBusName": new["EventBusName"]} if "EventBusName" in new else {}
        events.put_rule(**arguments("events", "PutRule", {**{key: value for key, value in new.items() if key != "Targets"}, "Name": name}))
        kept = {target["Id"] for target in targets}
        if gone := [target["Id"] for target in old.get("Targets", []) if target["Id"] not in kept]:
            events.remove_targets(Rule=name, Ids=gone, **bus)
        if targets:
            events.put_targets(**arguments("events", "PutTargets", {"Rule": name, "Targets": targets, **bus}))

    def delete(self, scope, physical_id, properties):
        events = scope.client("events")
        bus, name = {"EventBusName": properties["EventBusName"]} if "EventBusName" in properties else {}, physical_id.split("|")[-1]
        if ids := [target["Id"] for target in properties.get("Targets", [])]:
            events.remove_targets(Rule=name, Ids=ids, **bus)
        events.delete_rule(Name=name, **bus)


class HttpApi(Adapter):
    kind = "AWS::ApiGatewayV2::Api"

    def create(self, scope, properties):
        tags = {tag["Key"]: tag["Value"] for tag in tag_list(scope, properties)}
        made = scope.client("apigatewayv2").create_api(**arguments("apigatewayv2", "CreateApi", properties), Tags=tags)
        return Made(made["ApiId"], {"ApiId": made["ApiId"], "ApiEndpoint": made["ApiEndpoint"]})

    def delete(self, scope, physical_id, properties):
        scope.client("apigatewayv2").delete_api(ApiId=physical_id)


class DomainName(Adapter):
    kind = "AWS::ApiGatewayV2::DomainName"

    def create(self, scope, properties):
        certificates = [one["CertificateArn"] for one in properties["DomainNameConfigurations"]]
        name = properties["DomainName"]
        for arn in certificates:
            scope.client("acm").describe_certificate(CertificateArn=arn)
        scope.client("apigatewayv2").create_domain_name(**arguments("apigatewayv2", "CreateDomainName", properties))
        hosted = {"RegionalDomainName": f"d-{scope.stack_name}.execute-api.{scope.region}.amazonaws.com".lower(), "RegionalHostedZoneId": "Z2FDTNDATAQYW2"}
        return Made(name, {**hosted, "DomainNameArn": f"arn:{scope.partition}:apigateway:{scope.region}::/domainnames/{name}"})

    def delete(self, scope, physical_id, properties):
        scope.client("apigatewayv2").delete_domain_name(DomainName=physical_id)


class ApiMapping(Adapter):
    kind = "AWS::ApiGatewayV2::ApiMapping"

    def create(self, scope, properties):
        found = scope.client("apigatewayv2").create_api_mapping(**arguments("apigatewayv2", "CreateApiMapping", properties))["ApiMappingId"]
        return Made(found, {"ApiMappingId": found})

    def delete(self, scope, physical_id, properties):
        scope.client("apigatewayv2").delete_api_mapping(ApiMappingId=physical_id, DomainName=properties["DomainName"])


