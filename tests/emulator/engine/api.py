"""The operations of the CloudFormation API that deployers use."""

import json
import re
from urllib.parse import unquote, urlparse

from botocore.exceptions import ClientError

from calls import client
from gaps import Gap

from . import changes, parameters, policy

from .errors import Invalid
from .stack import ChangeSet, arn
from .template import INLINE_BYTES, Template

OPERATIONS = {}
PAGE = 100
UPDATABLE = {"CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "IMPORT_COMPLETE", "CREATE_FAILED", "UPDATE_FAILED"}
NO_CHANGES = "The submitted information didn't contain changes. Submit different information to create a change set."


def operation(name):
    def register(function):
        OPERATIONS[name] = function
        return function

    return register


# ---- what is shared

def _stack(engine, region, name):
    stack = engine.find(region, name)
    if stack is None:
        raise Invalid(f"Stack with id {name} does not exist")
    return stack


def _page(items, params, size=PAGE):
    start = int(params.get("NextToken", "0"))
    return items[start:start + size], {"NextToken": str(start + size)} if start + size < len(items) else {}


def _body(region, params, present):
    """The text of the template: given, stored in a bucket, or the one that the stack has."""
    given = [key for key in ("TemplateBody", "TemplateURL", "UsePreviousTemplate") if params.get(key)]
    if len(given) != 1:
        raise Invalid("Either Template URL or Template Body must be specified.")
    if given == ["TemplateBody"]:
        return Template(params["TemplateBody"], region, INLINE_BYTES)
    if given == ["UsePreviousTemplate"]:
        return present
    url = urlparse(params["TemplateURL"])
    path = unquote(url.path.lstrip("/"))
    hosted = re.fullmatch(r"(.+)\.s3[.-]([a-z0-9-]+\.)?amazonaws\.com(\.cn)?", url.netloc)
    direct = re.fullmatch(r"s3[.-]([a-z0-9-]+\.)?amazonaws\.com(\.cn)?", url.netloc)
    if url.scheme != "https" or not (hosted or direct):
        raise Invalid("TemplateURL must be a supported URL.")
    bucket, key = (hosted[1], path) if hosted else path.split("/", 1)
    try:
        text = client("s3", region).get_object(Bucket=bucket, Key=key)["Body"].read().decode()
    except ClientError as error:
        raise Invalid(f"S3 error: {error.response['Error']['Message']}") from error
    return Template(text, region)


def _tags(params, present):
    if "Tags" not in params:
        return present
    keys = [tag["Key"] for tag in params["Tags"]]
    for tag in params["Tags"]:
        if not re.fullmatch(r"[\w .:/=+@-]{1,128}", tag["Key"]) or tag["Key"].lower().startswith("aws:"):
            raise Invalid(f"Tag key {tag['Key']} is not allowed")
        if not re.fullmatch(r"[\w .:/=+@-]{1,256}", tag["Value"]):
            raise Invalid(f"Tag value of {tag['Key']} is not allowed: {tag['Value']!r}")
    if len(set(keys)) != len(keys) or len(keys) > 50:
        raise Invalid("Tags are at most 50, each key once")
    return params["Tags"]


def _check_capabilities(template, given):
    missing = template.capabilities() - set(given)
    if missing == {"CAPABILITY_IAM"} and "CAPABILITY_NAMED_IAM" in given:
        return
    if missing:
        raise Invalid(f"Requires capabilities : [{', '.join(sorted(missing))}]", "InsufficientCapabilitiesException")


def _shown_parameters(template, values):
    declared = template.parameters if template else {}
    return [{"ParameterKey": name, "ParameterValue": "****" if str(declared.get(name, {}).get("NoEcho")).lower() == "true" else value}
            for name, value in values.items()]


def _change_set(engine, region, params):
    wanted = params["ChangeSetName"]
    if "StackName" in params:
        stack = _stack(engine, region, params["StackName"])
        found = next((one for one in stack.change_sets.values() if wanted in (one.name, one.id)), None)
    else:
        stack, found = next(((stack, one) for (place, _), stack in engine.stacks.items() if place == region
                             for one in stack.change_sets.values() if one.id == wanted), (None, None))
    if found is None:
        raise Invalid(f"ChangeSet [{wanted}] does not exist", "ChangeSetNotFound")
    return stack, found


# ---- change sets

@operation("CreateChangeSet")
def create_change_set(engine, region, params):
    kind = params.get("ChangeSetType", "UPDATE")
    stack = engine.find(region, params["StackName"])
    if stack is not None and stack.status == "DELETE_COMPLETE":
        stack = None
    if kind == "CREATE":
        if stack is not None and stack.status != "REVIEW_IN_PROGRESS":
            raise Invalid(f"Stack [{params['StackName']}] already exists and cannot be created again with the changeSet [{params['ChangeSetName']}]")
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9-]{0,127}", params["StackName"]):
            raise Invalid(f"1 validation error detected: Value '{params['StackName']}' at 'stackName' failed to satisfy constraint: "
                          "Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*")
    elif kind == "UPDATE":
        if stack is None or stack.status == "REVIEW_IN_PROGRESS":
            raise Invalid(f"Stack [{params['StackName']}] does not exist")
        if stack.status not in UPDATABLE:
            raise Invalid(f"Stack:{stack.id} is in {stack.status} state and can not be updated.")
    else:
        raise Gap(f"the engine does not know change sets of the kind {kind}")
    template = _body(region, params, stack.template if stack else None)
    values = parameters.bind(template, params.get("Parameters", []), stack.parameters if stack else {})
    tags = _tags(params, stack.tags if stack else [])
    _check_capabilities(template, params.get("Capabilities", []))
    if stack is None:
        stack = engine.create(region, params["StackName"])
        stack.turn(engine.now(), "REVIEW_IN_PROGRESS", "User Initiated")
    name = params["ChangeSetName"]
    if name in stack.change_sets:
        raise Invalid(f"ChangeSet {name} already exists", "AlreadyExistsException")
    listed, anything = changes.between(stack, template, values, tags)
    engine.made += 1
    stack.change_sets[name] = made = ChangeSet(
        name, arn(region, "changeSet", name, engine.made), kind, template, values, tags, params.get("Capabilities", []), params.get("Description", ""),
        listed, "CREATE_COMPLETE" if anything else "FAILED", "" if anything else NO_CHANGES, engine.now(),
        params.get("OnStackFailure", "ROLLBACK"), "AVAILABLE" if anything else "UNAVAILABLE",
    )
    return {"Id": made.id, "StackId": stack.id}


@operation("DescribeChangeSet")
def describe_change_set(engine, region, params):
    stack, found = _change_set(engine, region, params)
    # Change sets are made in the background: whoever asks at once is asked to come back.
    status, execution = (found.status, found.execution) if found.seen else ("CREATE_IN_PROGRESS", "UNAVAILABLE")
    listed, token = _page(found.changes if found.seen else [], params)
    shown = {
        "ChangeSetName": found.name, "ChangeSetId": found.id, "StackId": stack.id, "StackName": stack.name, "Description": found.description,
        "Parameters": _shown_parameters(found.template, found.parameters), "CreationTime": found.created, "ExecutionStatus": execution,
        "Status": status, "NotificationARNs": [], "RollbackConfiguration": {}, "Capabilities": found.capabilities, "Tags": found.tags,
        "Changes": listed, "IncludeNestedStacks": False, **token,
    }
    if found.seen and found.reason:
        shown["StatusReason"] = found.reason
    found.seen = True
    return shown


@operation("ListChangeSets")
def list_change_sets(engine, region, params):
    stack = _stack(engine, region, params["StackName"])
    listed, token = _page(list(stack.change_sets.values()), params)
    return {"Summaries": [{"ChangeSetName": one.name, "ChangeSetId": one.id, "StackId": stack.id, "StackName": stack.name, "Status": one.status,
                           "ExecutionStatus": one.execution, "StatusReason": one.reason, "CreationTime": one.created} for one in listed], **token}


@operation("DeleteChangeSet")
def delete_change_set(engine, region, params):
    try:
        stack, found = _change_set(engine, region, params)
    except Invalid as error:
        if error.rule.endswith("ChangeSetNotFound"):
            return {}
        raise
    del stack.change_sets[found.name]
    return {}


@operation("ExecuteChangeSet")
def execute_change_set(engine, region, params):
    stack, found = _change_set(engine, region, params)
    if found.execution != "AVAILABLE" or stack.busy:
        raise Invalid(f"ChangeSet [{found.id}] cannot be executed in its current status of [{found.status}]", "InvalidChangeSetStatus")
    stack.change_sets.clear()
    stack.disable_rollback = params.get("DisableRollback", False)
    stack.updated = engine.now()
    creating = stack.template is None
    if creating:
        stack.tags, stack.parameters, stack.capabilities = found.tags, found.parameters, found.capabilities
    stack.turn(engine.now(), "CREATE_IN_PROGRESS" if creating else "UPDATE_IN_PROGRESS", "User Initiated")
    engine.start(stack, lambda work: work.deploy(found))
    return {}


# ---- stacks

def _described(stack):
    shown = {
        "StackId": stack.id, "StackName": stack.name, "CreationTime": stack.created, "StackStatus": stack.status, "DisableRollback": stack.disable_rollback,
        "Parameters": _shown_parameters(stack.template, stack.parameters), "Capabilities": stack.capabilities, "Tags": stack.tags,
        "EnableTerminationProtection": stack.protected, "NotificationARNs": [], "RollbackConfiguration": {},
        "DriftInformation": {"StackDriftStatus": "NOT_CHECKED"},
    }
    if stack.reason:
        shown["StackStatusReason"] = stack.reason
    if stack.updated:
        shown["LastUpdatedTime"] = stack.updated
    if stack.deleted:
        shown["DeletionTime"] = stack.deleted
    if stack.template and "Description" in stack.template.content:
        shown["Description"] = stack.template.content["Description"]
    if stack.outputs:
        declared = stack.template.outputs
        shown["Outputs"] = [{"OutputKey": name, "OutputValue": value, **({"Description": declared[name]["Description"]} if "Description" in declared.get(name, {}) else {})}
                            for name, value in stack.outputs.items()]
    return shown


@operation("DescribeStacks")
def describe_stacks(engine, region, params):
    if "StackName" in params:
        engine.look(_stack(engine, region, params["StackName"]))
        # What has gone meanwhile is found by its id only.
        return {"Stacks": [_described(_stack(engine, region, params["StackName"]))]}
    for (place, _), stack in list(engine.stacks.items()):
        if place == region:
            engine.look(stack)
    listed = [stack for (place, _), stack in engine.stacks.items() if place == region]
    shown, token = _page(listed, params)
    return {"Stacks": [_described(stack) for stack in shown], **token}


@operation("ListStacks")
def list_stacks(engine, region, params):
    listed = [stack for (place, _), stack in engine.stacks.items() if place == region] + [stack for stack in engine.gone if stack.region == region]
    if wanted := params.get("StackStatusFilter"):
        listed = [stack for stack in listed if stack.status in wanted]
    shown, token = _page(listed, params)
    return {"StackSummaries": [{"StackId": stack.id, "StackName": stack.name, "CreationTime": stack.created, "StackStatus": stack.status} for stack in shown], **token}


@operation("DescribeStackEvents")
def describe_stack_events(engine, region, params):
    stack = _stack(engine, region, params["StackName"])
    engine.look(stack)
    shown, token = _page(stack.events[::-1], params)
    return {"StackEvents": shown, **token}


def _resource(stack, resource):
    shown = {"LogicalResourceId": resource.logical_id, "PhysicalResourceId": resource.physical_id, "ResourceType": resource.type,
             "ResourceStatus": resource.status, "DriftInformation": {"StackResourceDriftStatus": "NOT_CHECKED"}}
    if resource.reason:
        shown["ResourceStatusReason"] = resource.reason
    return shown


@operation("ListStackResources")
def list_stack_resources(engine, region, params):
    stack = _stack(engine, region, params["StackName"])
    shown, token = _page(list(stack.resources.values()), params)
    return {"StackResourceSummaries": [{**_resource(stack, resource), "LastUpdatedTimestamp": resource.time} for resource in shown], **token}


@operation("DescribeStackResources")
def describe_stack_resources(engine, region, params):
    stack = _stack(engine, region, params["StackName"])
    wanted = params.get("LogicalResourceId")
    return {"StackResources": [{**_resource(stack, resource), "StackName": stack.name, "StackId": stack.id, "Timestamp": resource.time}
                               for resource in list(stack.resources.values())[:PAGE] if wanted in (None, resource.logical_id)]}


@operation("DescribeStackResource")
def describe_stack_resource(engine, region, params):
    stack = _stack(engine, region, params["StackName"])
    resource = stack.resources.get(params["LogicalResourceId"])
    if resource is None:
        raise Invalid(f"Resource {params['LogicalResourceId']} does not exist for stack {stack.name}")
    return {"StackResourceDetail": {**_resource(stack, resource), "StackName": stack.name, "StackId": stack.id, "LastUpdatedTimestamp": resource.time,
                                    "Metadata": json.dumps(resource.metadata)}}


@operation("GetTemplate")
def get_template(engine, region, params):
    stack = _stack(engine, region, params["StackName"])
    if stack.template is None:
        raise Invalid(f"Stack with id {params['StackName']} has no template")
    # Botocore hands a JSON template on as an object.
    return {"TemplateBody": stack.template.content, "StagesAvailable": ["Original", "Processed"]}


@operation("GetTemplateSummary")
def get_template_summary(engine, region, params):
    template = _stack(engine, region, params["StackName"]).template if "StackName" in params else _body(region, params, None)
    return {"Parameters": _summarised(template), "ResourceTypes": sorted({resource["Type"] for resource in template.resources.values()}),
            "Capabilities": sorted(template.capabilities()), "Description": template.content.get("Description", "")}


@operation("ValidateTemplate")
def validate_template(_engine, region, params):
    template = _body(region, params, None)
    shown = [{key: value for key, value in one.items() if key != "ParameterType"} for one in _summarised(template)]
    return {"Parameters": shown, "Capabilities": sorted(template.capabilities()), "Description": template.content.get("Description", "")}


def _summarised(template):
    found = []
    for name, declared in template.parameters.items():
        one = {"ParameterKey": name, "ParameterType": declared["Type"], "NoEcho": str(declared.get("NoEcho")).lower() == "true"}
        if "Default" in declared:
            one["DefaultValue"] = str(declared["Default"])
        if "Description" in declared:
            one["Description"] = declared["Description"]
        found.append(one)
    return found


# ---- protection and the end

@operation("SetStackPolicy")
def set_stack_policy(engine, region, params):
    stack = _stack(engine, region, params["StackName"])
    if "StackPolicyBody" not in params:
        raise Gap("the engine knows StackPolicyBody only")
    policy.check(params["StackPolicyBody"])
    stack.policy = params["StackPolicyBody"]
    return {}


@operation("GetStackPolicy")
def get_stack_policy(engine, region, params):
    stack = _stack(engine, region, params["StackName"])
    return {"StackPolicyBody": stack.policy} if stack.policy else {}


@operation("UpdateTerminationProtection")
def update_termination_protection(engine, region, params):
    stack = _stack(engine, region, params["StackName"])
    stack.protected = params["EnableTerminationProtection"]
    return {"StackId": stack.id}


@operation("DeleteStack")
def delete_stack(engine, region, params):
    stack = engine.find(region, params["StackName"])
    if stack is None or stack.status == "DELETE_COMPLETE":
        return {}
    if stack.protected:
        raise Invalid(f"Stack [{stack.name}] cannot be deleted while TerminationProtection is enabled")
    retained = set(params.get("RetainResources", []))
    if retained and stack.status != "DELETE_FAILED":
        raise Invalid(f"Invalid operation on stack [{stack.id}]. When specifying resources to retain, the stack must be in the DELETE_FAILED state")
    if stack.status == "REVIEW_IN_PROGRESS":
        engine.forget(stack)
        return {}
    if stack.busy and stack.status != "DELETE_IN_PROGRESS":
        raise Invalid(f"Stack [{stack.name}] cannot be deleted while in status {stack.status}")
    stack.turn(engine.now(), "DELETE_IN_PROGRESS", "User Initiated")
    engine.start(stack, lambda work: work.delete(retained))
    return {}
