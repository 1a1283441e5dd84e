"""ElastiCache: groups of nodes, and the global datastores that moto does not have."""

from moto.backends import get_backend

from calls import ACCOUNT, answer, precondition, state, unread

from .base import Adapter, Made, arguments, exists, tag_list
from .kms import usable_key

GLOBAL = "https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateGlobalReplicationGroup.html"
LEFT = "https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_DeleteGlobalReplicationGroup.html"
CREATED = "https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateReplicationGroup.html"

# Id of a global datastore -> its description, as DescribeGlobalReplicationGroups gives it.
datastores = state(dict)
# The beginning of the ids in a Region, as far as the platforms need it. The library knows them all; this table is the other opinion.
PREFIXES = {"us-east-1": "ldgnf", "us-east-2": "fpkhr", "us-west-2": "sgaui", "eu-west-1": "gxeiz", "eu-central-1": "iudkw"}


def store(region):
    """Moto's store in a Region."""
    return get_backend("elasticache")[ACCOUNT][region]


def _found(call):
    identifier = call.params["GlobalReplicationGroupId"]
    if identifier not in datastores:
        raise call.refuse("GlobalReplicationGroupNotFoundFault", f"Global replication group {identifier} not found")
    return datastores[identifier]


@precondition("elasticache.datastore-exists", CREATED, "elasticache", "CreateReplicationGroup")
def datastore_exists(call):
    """Nodes join a datastore that is there, in a Region that it does not have yet, two followers at most."""
    identifier = call.params.get("GlobalReplicationGroupId")
    if not identifier:
        return
    members = _found(call)["Members"]
    if len(members) >= 3 or any(member["ReplicationGroupRegion"] == call.region for member in members):
        raise call.refuse("InvalidGlobalReplicationGroupState", f"{identifier} cannot take another member in {call.region}")


@precondition("elasticache.follower-inherits", unread(CREATED), "elasticache", "CreateReplicationGroup")
def follower_inherits(call):
    """A follower takes engine, node type and encryption from the datastore."""
    given = {"Engine", "EngineVersion", "CacheNodeType", "AtRestEncryptionEnabled", "TransitEncryptionEnabled"} & set(call.params)
    if call.params.get("GlobalReplicationGroupId") and given:
        raise call.refuse("InvalidParameterCombination", f"Cannot specify {', '.join(sorted(given))} with GlobalReplicationGroupId")


@precondition("elasticache.kms-key", unread(CREATED), "elasticache", "CreateReplicationGroup")
def kms_key(call):
    """The key of the entries stands in the Region of the nodes."""
    key = call.params.get("KmsKeyId")
    if key and usable_key(call, key) is None:
        raise call.refuse("InvalidParameterValue", f"KMS key {key} does not exist in {call.region}, or cannot be used")


@precondition("elasticache.subnet-group", unread(CREATED), "elasticache", "CreateReplicationGroup")
def subnet_group(call):
    """The subnet group is there; nodes in several zones need somebody who takes over."""
    name = call.params.get("CacheSubnetGroupName")
    if name and name not in store(call.region).cache_subnet_groups:
        raise call.refuse("CacheSubnetGroupNotFoundFault", f"Cache subnet group {name} does not exist")
    if call.params.get("MultiAZEnabled") and not call.params.get("AutomaticFailoverEnabled"):
        raise call.refuse("InvalidParameterCombination", "MultiAZEnabled needs AutomaticFailoverEnabled")


@precondition("elasticache.primary-exists", GLOBAL, "elasticache", "CreateGlobalReplicationGroup")
def primary_exists(call):
    """A datastore is made of nodes that are there, in the same Region, and of a type that is large enough."""
    name = call.params["PrimaryReplicationGroupId"]
    if name not in store(call.region).replication_groups:
        raise call.refuse("ReplicationGroupNotFoundFault", f"Replication group {name} not found")


@precondition("elasticache.member-of-datastore", LEFT, "elasticache", "DeleteReplicationGroup")
def member_of_datastore(call):
    """A member of a datastore is taken out of it first."""
    for found in datastores.values():
        for member in found["Members"]:
            if (member["ReplicationGroupRegion"], member["ReplicationGroupId"]) == (call.region, call.params["ReplicationGroupId"]):
                raise call.refuse("InvalidReplicationGroupState", f"{member['ReplicationGroupId']} is a member of {found['GlobalReplicationGroupId']}")


@answer("elasticache", "CreateGlobalReplicationGroup")
def create_datastore(call, _forward):
    identifier = f"{PREFIXES[call.region]}-{call.params['GlobalReplicationGroupIdSuffix']}"
    primary = {"ReplicationGroupId": call.params["PrimaryReplicationGroupId"], "ReplicationGroupRegion": call.region, "Role": "PRIMARY",
               "AutomaticFailover": "enabled", "Status": "associated"}
    datastores[identifier] = {
        "GlobalReplicationGroupId": identifier, "GlobalReplicationGroupDescription": call.params.get("GlobalReplicationGroupDescription", ""),
        "Status": "available", "Members": [primary], "ARN": f"arn:{call.partition}:elasticache::{ACCOUNT}:globalreplicationgroup:{identifier}",
    }
    return {"GlobalReplicationGroup": datastores[identifier]}


@answer("elasticache", "DescribeGlobalReplicationGroups")
def describe_datastores(call, _forward):
    wanted = call.params.get("GlobalReplicationGroupId")
    found = [_found(call)] if wanted else list(datastores.values())
    shown = found if call.params.get("ShowMemberInfo") else [{key: value for key, value in one.items() if key != "Members"} for one in found]
    return {"GlobalReplicationGroups": shown}


@answer("elasticache", "ModifyGlobalReplicationGroup")
def modify_datastore(call, _forward):
    found = _found(call)
    if "GlobalReplicationGroupDescription" in call.params:
        found["GlobalReplicationGroupDescription"] = call.params["GlobalReplicationGroupDescription"]
    return {"GlobalReplicationGroup": found}


@answer("elasticache", "FailoverGlobalReplicationGroup")
def failover_datastore(call, _forward):
    found = _found(call)
    for member in found["Members"]:
        member["Role"] = "PRIMARY" if member["ReplicationGroupRegion"] == call.params["PrimaryRegion"] else "SECONDARY"
    return {"GlobalReplicationGroup": found}


@answer("elasticache", "DisassociateGlobalReplicationGroup")
def disassociate(call, _forward):
    found = _found(call)
    left = next((member for member in found["Members"] if member["ReplicationGroupId"] == call.params["ReplicationGroupId"]), None)
    if left is None or left["Role"] == "PRIMARY":
        raise call.refuse("InvalidParameterValue", f"{call.params['ReplicationGroupId']} is no secondary of {found['GlobalReplicationGroupId']}")
    found["Members"].remove(left)
    return {"GlobalReplicationGroup": found}


@answer("elasticache", "DeleteGlobalReplicationGroup")
def delete_datastore(call, _forward):
    found = _found(call)
    if len(found["Members"]) > 1:
        raise call.refuse("InvalidGlobalReplicationGroupState", f"{found['GlobalReplicationGroupId']} has secondary members")
    del datastores[found["GlobalReplicationGroupId"]]
    if not call.params["RetainPrimaryReplicationGroup"]:
        primary = found["Members"][0]
        store(primary["ReplicationGroupRegion"]).replication_groups.pop(primary["ReplicationGroupId"], None)
    return {"GlobalReplicationGroup": {**found, "Status": "deleting"}}


@answer("elasticache", "CreateReplicationGroup")
def create_group(call, forward):
    identifier = call.params.get("GlobalReplicationGroupId")
    response = forward(call.params)
    if identifier:
        datastores[identifier]["Members"].append(
            {"ReplicationGroupId": call.params["ReplicationGroupId"], "ReplicationGroupRegion": call.region, "Role": "SECONDARY",
             "AutomaticFailover": "enabled", "Status": "associated"})
    return response


@answer("elasticache", "DeleteReplicationGroup")
def delete_group(call, forward):
    response = forward(call.params)
    # Moto leaves it there as `deleting` for ever.
    store(call.region).replication_groups.pop(call.params["ReplicationGroupId"], None)
    return response


@answer("elasticache", "DeleteCacheSubnetGroup")
def delete_subnet_group(call, _forward):
    if store(call.region).cache_subnet_groups.pop(call.params["CacheSubnetGroupName"], None) is None:
        raise call.refuse("CacheSubnetGroupNotFoundFault", f"Cache subnet group {call.params['CacheSubnetGroupName']} does not exist")
    return {}


class ReplicationGroup(Adapter):
    kind = "AWS::ElastiCache::ReplicationGroup"
    adapted = "moto asks nothing, and never finishes a deletion"

    def create(self, scope, properties):
        name = properties.setdefault("ReplicationGroupId", scope.name(40, lower=True))
        tags = tag_list(scope, properties)
        cache = scope.client("elasticache")
        cache.create_replication_group(**arguments("elasticache", "CreateReplicationGroup", properties), Tags=tags)
        found = cache.describe_replication_groups(ReplicationGroupId=name)["ReplicationGroups"][0]
        points = {}
        for key, label in (("PrimaryEndpoint", "PrimaryEndPoint"), ("ReaderEndpoint", "ReaderEndPoint")):
            point = (found.get("NodeGroups") or [{}])[0].get(key, {})
            points[f"{label}.Address"] = point.get("Address", f"{name}.{key.lower()}.cache.amazonaws.com")
            points[f"{label}.Port"] = str(point.get("Port", 6379))
        return Made(name, points)

    def delete(self, scope, physical_id, properties):
        cache = scope.client("elasticache")
        joined = properties.get("GlobalReplicationGroupId")
        if joined and exists(cache.describe_global_replication_groups, GlobalReplicationGroupId=joined):
            cache.disassociate_global_replication_group(
                GlobalReplicationGroupId=joined, ReplicationGroupId=physical_id, ReplicationGroupRegion=scope.region)
        cache.delete_replication_group(ReplicationGroupId=physical_id)


class GlobalReplicationGroup(Adapter):
    kind = "AWS::ElastiCache::GlobalReplicationGroup"
    adapted = "moto has no global datastores"

    def create(self, scope, properties):
        members = properties.take("Members")
        properties.take("AutomaticFailoverEnabled")
        primary = next(member["ReplicationGroupId"] for member in members if member["Role"] == "PRIMARY")
        params = arguments("elasticache", "CreateGlobalReplicationGroup", {**properties, "PrimaryReplicationGroupId": primary})
        found = scope.client("elasticache").create_global_replication_group(**params)["GlobalReplicationGroup"]
        identifier = found["GlobalReplicationGroupId"]
        return Made(identifier, {"GlobalReplicationGroupId": identifier, "Status": found["Status"], "Arn": found["ARN"]})

    def delete(self, scope, physical_id, properties):
        scope.client("elasticache").delete_global_replication_group(GlobalReplicationGroupId=physical_id, RetainPrimaryReplicationGroup=True)


class SubnetGroup(Adapter):
    kind = "AWS::ElastiCache::SubnetGroup"
    adapted = "moto cannot delete it"

    def create(self, scope, properties):
        name = properties.setdefault("CacheSubnetGroupName", scope.name(255, lower=True))
        params = arguments("elasticache", "CreateCacheSubnetGroup", properties, Description="CacheSubnetGroupDescription")
        scope.client("elasticache").create_cache_subnet_group(**params)
        return Made(name)

    def delete(self, scope, physical_id, properties):
        scope.client("elasticache").delete_cache_subnet_group(CacheSubnetGroupName=physical_id)
