"""The parameters of a stack: given, kept or default, each held against its constraints."""

import re

from botocore.exceptions import ClientError

from calls import client
from gaps import Gap

from .errors import Invalid

MAXIMUM_BYTES = 4096
# Parameter types whose value must exist in the Region.
LOOKED_UP = {
    "AWS::EC2::Image::Id": lambda region, value: client("ec2", region).describe_images(ImageIds=[value]),
    "AWS::EC2::VPC::Id": lambda region, value: client("ec2", region).describe_vpcs(VpcIds=[value]),
    "AWS::EC2::Subnet::Id": lambda region, value: client("ec2", region).describe_subnets(SubnetIds=[value]),
    "AWS::EC2::SecurityGroup::Id": lambda region, value: client("ec2", region).describe_security_groups(GroupIds=[value]),
    "AWS::Route53::HostedZone::Id": lambda region, value: client("route53", region).get_hosted_zone(Id=value),
}


def bind(template, given, previous):
    """The value of each parameter. `given` is the API's list, `previous` what the stack has now."""
    values = {}
    for entry in given:
        name = entry["ParameterKey"]
        if name in values:
            raise Invalid(f"Parameter {name} is given twice")
        if entry.get("UsePreviousValue"):
            if "ParameterValue" in entry:
                raise Invalid(f"Invalid input for parameter key {name}. Cannot specify usePreviousValue as true and non empty value for a parameter")
            if name not in previous:
                raise Invalid(f"Invalid input for parameter key {name}. Unable to retrieve previous value")
            values[name] = previous[name]
        elif "ParameterValue" in entry:
            values[name] = entry["ParameterValue"]
    if unknown := [name for name in values if name not in template.parameters]:
        raise Invalid(f"Parameters: [{', '.join(unknown)}] do not exist in the template")
    for name, declared in template.parameters.items():
        if name not in values and "Default" in declared:
            values[name] = str(declared["Default"])
    if missing := [name for name in template.parameters if name not in values]:
        raise Invalid(f"Parameters: [{', '.join(missing)}] must have values")
    for name, declared in template.parameters.items():
        _check(name, declared, values[name], template.region)
    return values


def _check(name, declared, value, region):
    if len(value.encode()) > MAXIMUM_BYTES:
        raise Invalid(f"Parameter '{name}' must be {MAXIMUM_BYTES} bytes or less")

    def fail(why):
        return Invalid(declared.get("ConstraintDescription") and f"Parameter '{name}' {declared['ConstraintDescription']}" or f"Parameter '{name}' {why}")

    kind = declared["Type"]
    if "AllowedPattern" in declared and not re.fullmatch(declared["AllowedPattern"], value):
        raise fail(f"must match pattern {declared['AllowedPattern']}")
    if "AllowedValues" in declared and value not in [str(allowed) for allowed in declared["AllowedValues"]]:
        raise fail(f"must be one of AllowedValues: {declared['AllowedValues']}")
    if len(value) < int(declared.get("MinLength", 0)) or len(value) > int(declared.get("MaxLength", MAXIMUM_BYTES)):
        raise fail("is too short or too long")
    if kind == "Number":
        try:
            number = float(value)
        except ValueError as error:
            raise fail("must be a number") from error
        if number < float(declared.get("MinValue", number)) or number > float(declared.get("MaxValue", number)):
            raise fail("is outside of its bounds")
    elif kind not in {"String", "CommaDelimitedList"}:
        inner = kind.removeprefix("List<").removesuffix(">")
        if inner not in LOOKED_UP:
            raise Gap(f"the engine does not know the parameter type {kind}")
        for item in value.split(",") if kind.startswith("List<") else [value]:
            try:
                LOOKED_UP[inner](region, item.strip())
            except ClientError as error:
                raise Invalid(f"Parameter validation failed: parameter value {item} for parameter name {name} does not exist") from error


def names(template, values):
    """What `Ref` of each parameter gives: lists are split."""
    found = {}
    for name, declared in template.parameters.items():
        is_list = declared["Type"].startswith("List<") or declared["Type"] == "CommaDelimitedList"
        found[name] = [item.strip() for item in values[name].split(",")] if is_list else values[name]
    return found
