"""Intrinsic functions, pseudo parameters and dynamic references."""

import base64
import json
import re

from calls import ACCOUNT, client, partition
from gaps import Gap

from .errors import Invalid

PLACEHOLDER = re.compile(r"\$\{(!?)([^}]+)\}")
DYNAMIC = re.compile(r"\{\{resolve:([a-z-]+):([^}]*)\}\}")
FUNCTIONS = {
    "Ref", "Fn::GetAtt", "Fn::Sub", "Fn::Select", "Fn::GetAZs", "Fn::Join", "Fn::Split", "Fn::Base64", "Fn::GetStackOutput",
}


def function(value):
    """The name and the argument of an intrinsic function, if it is one."""
    if isinstance(value, dict) and len(value) == 1:
        name, argument = next(iter(value.items()))
        if name == "Ref" or name.startswith("Fn::"):
            if name not in FUNCTIONS:
                raise Gap(f"the engine does not know {name}")
            return name, argument
    return None


def attribute(argument):
    """The logical id and the attribute of a `Fn::GetAtt`."""
    if isinstance(argument, str):
        argument = argument.split(".", 1)
    if not (isinstance(argument, list) and len(argument) == 2 and all(isinstance(part, str) for part in argument)):
        raise Invalid("Template error: every Fn::GetAtt object requires two non-empty parameters, the resource name and the resource attribute")
    return tuple(argument)


def sub_parts(argument):
    """The text of a `Fn::Sub` and its own variables."""
    if isinstance(argument, str):
        return argument, {}
    if isinstance(argument, list) and len(argument) == 2 and isinstance(argument[0], str) and isinstance(argument[1], dict):
        return tuple(argument)
    raise Invalid("Template error: one or more Fn::Sub intrinsic functions don't specify expected arguments")


def references(value):
    """Every name that a value refers to: `(name, attribute or None)`."""
    found = function(value)
    if found:
        name, argument = found
        if name == "Ref":
            yield argument, None
            return
        if name == "Fn::GetAtt":
            yield attribute(argument)
            return
        if name == "Fn::Sub":
            text, variables = sub_parts(argument)
            for literal, inner in PLACEHOLDER.findall(text):
                if not literal and inner not in variables:
                    logical, _, wanted = inner.strip().partition(".")
                    yield (inner, None) if inner.startswith("AWS::") else (logical, wanted or None)
            yield from references(list(variables.values()))
            return
        yield from references(argument)
    elif isinstance(value, dict):
        for inner in value.values():
            yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


def pseudo(stack):
    """The pseudo parameters of a stack."""
    region = stack.region
    suffix = {"aws-cn": "amazonaws.com.cn"}.get(partition(region), "amazonaws.com")
    return {
        "AWS::AccountId": ACCOUNT, "AWS::Partition": partition(region), "AWS::Region": region, "AWS::StackId": stack.id,
        "AWS::StackName": stack.name, "AWS::URLSuffix": suffix, "AWS::NotificationARNs": [],
    }


def bind(value, names):
    """The value with the names put in that are known now; what refers to resources stays as it is. For comparing."""
    found = function(value)
    if found:
        name, argument = found
        if name == "Ref":
            return names.get(argument, value)
        if name == "Fn::Sub":
            text, variables = sub_parts(argument)
            bound = PLACEHOLDER.sub(lambda at: at[0] if at[1] or at[2] in variables else str(names.get(at[2], at[0])), text)
            return {name: [bound, bind(variables, names)]}
        return {name: bind(argument, names)}
    if isinstance(value, dict):
        return {key: bind(inner, names) for key, inner in value.items()}
    if isinstance(value, list):
        return [bind(inner, names) for inner in value]
    return value


class Resolver:
    """Gives each intrinsic function its value, as far as the stack's resources are there."""

    def __init__(self, engine, stack, names, resources):
        self.engine, self.stack, self.names, self.resources = engine, stack, names, resources

    def __call__(self, value):
        found = function(value)
        if found:
            name, argument = found
            if name == "Fn::Sub":
                return self.sub(*sub_parts(argument))
            if name == "Ref":
                return self.ref(argument)
            if name == "Fn::GetAtt":
                return self.get_att(*attribute(argument))
            return getattr(self, name.removeprefix("Fn::").lower())(self(argument))
        if isinstance(value, dict):
            kept = {key: self(inner) for key, inner in value.items()}
            return {key: inner for key, inner in kept.items() if inner != {"Ref": "AWS::NoValue"}}
        if isinstance(value, list):
            return [self(inner) for inner in value]
        return value

    def ref(self, name):
        if name == "AWS::NoValue":
            return {"Ref": name}
        if name in self.names:
            return self.names[name]
        return self.resource(name).physical_id

    def get_att(self, name, wanted):
        attributes = self.resource(name).attributes
        if wanted not in attributes:
            raise Gap(f"the adapter of {self.resource(name).type} gives no {wanted}")
        return attributes[wanted]

    def resource(self, name):
        if name not in self.resources:
            raise Gap(f"{name} is used before it exists: the engine's own order is wrong")
        return self.resources[name]

    def sub(self, text, variables):
        own = {key: self(inner) for key, inner in variables.items()}

        def put(found):
            literal, name = found[1], found[2]
            if literal:
                return f"${{{name}}}"
            if name in own:
                value = own[name]
            elif "." in name and not name.startswith("AWS::"):
                value = self.get_att(*name.split(".", 1))
            else:
                value = self.ref(name)
            if not isinstance(value, (str, int, float)) or isinstance(value, bool):
                raise Invalid("Template error: variable names in Fn::Sub syntax must resolve to a string")
            return str(value)

        return PLACEHOLDER.sub(put, text)

    def select(self, argument):
        number, items = argument
        if not 0 <= int(number) < len(items):
            raise Invalid(f"Template error: Fn::Select cannot select nonexistent value at index {number}")
        return items[int(number)]

    def getazs(self, argument):
        zones = client("ec2", argument or self.stack.region).describe_availability_zones()["AvailabilityZones"]
        return sorted(zone["ZoneName"] for zone in zones)

    def join(self, argument):
        delimiter, items = argument
        return delimiter.join(str(item) for item in items)

    def split(self, argument):
        delimiter, text = argument
        return text.split(delimiter)

    def base64(self, argument):
        return base64.b64encode(argument.encode()).decode()

    def getstackoutput(self, argument):
        region = argument.get("Region", self.stack.region)
        if partition(region) != self.stack.partition:
            raise Invalid("Fn::GetStackOutput does not support cross-partition references")
        other = self.engine.find(region, argument["StackName"])
        if other is None or argument["OutputName"] not in other.outputs:
            raise Invalid(f"Fn::GetStackOutput: stack {argument['StackName']} in {region} has no output {argument['OutputName']}")
        return other.outputs[argument["OutputName"]]


def resolve_dynamic(value, region):
    """Puts in what dynamic references stand for, read in the stack's own Region."""
    if isinstance(value, dict):
        return {key: resolve_dynamic(inner, region) for key, inner in value.items()}
    if isinstance(value, list):
        return [resolve_dynamic(inner, region) for inner in value]
    if not isinstance(value, str):
        return value
    return DYNAMIC.sub(lambda found: _dynamic(found[1], found[2], region), value)


def _dynamic(service, reference, region):
    if service == "ssm":
        return client("ssm", region).get_parameter(Name=reference)["Parameter"]["Value"]
    if service != "secretsmanager":
        raise Gap(f"the engine does not know the dynamic reference {service}")
    # SECRET:SecretString:KEY:STAGE:VERSION, where SECRET may be an ARN with colons of its own.
    found = re.fullmatch(r"(.+?):SecretString(?::([^:]*))?(?::[^:]*){0,2}", reference)
    if not found:
        raise Invalid(f"Invalid dynamic reference {{{{resolve:secretsmanager:{reference}}}}}")
    text = client("secretsmanager", region).get_secret_value(SecretId=found[1])["SecretString"]
    if not found[2]:
        return text
    content = json.loads(text)
    if found[2] not in content:
        raise Invalid(f"Could not find a value associated with JSONKey in SecretString: {found[2]}")
    return content[found[2]]
