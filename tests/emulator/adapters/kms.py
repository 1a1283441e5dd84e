"""KMS: keys, their aliases, and replicas of multi-Region keys."""

import json

from botocore.exceptions import ClientError
from moto.backends import get_backend

from calls import ACCOUNT, answer, precondition

from .base import Adapter, Made, arguments, exists, tag_list


def usable_key(call, key_id, region=None):
    """The key that an id, ARN or alias names in a Region, if it can be used there."""
    region = region or call.region
    parts = key_id.split(":")
    if len(parts) > 5 and parts[3] != region:
        return None
    found = exists(call.client("kms", region).describe_key, KeyId=key_id)
    if found is None or found["KeyMetadata"]["KeyState"] not in {"Enabled"}:
        return None
    return found["KeyMetadata"]


@precondition("kms.alias-unique", "https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateAlias.html", "kms", "CreateAlias")
def alias_unique(call):
    """An alias is unique in its account and Region."""
    for page in call.client("kms").get_paginator("list_aliases").paginate():
        if any(alias["AliasName"] == call.params["AliasName"] for alias in page["Aliases"]):
            raise call.refuse("AlreadyExistsException", f"An alias with the name {call.params['AliasName']} already exists")


@precondition("kms.alias-target", "https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateAlias.html", "kms", "CreateAlias")
def alias_target(call):
    """An alias and its key stand in the same Region, and the key is not about to be deleted."""
    if usable_key(call, call.params["TargetKeyId"]) is None:
        raise call.refuse("NotFoundException", f"Key '{call.params['TargetKeyId']}' does not exist in {call.region}, or cannot be used")


@precondition("kms.policy-lockout", "https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-overview.html", "kms", "CreateKey", "PutKeyPolicy")
def policy_lockout(call):
    """The safety check: whoever makes the key must be able to change its policy later."""
    if "Policy" not in call.params or call.params.get("BypassPolicyLockoutSafetyCheck"):
        return
    root = f"arn:{call.partition}:iam::{ACCOUNT}:root"
    for statement in json.loads(call.params["Policy"])["Statement"]:
        principals = statement.get("Principal", {})
        principals = principals.get("AWS", []) if isinstance(principals, dict) else [principals]
        actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        names = principals if isinstance(principals, list) else [principals]
        if statement["Effect"] == "Allow" and root in names and {"kms:*", "kms:PutKeyPolicy"} & set(actions):
            return
    raise call.refuse("MalformedPolicyDocumentException", "The new key policy will not allow you to update the key policy in the future.")


@precondition("kms.replica-primary", "https://docs.aws.amazon.com/kms/latest/APIReference/API_ReplicateKey.html", "kms", "ReplicateKey")
def replica_primary(call):
    """Only the primary of a multi-Region key can be replicated, into another Region."""
    found = usable_key(call, call.params["KeyId"])
    if found is None or not found.get("MultiRegion"):
        raise call.refuse("UnsupportedOperationException", f"{call.params['KeyId']} is not a multi-Region primary key")


@answer("kms", "ReplicateKey")
def replicate_key(call, forward):
    """Moto takes no ARN, and gives the replica what the primary has, aliases too."""
    response = forward({**call.params, "KeyId": call.params["KeyId"].rsplit("/", 1)[-1]})
    there, identity = call.client("kms", call.params["ReplicaRegion"]), response["ReplicaKeyMetadata"]["KeyId"]
    get_backend("kms")[ACCOUNT][call.params["ReplicaRegion"]].keys[identity].aliases = {}
    if "Policy" in call.params:
        there.put_key_policy(KeyId=identity, PolicyName="default", Policy=call.params["Policy"])
    there.update_key_description(KeyId=identity, Description=call.params.get("Description", ""))
    return response


class Key(Adapter):
    kind = "AWS::KMS::Key"

    def create(self, scope, properties):
        kms = scope.client("kms")
        properties.take("PendingWindowInDays")
        rotation = properties.take("EnableKeyRotation", default=False)
        policy = properties.take("KeyPolicy")
        tags = [{"TagKey": tag["Key"], "TagValue": tag["Value"]} for tag in tag_list(scope, properties)]
        more = {"Policy": policy} if policy else {}
        key = kms.create_key(**arguments("kms", "CreateKey", {**properties, **more}), Tags=tags)["KeyMetadata"]
        if rotation:
            kms.enable_key_rotation(KeyId=key["KeyId"])
        return Made(key["KeyId"], {"Arn": key["Arn"], "KeyId": key["KeyId"]})

    def update(self, scope, physical_id, old, new):
        kms = scope.client("kms")
        kms.put_key_policy(KeyId=physical_id, PolicyName="default", **arguments("kms", "PutKeyPolicy", {"Policy": new["KeyPolicy"]}))
        kms.update_key_description(KeyId=physical_id, Description=new.get("Description", ""))
        (kms.enable_key_rotation if new.get("EnableKeyRotation") else kms.disable_key_rotation)(KeyId=physical_id)

    def delete(self, scope, physical_id, properties):
        scope.client("kms").schedule_key_deletion(KeyId=physical_id, PendingWindowInDays=int(properties.get("PendingWindowInDays", 30)))


class ReplicaKey(Adapter):
    kind = "AWS::KMS::ReplicaKey"
    adapted = "moto copies policy and description from the primary"

    def create(self, scope, properties):
        primary = properties.take("PrimaryKeyArn")
        # It is for the day when the key is deleted.
        properties.take("PendingWindowInDays")
        more = {"KeyId": primary, "ReplicaRegion": scope.region}
        home = scope.client("kms", primary.split(":")[3])
        made = home.replicate_key(**arguments("kms", "ReplicateKey", {**properties, **more}, KeyPolicy="Policy"))
        key = made["ReplicaKeyMetadata"]
        return Made(key["KeyId"], {"Arn": key["Arn"], "KeyId": key["KeyId"]})

    def delete(self, scope, physical_id, properties):
        scope.client("kms").schedule_key_deletion(KeyId=physical_id, PendingWindowInDays=int(properties.get("PendingWindowInDays", 30)))


class Alias(Adapter):
    kind = "AWS::KMS::Alias"

    def create(self, scope, properties):
        scope.client("kms").create_alias(**arguments("kms", "CreateAlias", properties))
        return Made(properties["AliasName"])

    def update(self, scope, physical_id, old, new):
        scope.client("kms").update_alias(**arguments("kms", "UpdateAlias", new))

    def delete(self, scope, physical_id, properties):
        try:
            scope.client("kms").delete_alias(AliasName=physical_id)
        except ClientError as error:
            if error.response["Error"]["Code"] != "NotFoundException":
                raise
