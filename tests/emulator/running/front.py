"""What customers reach: the name, the record that is answered, the API behind it, and what each of its routes leads to."""

import fnmatch
import json
import re
from urllib.parse import parse_qs, quote, urlsplit

from calls import ACCOUNT, client, partition
from gaps import Gap
from roles import Role, statements

from . import spelling
from .functions import NoAnswer

LAMBDA = re.compile(r"arn:[^:]+:apigateway:[^:]+:lambda:path/2015-03-31/functions/(.+)/invocations")
SQS = re.compile(r"arn:[^:]+:apigateway:([^:]+):sqs:path/(\d+)/(.+)")
# The one expression that a template of the library uses.
BODY = "$util.urlEncode($input.body)"


class Front:
    """Names, APIs, routes."""

    def __init__(self, account):
        self.account = account

    # ---- names

    def answers(self, name):
        """Which record Route 53 answers with, of a pair of failover records: its identifier and what it leads to."""
        route53 = client("route53", "us-east-1")
        for zone in route53.list_hosted_zones()["HostedZones"]:
            records = route53.list_resource_record_sets(HostedZoneId=zone["Id"])["ResourceRecordSets"]
            pair = {record["Failover"]: record for record in records if record["Name"].rstrip(".") == name and "Failover" in record}
            if pair:
                # If neither is well, it is the first one.
                chosen = "SECONDARY" if not self._well(pair["PRIMARY"]) and self._well(pair["SECONDARY"]) else "PRIMARY"
                return pair[chosen]["SetIdentifier"], pair[chosen]["ResourceRecords"][0]["Value"]
        raise Gap(f"{name} has no failover records")

    def _well(self, record):
        """What Route 53 thinks of a record: it follows an alarm, and keeps what it knew last while nothing is known."""
        if "HealthCheckId" not in record:
            return True
        config = client("route53", "us-east-1").get_health_check(HealthCheckId=record["HealthCheckId"])["HealthCheck"]["HealthCheckConfig"]
        if config["Type"] != "CLOUDWATCH_METRIC" or config.get("InsufficientDataHealthStatus") != "LastKnownStatus":
            raise Gap(f"no answer to a health check of type {config['Type']}")
        alarm = config["AlarmIdentifier"]
        found = client("cloudwatch", alarm["Region"]).describe_alarms(AlarmNames=[alarm["Name"]])["MetricAlarms"][0]["StateValue"]
        known, identifier = self.account.known_health, record["HealthCheckId"]
        if found != "INSUFFICIENT_DATA" and alarm["Region"] not in self.account.lost:
            known[identifier] = (found == "OK") != config.get("Inverted", False)
        return known.get(identifier, True)

    # ---- APIs

    def request(self, method, url, body="", signed=False):
        """The status and the body of an answer over HTTPS."""
        place = urlsplit(url)
        region, api, stage, path = self._place(place.hostname, place.path)
        if region in self.account.lost:
            raise NoAnswer(f"{place.hostname} does not answer")
        status, said = self._called(region, api, stage, method, path, body, signed)
        name = client("apigateway", region).get_rest_api(restApiId=api)["name"]
        values = {"Count": 1, "Latency": 20, "4XXError": int(400 <= status < 500), "5XXError": int(status >= 500)}
        self.account.publish(region, "AWS/ApiGateway", values, {"ApiName": name, "Stage": stage})
        self.account.publish(region, "AWS/ApiGateway", values, {"ApiName": name})
        return status, said

    def _place(self, host, path):
        """The Region, the API, its stage and the path there."""
        found = re.fullmatch(r"([a-z0-9]+)\.execute-api\.([a-z0-9-]+)\.amazonaws\.com", host)
        if found:
            _, stage, *rest = path.split("/")
            return found[2], found[1], stage, "/" + "/".join(rest)
        region, target = self.answers(host)
        for mapped in client("apigateway", region).get_base_path_mappings(domainName=host)["items"]:
            if f".{region}." in target and mapped["basePath"] == "(none)":
                return region, mapped["restApiId"], mapped["stage"], path
        raise Gap(f"{host} leads to nothing in {region}")

    def _called(self, region, api, stage, method, path, body, signed):
        gateway = client("apigateway", region)
        deployment = gateway.get_stage(restApiId=api, stageName=stage)["deploymentId"]
        if deployment not in {one["id"] for one in gateway.get_deployments(restApiId=api)["items"]}:
            raise Gap(f"the stage {stage} has no deployment")
        listed = gateway.get_resources(restApiId=api, embed=["methods"], limit=500)["items"]
        route = next((one["resourceMethods"][method] for one in listed if one["path"] == path and method in one.get("resourceMethods", {})), None)
        if route is None:
            return 403, '{"message":"Missing Authentication Token"}'
        if route["authorizationType"] == "AWS_IAM" and not signed:
            return 403, '{"message":"Missing Authentication Token"}'
        leads = route["methodIntegration"]
        source = f"arn:{partition(region)}:execute-api:{region}:{ACCOUNT}:{api}/{stage}/{method}{path}"
        if leads["type"] == "AWS_PROXY" and (function := LAMBDA.fullmatch(leads["uri"])):
            return self._function(region, function[1], source, method, path, body)
        if leads["type"] == "AWS" and (queue := SQS.fullmatch(leads["uri"])):
            return self._queue(leads, region, queue[3], body)
        raise Gap(f"no answer to an integration {leads['type']} {leads['uri']}")

    def _function(self, region, arn, source, method, path, body):
        """A proxied function: it has to let the API in."""
        policy = json.loads(client("lambda", region).get_policy(FunctionName=arn)["Policy"])
        let_in = any(
            one["Principal"].get("Service") == "apigateway.amazonaws.com" and fnmatch.fnmatchcase(source, one["Condition"]["ArnLike"]["AWS:SourceArn"])
            for one in policy["Statement"]
        )
        if not let_in:
            return 500, '{"message":"Internal server error"}'
        event = {"httpMethod": method, "path": path, "headers": {}, "queryStringParameters": None, "body": body or None, "isBase64Encoded": False}
        found = self.account.functions.run(region, arn, event)
        said = json.loads(found["Payload"])
        if "FunctionError" in found or not isinstance(said, dict) or "statusCode" not in said:
            return 502, '{"message":"Internal server error"}'
        return said["statusCode"], said.get("body", "")

    def _queue(self, leads, region, name, body):
        """A message to a queue: the template makes a form of the request, the role has to be allowed to send it."""
        headers = {key.rsplit(".", 1)[-1]: value.strip("'") for key, value in leads.get("requestParameters", {}).items()}
        text = leads["requestTemplates"]["application/json"].replace(BODY, quote(body, safe=""))
        if "$" in text or headers.get("Content-Type") != "application/x-www-form-urlencoded":
            raise Gap(f"no answer to the template {text}")
        form = {key: values[0] for key, values in parse_qs(text, strict_parsing=True).items()}
        sqs = client("sqs", region)
        address = sqs.get_queue_url(QueueName=name)["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=address, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        action = form.pop("Action")
        status = "200" if Role(statements(region, leads["credentials"])).allows(f"sqs:{action}", arn, {}) else "403"
        if status == "200":
            spelling.invoke("sqs", action, region, {"QueueUrl": address, **form})
        answers = leads["integrationResponses"].values()
        chosen = next((one for one in answers if one.get("selectionPattern") and re.fullmatch(one["selectionPattern"], status)), None)
        chosen = chosen or next(one for one in answers if not one.get("selectionPattern"))
        return int(chosen["statusCode"]), chosen["responseTemplates"]["application/json"]
