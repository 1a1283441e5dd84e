"""Secrets Manager: secrets, generated and replicated."""

import json

from calls import answer, precondition, state, unread

from .base import Adapter, Made, arguments, tag_list
from .kms import usable_key

REPLICATED = "https://docs.aws.amazon.com/secretsmanager/latest/userguide/replicate-secrets_troubleshoot.html"


@precondition("secretsmanager.kms-key", "https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html", "secretsmanager", "CreateSecret")
def kms_key(call):
    """The secret's own key stands in the Region of the secret."""
    key = call.params.get("KmsKeyId")
    if key and usable_key(call, key) is None:
        raise call.refuse("InvalidParameterException", f"KMS key {key} does not exist in {call.region}, or cannot be used")


@precondition("secretsmanager.replica-key", REPLICATED, "secretsmanager", "CreateSecret", "ReplicateSecretToRegions")
def replica_key(call):
    """Each copy is encrypted with a key of its own Region. AWS answers the call and marks the copy as failed; CloudFormation fails then."""
    for replica in call.params.get("AddReplicaRegions", []):
        key = replica.get("KmsKeyId")
        if key and usable_key(call, key, replica["Region"]) is None:
            raise call.refuse("InvalidParameterException", f"Replication to {replica['Region']} failed: KMS key {key} does not exist there, or cannot be used")


@precondition("secretsmanager.replica-region", unread(REPLICATED), "secretsmanager", "CreateSecret", "ReplicateSecretToRegions")
def replica_region(call):
    """A copy stands in another Region, which AWS has."""
    known = {found["RegionName"] for found in call.client("ec2").describe_regions(AllRegions=True)["Regions"]}
    for replica in call.params.get("AddReplicaRegions", []):
        if replica["Region"] == call.region or replica["Region"] not in known:
            raise call.refuse("InvalidParameterException", f"Invalid replica region {replica['Region']}.")


# Name and Region of a copy -> its key.
replica_keys = state(dict)


@answer("secretsmanager", "CreateSecret", "ReplicateSecretToRegions")
def copy(call, forward):
    """Moto drops the key of a copy."""
    response = forward(call.params)
    name = response.get("Name") or call.client("secretsmanager").describe_secret(SecretId=response["ARN"])["Name"]
    replica_keys.update({(name, replica["Region"]): replica["KmsKeyId"] for replica in call.params.get("AddReplicaRegions", []) if "KmsKeyId" in replica})
    return response


@answer("secretsmanager", "DescribeSecret")
def describe(call, forward):
    response = forward(call.params)
    key = replica_keys.get((response["Name"], call.region)) if "PrimaryRegion" in response else None
    return {**response, "KmsKeyId": key} if key else response


class Secret(Adapter):
    kind = "AWS::SecretsManager::Secret"
    adapted = "moto does not look for the keys of the copies"

    def create(self, scope, properties):
        secrets = scope.client("secretsmanager")
        properties.setdefault("Name", scope.name(512))
        generate = properties.take("GenerateSecretString")
        replicas = properties.take("ReplicaRegions", default=[])
        if generate is not None:
            properties["SecretString"] = _generated(secrets, dict(generate))
        if replicas:
            properties["AddReplicaRegions"] = replicas
        tags = tag_list(scope, properties)
        made = secrets.create_secret(**arguments("secretsmanager", "CreateSecret", properties), Tags=tags)
        return Made(made["ARN"], {"Id": made["ARN"]})

    def update(self, scope, physical_id, old, new):
        secrets = scope.client("secretsmanager")
        before = {replica["Region"]: replica for replica in old.take("ReplicaRegions", default=[])}
        after = {replica["Region"]: replica for replica in new.take("ReplicaRegions", default=[])}
        if gone := [region for region in before if after.get(region) != before[region]]:
            secrets.remove_regions_from_replication(SecretId=physical_id, RemoveReplicaRegions=gone)
        if fresh := [replica for region, replica in after.items() if before.get(region) != replica]:
            secrets.replicate_secret_to_regions(SecretId=physical_id, AddReplicaRegions=fresh)
        if old != new:
            changed = {key: value for key, value in new.items() if old.get(key) != value}
            secrets.update_secret(**arguments("secretsmanager", "UpdateSecret", {"SecretId": physical_id, **changed}))

    def delete(self, scope, physical_id, properties):
        secrets = scope.client("secretsmanager")
        if regions := [replica["Region"] for replica in properties.get("ReplicaRegions", [])]:
            secrets.remove_regions_from_replication(SecretId=physical_id, RemoveReplicaRegions=regions)
        secrets.delete_secret(SecretId=physical_id, ForceDeleteWithoutRecovery=True)


def _generated(secrets, options):
    """A password, alone or as one key of a template."""
    template, key = options.pop("SecretStringTemplate", None), options.pop("GenerateStringKey", None)
    password = secrets.get_random_password(**arguments("secretsmanager", "GetRandomPassword", options))["RandomPassword"]
    if template is None:
        return password
    return json.dumps({**json.loads(template), key: password})
