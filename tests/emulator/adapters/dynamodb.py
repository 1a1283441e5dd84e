"""DynamoDB: tables, and global tables, whose replicas moto does not know."""

import copy

from botocore.exceptions import ClientError
from moto.backends import get_backend

from calls import ACCOUNT, answer, precondition, state, unread
from engine.errors import Invalid

from .base import Adapter, Made, arguments, tag_list
from .kms import usable_key

REPLICA = "https://github.com/aws-cloudformation/rain/issues/339"
KEY = "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-dynamodb-globaltable-replicassespecification.html"
UPDATE = unread("https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTable.html")

# Name of a global table -> Region -> the description of the replica there. All of them have the same entry.
groups = state(dict)


def _describe(call, region):
    try:
        return call.client("dynamodb", region).describe_table(TableName=call.params["TableName"])["Table"]
    except ClientError:
        return None


def _creations(call):
    return [update["Create"] for update in call.params.get("ReplicaUpdates", []) if "Create" in update]


@precondition("dynamodb.replica-stream", UPDATE, "dynamodb", "UpdateTable")
def replica_stream(call):
    """A table is replicated from its stream, which holds both images."""
    if _creations(call):
        stream = (_describe(call, call.region) or {}).get("StreamSpecification", {})
        if stream.get("StreamViewType") != "NEW_AND_OLD_IMAGES":
            raise call.refuse("ValidationException", "Table must have streams enabled with StreamViewType NEW_AND_OLD_IMAGES to add a replica")


@precondition("dynamodb.replica-key", KEY, "dynamodb", "UpdateTable", "CreateTable")
def replica_key(call):
    """The key of a table, and of each replica, stands in the Region of that table."""
    wanted = [(create["RegionName"], create["KMSMasterKeyId"]) for create in _creations(call) if "KMSMasterKeyId" in create]
    own = call.params.get("SSESpecification", {}).get("KMSMasterKeyId")
    for region, key in [*wanted, *([(call.region, own)] if own else [])]:
        if usable_key(call, key, region) is None:
            raise call.refuse("ValidationException", f"KMS key {key} does not exist in {region}, or is not enabled")


@precondition("dynamodb.replica-name-free", UPDATE, "dynamodb", "UpdateTable")
def replica_name_free(call):
    """No table of that name is in the Region of a new replica."""
    for create in _creations(call):
        if _describe(call, create["RegionName"]) is not None:
            raise call.refuse("ValidationException", f"Table {call.params['TableName']} already exists in {create['RegionName']}")


@precondition("dynamodb.replica-one-at-a-time", UPDATE, "dynamodb", "UpdateTable")
def replica_one_at_a_time(call):
    """One call adds or removes one replica."""
    if len(call.params.get("ReplicaUpdates", [])) > 1:
        raise call.refuse("ValidationException", "Only one replica can be added, changed or removed in one call")


@answer("dynamodb", "UpdateTable")
def update_table(call, forward):
    params = dict(call.params)
    updates = params.pop("ReplicaUpdates", [])
    if set(params) - {"TableName"}:
        forward(params)
    name = params["TableName"]
    for update in updates:
        (action, wanted), = update.items()
        group = groups.setdefault(name, {call.region: {"RegionName": call.region, "ReplicaStatus": "ACTIVE"}})
        if action == "Create":
            _replicate(call, name, wanted)
            group[wanted["RegionName"]] = {**wanted, "ReplicaStatus": "ACTIVE"}
        elif action == "Update":
            group[wanted["RegionName"]].update(wanted)
        else:
            # The replica goes with its own protection lifted; DeleteTable takes it out of the group.
            call.client("dynamodb", wanted["RegionName"]).delete_table(TableName=name)
    return {"TableDescription": _describe(call, call.region)}


def _replicate(call, name, wanted):
    """Makes the table of a replica: the same schema and stream, the key of its own Region."""
    table = _describe(call, call.region)
    params = {key: table[key] for key in ("TableName", "AttributeDefinitions", "KeySchema", "StreamSpecification")}
    params["BillingMode"] = table.get("BillingModeSummary", {}).get("BillingMode", "PROVISIONED")
    if "KMSMasterKeyId" in wanted:
        params["SSESpecification"] = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": wanted["KMSMasterKeyId"]}
    call.client("dynamodb", wanted["RegionName"]).create_table(**params)


@answer("dynamodb", "DescribeTable")
def describe_table(call, forward):
    response = forward(call.params)
    name = response["Table"]["TableName"]
    if call.region in groups.get(name, {}):
        others = [copy.deepcopy(replica) for region, replica in groups[name].items() if region != call.region]
        response["Table"].update(Replicas=others, GlobalTableVersion="2019.11.21")
    return response


@answer("dynamodb", "DeleteTable")
def delete_table(call, forward):
    response = forward(call.params)
    name = call.params["TableName"]
    group = groups.get(name, {})
    group.pop(call.region, None)
    if len(group) < 2:
        groups.pop(name, None)
    return response


@answer("dynamodb", "PutItem", "UpdateItem", "DeleteItem")
def write_item(call, forward):
    """What is written in one replica is in all of them, at once."""
    response, name = forward(call.params), call.params["TableName"].rsplit("/", 1)[-1]
    stores = get_backend("dynamodb")[ACCOUNT]
    for region in groups.get(name, {}):
        if region != call.region:
            stores[region].get_table(name).items = copy.deepcopy(stores[call.region].get_table(name).items)
    return response


class Table(Adapter):
    kind = "AWS::DynamoDB::Table"

    def create(self, scope, properties):
        name = properties.setdefault("TableName", scope.name(255))
        recovery = properties.take("PointInTimeRecoverySpecification")
        expiry = properties.take("TimeToLiveSpecification")
        tags = tag_list(scope, properties)
        if "StreamSpecification" in properties:
            properties["StreamSpecification"] = {"StreamEnabled": True, **properties["StreamSpecification"]}
        dynamodb = scope.client("dynamodb")
        table = dynamodb.create_table(**arguments("dynamodb", "CreateTable", properties, SSEEnabled="Enabled"), Tags=tags)["TableDescription"]
        _options(dynamodb, name, recovery, expiry)
        return Made(name, {"Arn": table["TableArn"], "StreamArn": table.get("LatestStreamArn", "")})

    def delete(self, scope, physical_id, properties):
        scope.client("dynamodb").delete_table(TableName=physical_id)


def _options(dynamodb, name, recovery, expiry=None):
    if recovery:
        dynamodb.update_continuous_backups(TableName=name, PointInTimeRecoverySpecification=recovery)
    if expiry:
        dynamodb.update_time_to_live(TableName=name, TimeToLiveSpecification=expiry)


class GlobalTable(Adapter):
    """One resource of one stack for the tables of all Regions: made here, then replicated, one Region after the other."""

    kind = "AWS::DynamoDB::GlobalTable"
    adapted = "moto has no replicas: each is a table of its own Region, and we keep who belongs together"

    def create(self, scope, properties):
        name = properties.take("TableName") or scope.name(255)
        replicas = properties.take("Replicas")
        own = self._own(scope, replicas)
        expiry, encryption = properties.take("TimeToLiveSpecification"), properties.take("SSESpecification", default={})
        if "StreamSpecification" in properties:
            properties["StreamSpecification"] = {"StreamEnabled": True, **properties["StreamSpecification"]}
        elif len(replicas) > 1:
            raise Invalid("StreamSpecification is required: a table with more than one replica is replicated from its stream")
        params = arguments("dynamodb", "CreateTable", {"TableName": name, **properties})
        if encryption.get("SSEEnabled"):
            key = own.get("SSESpecification", {}).get("KMSMasterKeyId")
            params["SSESpecification"] = {"Enabled": True, "SSEType": encryption.get("SSEType", "KMS"), **({"KMSMasterKeyId": key} if key else {})}
        dynamodb = scope.client("dynamodb")
        table = dynamodb.create_table(**params)["TableDescription"]
        try:
            for replica in replicas:
                self._add(scope, name, replica, expiry)
        except Exception:
            self._remove_all(scope, name)
            raise
        return Made(name, {"Arn": table["TableArn"], "StreamArn": table.get("LatestStreamArn", ""), "TableId": table.get("TableId", name)})

    def _own(self, scope, replicas):
        own = next((replica for replica in replicas if replica["Region"] == scope.region), None)
        if own is None:
            error = Invalid(f"Invalid request provided: The Replicas section must contain an entry for the current region ({scope.region})")
            error.rule = OWN_REGION
            raise error
        return own

    def _add(self, scope, name, replica, expiry):
        region = replica["Region"]
        if region != scope.region:
            create = {"RegionName": region, **{key: value for key, value in replica.get("SSESpecification", {}).items() if key == "KMSMasterKeyId"}}
            scope.client("dynamodb").update_table(TableName=name, ReplicaUpdates=[{"Create": create}])
        there = scope.client("dynamodb", region)
        _options(there, name, replica.get("PointInTimeRecoverySpecification"), expiry)
        if "DeletionProtectionEnabled" in replica:
            there.update_table(TableName=name, DeletionProtectionEnabled=replica["DeletionProtectionEnabled"])

    def update(self, scope, physical_id, old, new):
        before = {replica["Region"]: replica for replica in old["Replicas"]}
        after = {replica["Region"]: replica for replica in new["Replicas"]}
        self._own(scope, new["Replicas"])
        changed = {key for key in {*old, *new} if old.get(key) != new.get(key)} - {"Replicas", "TimeToLiveSpecification"}
        if changed:
            super().update(scope, physical_id, {key: old.get(key) for key in changed}, {key: new.get(key) for key in changed})
        for region in before.keys() - after.keys():
            scope.client("dynamodb").update_table(TableName=physical_id, ReplicaUpdates=[{"Delete": {"RegionName": region}}])
        for region, replica in after.items():
            if region not in before:
                self._add(scope, physical_id, replica, new.get("TimeToLiveSpecification"))
            elif replica != before[region]:
                _options(scope.client("dynamodb", region), physical_id, replica.get("PointInTimeRecoverySpecification"))
                scope.client("dynamodb", region).update_table(TableName=physical_id, DeletionProtectionEnabled=replica.get("DeletionProtectionEnabled", False))

    def delete(self, scope, physical_id, properties):
        for replica in properties["Replicas"]:
            if replica["Region"] != scope.region:
                scope.client("dynamodb").update_table(TableName=physical_id, ReplicaUpdates=[{"Delete": {"RegionName": replica["Region"]}}])
        scope.client("dynamodb").delete_table(TableName=physical_id)

    def _remove_all(self, scope, name):
        """CloudFormation deletes what it could not finish."""
        regions = [region for region in groups.get(name, {}) if region != scope.region] + [scope.region]
        for region in regions:
            there = scope.client("dynamodb", region)
            there.update_table(TableName=name, DeletionProtectionEnabled=False)
            there.delete_table(TableName=name)


# CloudFormation's own demand: there is no call of DynamoDB that makes it, so that the adapter asks.
OWN_REGION = "dynamodb.own-region"
precondition(OWN_REGION, REPLICA, "dynamodb")(GlobalTable._own)
