"""IAM: roles, and whether a service may take one."""

import functools
import json
from urllib.parse import unquote

from moto.backends import get_backend
from moto.iam.aws_managed_policies import aws_managed_policies_data
from moto.iam.models import AWSManagedPolicy

from calls import ACCOUNT, answer, precondition, unread

from .base import Adapter, Made, arguments, exists, tag_list

QUOTAS = unread("https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html")


def assumable(call, role_arn, service):
    """Whether the role is there and trusts the service."""
    name = role_arn.rsplit("/", 1)[-1]
    found = exists(call.client("iam").get_role, RoleName=name) if name else None
    if found is None or found["Role"]["Arn"] != role_arn:
        return False
    document = found["Role"]["AssumeRolePolicyDocument"]
    document = document if isinstance(document, dict) else json.loads(unquote(document))
    for statement in document["Statement"]:
        principal = statement.get("Principal", {})
        services = principal.get("Service", []) if isinstance(principal, dict) else []
        if statement["Effect"] == "Allow" and service in (services if isinstance(services, list) else [services]):
            return True
    return False


@precondition("iam.inline-policy-size", QUOTAS, "iam", "PutRolePolicy")
def inline_policy_size(call):
    """All inline policies of a role together have at most 10,240 characters, blanks not counted."""
    iam, role = call.client("iam"), call.params["RoleName"]
    texts = [call.params["PolicyDocument"]]
    for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
        if name != call.params["PolicyName"]:
            texts.append(json.dumps(iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]))
    if sum(len("".join(text.split())) for text in texts) > 10_240:
        raise call.refuse("LimitExceededException", "Maximum policy size of 10240 bytes exceeded for role " + role)


@functools.cache
def _aws_policies():
    """AWS's own policies, as moto carries them."""
    return json.loads(aws_managed_policies_data)


@answer("iam", "AttachRolePolicy")
def attach_role_policy(call, forward):
    """Moto would load a thousand policies of AWS: the one that is asked for is enough. It has one store for all partitions."""
    arn = call.params["PolicyArn"]
    store = get_backend("iam")[ACCOUNT]["aws"]
    name = arn.rsplit("/", 1)[-1]
    if arn.startswith(f"arn:{call.partition}:iam::aws:policy/") and name in _aws_policies() and arn not in store.managed_policies:
        policy = AWSManagedPolicy.from_data(name, ACCOUNT, call.region, _aws_policies()[name])
        if policy.arn == arn:
            store.managed_policies[arn] = policy
    return forward(call.params)


class Role(Adapter):
    kind = "AWS::IAM::Role"

    def create(self, scope, properties):
        iam = scope.client("iam")
        name = properties.take("RoleName") or scope.name(64)
        policies, managed = properties.take("Policies", default=[]), properties.take("ManagedPolicyArns", default=[])
        tags = tag_list(scope, properties)
        role = iam.create_role(**arguments("iam", "CreateRole", {"RoleName": name, **properties}), Tags=tags)["Role"]
        self._put(iam, name, policies, managed)
        return Made(name, {"Arn": role["Arn"], "RoleId": role["RoleId"]})

    def _put(self, iam, name, policies, managed):
        for policy in policies:
            iam.put_role_policy(**arguments("iam", "PutRolePolicy", {"RoleName": name, **policy}))
        for arn in managed:
            iam.attach_role_policy(RoleName=name, PolicyArn=arn)

    def update(self, scope, physical_id, old, new):
        iam = scope.client("iam")
        iam.update_assume_role_policy(**arguments("iam", "UpdateAssumeRolePolicy", {"RoleName": physical_id, "PolicyDocument": new["AssumeRolePolicyDocument"]}))
        kept = {policy["PolicyName"] for policy in new.get("Policies", [])}
        for name in iam.list_role_policies(RoleName=physical_id)["PolicyNames"]:
            if name not in kept:
                iam.delete_role_policy(RoleName=physical_id, PolicyName=name)
        for arn in set(old.get("ManagedPolicyArns", [])) - set(new.get("ManagedPolicyArns", [])):
            iam.detach_role_policy(RoleName=physical_id, PolicyArn=arn)
        self._put(iam, physical_id, new.get("Policies", []), new.get("ManagedPolicyArns", []))

    def delete(self, scope, physical_id, properties):
        iam = scope.client("iam")
        for name in iam.list_role_policies(RoleName=physical_id)["PolicyNames"]:
            iam.delete_role_policy(RoleName=physical_id, PolicyName=name)
        for policy in iam.list_attached_role_policies(RoleName=physical_id)["AttachedPolicies"]:
            iam.detach_role_policy(RoleName=physical_id, PolicyArn=policy["PolicyArn"])
        iam.delete_role(RoleName=physical_id)


class ManagedPolicy(Adapter):
    kind = "AWS::IAM::ManagedPolicy"

    def create(self, scope, properties):
        name = properties.take("ManagedPolicyName") or scope.name(128)
        roles = properties.take("Roles", default=[])
        iam = scope.client("iam")
        arn = iam.create_policy(**arguments("iam", "CreatePolicy", {"PolicyName": name, **properties}))["Policy"]["Arn"]
        for role in roles:
            iam.attach_role_policy(RoleName=role, PolicyArn=arn)
        return Made(arn, {"PolicyArn": arn})

    def delete(self, scope, physical_id, properties):
        iam = scope.client("iam")
        for role in properties.get("Roles", []):
            iam.detach_role_policy(RoleName=role, PolicyArn=physical_id)
        iam.delete_policy(PolicyArn=physical_id)
