"""Calls of Step Functions and of functions, as botocore makes them: which client, which operation, which spelling of members and errors."""

import re

from adapters.base import arguments, shape
from calls import client
from gaps import Gap

# Step Functions' and JavaScript's names of services, where boto3's are others.
SERVICES = {
    "cloudwatchlogs": "logs", "cloudwatch-logs": "logs", "eventbridge": "events", "elasticloadbalancingv2": "elbv2",
    "elastic-load-balancing-v2": "elbv2", "rdsdata": "rds-data", "route-53": "route53", "sfn": "stepfunctions",
}
# Step Functions' names of services in errors, where they are more than the first letter in upper case.
PREFIXES = {"cloudwatch": "CloudWatch", "dynamodb": "DynamoDb", "eventbridge": "EventBridge", "secretsmanager": "SecretsManager"}


def operation(service, name, region):
    """A client and the operation of that name, in whatever case it is spelled."""
    api = client(SERVICES.get(service, service), region)
    found = next((one for one in api.meta.service_model.operation_names if one.lower() == name.lower()), None)
    if found is None:
        raise Gap(f"{service} has no operation {name}")
    return api, found


def invoke(service, name, region, given):
    """One call, with members in any case; what botocore gives, without what belongs to the transport."""
    api, found = operation(service, name, region)
    boto = api.meta.service_model.service_name
    method = next(method for method, one in api.meta.method_to_api_mapping.items() if one == found)
    answered = getattr(api, method)(**(arguments(boto, found, given) if shape(boto, found) is not None else {}))
    answered.pop("ResponseMetadata", None)
    return answered


def pascal(name):
    """A member as the AWS SDK for Java, and so Step Functions, spells it: `DBClusterArn` is `DbClusterArn`."""
    parts = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+", name)
    return "".join(part[0].upper() + part[1:].lower() for part in parts)


def shown(service, name, region, value):
    """What a call gave, in the spelling of Step Functions."""
    api, found = operation(service, name, region)
    return _shown(value, api.meta.service_model.operation_model(found).output_shape)


def _shown(value, wanted):
    if wanted is None or value is None:
        return {}
    if wanted.type_name == "structure":
        return {pascal(key): _shown(inner, wanted.members[key]) for key, inner in value.items() if key in wanted.members}
    if wanted.type_name == "list":
        return [_shown(inner, wanted.member) for inner in value]
    if wanted.type_name == "map":
        return {key: _shown(inner, wanted.value) for key, inner in value.items()}
    return value.isoformat() if wanted.type_name == "timestamp" else value


def error(service, refused):
    """The name of an error in a state's `ErrorEquals`, and its cause."""
    told = refused.response["Error"]
    prefix = PREFIXES.get(service, service[:1].upper() + service[1:])
    return f"{prefix}.{re.sub('(Fault|Exception)$', '', told['Code'])}Exception", told["Message"]
