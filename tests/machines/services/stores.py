"""Stores: who writes where. Global clusters (Aurora, DocumentDB, Neptune), global datastores, tables, backups, objects."""

import dataclasses

from .world import ORDERS, READS, Impossible, answers, refused, region_of, seed

# How long it takes until a store has another writer, until nodes have another primary, until a table is restored. Virtual seconds.
PROMOTION, SWITCHOVER, NODES, RESTORE = 120.0, 90.0, 45.0, 1_500.0
CLUSTERS = ("AWS::RDS::DBCluster", "AWS::DocDB::DBCluster", "AWS::Neptune::DBCluster")
ENGINES = ("rds", "docdb", "neptune")


@dataclasses.dataclass
class Store:
    """A store with members in several Regions, one of which writes. `writers` is a set so that a second one can be seen."""

    name: str
    members: dict       # ARN or id -> Region
    writers: set
    changing: str = ""  # the member that is being made the writer
    parted: bool = False  # whether a promotion has made two stores of one

    @property
    def regions(self):
        return set(self.members.values())

    @property
    def written_in(self):
        """The Regions of the writers."""
        return {self.members[member] for member in self.writers}

    def writes_in(self, region):
        """Whether the store takes writes there, and is not about to stop doing so."""
        return region in self.written_in and not self.changing


@seed
def stores(world):
    """The stores of the platform. The first member is born as the writer; `writer` names another Region."""
    world.stores, world.items = {}, {}
    for kind in CLUSTERS:
        for thing in world.all(kind):
            if name := thing.properties.get("GlobalClusterIdentifier"):
                arn = thing.attributes.get("DBClusterArn") or thing.attributes["Arn"]
                world.stores.setdefault(name, Store(name, {}, set())).members[arn] = thing.region
    for thing in world.all("AWS::ElastiCache::GlobalReplicationGroup"):
        found = world.stores.setdefault(thing.id, Store(thing.id, {}, set()))
        for member in thing.properties["Members"]:
            found.members[member["ReplicationGroupId"]] = member["ReplicationGroupRegion"]
    for thing in world.all("AWS::ElastiCache::ReplicationGroup"):
        if name := thing.properties.get("GlobalReplicationGroupId"):
            world.stores[name].members[thing.id] = thing.region
    for store in world.stores.values():
        born = next(iter(store.members))
        store.writers = {next((member for member, region in store.members.items() if region == world.writer), born)}
    world.tables = {}
    for thing in world.all("AWS::DynamoDB::GlobalTable"):
        for replica in thing.properties["Replicas"]:
            world.tables[thing.properties["TableName"], replica["Region"]] = "ACTIVE"
    for thing in world.all("AWS::DynamoDB::Table"):
        world.tables[thing.properties["TableName"], thing.region] = "ACTIVE"


def _store(world, name):
    if name not in world.stores:
        raise Impossible(f"there is no global store {name}")
    return world.stores[name]


def _change(world, call, store, target, planned, seconds, error):
    """Another member becomes the writer. A planned change needs both sides; one at a time."""
    if target not in store.members:
        raise Impossible(f"{target} is no member of {store.name}")
    if planned and any(not world.alive(store.members[member]) for member in (*store.writers, target)):
        raise refused(error, "a planned change needs both Regions")
    if not world.alive(store.members[target]):
        raise refused(error, f"{target} does not answer")
    if store.changing:
        raise refused(error, f"{store.name} is being changed already")
    if store.writers == {target}:
        raise refused(error, f"{target} is the writer already")
    if call.state not in world.never_done:
        store.changing = target

    def done():
        store.changing, store.writers = "", {target}

    world.order(call, seconds, done)


# ---- global clusters

def _cluster(store):
    shown = {
        "GlobalClusterIdentifier": store.name, "Status": "failing-over" if store.changing else "available",
        "GlobalClusterMembers": [{"DbClusterArn": arn, "IsWriter": arn in store.writers, "Readers": []} for arn in store.members],
    }
    if store.changing:
        shown["FailoverState"] = {"Status": "failing-over", "ToDbClusterArn": store.changing}
    return shown


@answers(READS, *(f"{engine}:describeGlobalClusters" for engine in ENGINES))
def describe_global_clusters(world, call):
    return {"GlobalClusters": [_cluster(_store(world, call.given["GlobalClusterIdentifier"]))]}


@answers(READS, "cloudwatch:getMetricStatistics")
def metric_statistics(world, call):
    """What a reader has published of how far it is behind: it falls silent with its writer, but the question looks back further than to the
    loss. The writer publishes nothing."""
    asked = {one["Name"]: one["Value"] for one in call.given["Dimensions"]}
    if call.given["Namespace"] != "AWS/RDS" or set(asked) != {"DBClusterIdentifier"}:
        raise Impossible(f"nobody publishes {call.given['MetricName']} for {asked}")
    cluster = world.find("AWS::RDS::DBCluster", asked["DBClusterIdentifier"], "no data")
    store = _store(world, cluster.properties["GlobalClusterIdentifier"])
    told = world.home not in store.written_in
    return {"Datapoints": [{"SampleCount": 15.0, "Unit": "Milliseconds"}] if told else []}


@answers(ORDERS, *(f"{engine}:failoverGlobalCluster" for engine in ENGINES))
def fail_cluster_over(world, call):
    """Without `AllowDataLoss` it is a switchover, whatever it is called."""
    store = _store(world, call.given["GlobalClusterIdentifier"])
    planned = not call.given.get("AllowDataLoss")
    _change(world, call, store, call.given["TargetDbClusterIdentifier"], planned, PROMOTION, f"{prefix(call)}.InvalidGlobalClusterStateException")
    return {"GlobalCluster": _cluster(store)}


@answers(ORDERS, *(f"{engine}:switchoverGlobalCluster" for engine in ENGINES))
def switch_cluster_over(world, call):
    store = _store(world, call.given["GlobalClusterIdentifier"])
    if not any(store.members[member] == world.home for member in store.writers):
        raise refused(f"{prefix(call)}.InvalidGlobalClusterStateException", "a switchover is called where the writer is")
    _change(world, call, store, call.given["TargetDbClusterIdentifier"], True, SWITCHOVER, f"{prefix(call)}.InvalidGlobalClusterStateException")
    return {"GlobalCluster": _cluster(store)}


@answers(ORDERS, *(f"{engine}:removeFromGlobalCluster" for engine in ENGINES))
def detach(world, call):
    """The member becomes a store of its own, which takes writes; the other writer knows nothing of it."""
    store = _store(world, call.given["GlobalClusterIdentifier"])
    member = call.given["DbClusterIdentifier"]
    world.order(call, PROMOTION, lambda: store.writers.add(member), same=member in store.writers)
    return {"GlobalCluster": _cluster(store)}


@answers(READS, *(f"{engine}:describeDBClusters" for engine in ENGINES))
def describe_clusters(world, call):
    name = call.given["DbClusterIdentifier"]
    for store in world.stores.values():
        for arn, region in store.members.items():
            if region == world.home and arn.rsplit(":", 1)[-1] == name:
                return {"DbClusters": [{"DbClusterIdentifier": name, "DbClusterArn": arn, "Status": "promoting" if store.changing == arn else "available"}]}
    raise Impossible(f"there is no cluster {name} in {world.home}")


def prefix(call):
    """Step Functions' name of a service in errors: `Rds`."""
    return {"rds": "Rds", "docdb": "DocDb", "neptune": "Neptune"}.get(call.service, call.service.capitalize())


# ---- global datastores

def _datastore(store):
    return {
        "GlobalReplicationGroupId": store.name, "Status": "modifying" if store.changing else "available",
        "Members": [
            {"ReplicationGroupId": name, "ReplicationGroupRegion": region, "Role": "PRIMARY" if name in store.writers else "SECONDARY", "Status": "associated"}
            for name, region in store.members.items()
        ],
    }


@answers(READS, "elasticache:describeGlobalReplicationGroups")
def describe_datastores(world, call):
    shown = _datastore(_store(world, call.given["GlobalReplicationGroupId"]))
    if not call.given.get("ShowMemberInfo"):
        del shown["Members"]
    return {"GlobalReplicationGroups": [shown]}


@answers(ORDERS, "elasticache:failoverGlobalReplicationGroup")
def fail_datastore_over(world, call):
    store, target = _store(world, call.given["GlobalReplicationGroupId"]), call.given["PrimaryReplicationGroupId"]
    if store.members.get(target) != call.given["PrimaryRegion"]:
        raise Impossible(f"{target} is not in {call.given['PrimaryRegion']}")
    _change(world, call, store, target, False, NODES, "ElastiCache.InvalidGlobalReplicationGroupStateException")
    return {"GlobalReplicationGroup": _datastore(store)}


@answers(READS, "elasticache:describeReplicationGroups")
def describe_nodes(world, call):
    thing = world.find("AWS::ElastiCache::ReplicationGroup", call.given["ReplicationGroupId"], "ReplicationGroupNotFoundFault")
    return {"ReplicationGroups": [{"ReplicationGroupId": thing.id, "Status": "available"}]}


# ---- tables

def _table(world, name):
    state = world.tables.get((name, world.home))
    if state is None:
        raise refused("DynamoDb.ResourceNotFoundException", f"there is no table {name} in {world.home}")
    return state


@answers(READS, "dynamodb:describeTable")
def describe_table(world, call):
    return {"Table": {"TableName": call.given["TableName"], "TableStatus": _table(world, call.given["TableName"])}}


def _place(world, name, given):
    """Where an item is kept: its table, in all Regions, and the values of its key."""
    _table(world, name)
    tables = [*world.all("AWS::DynamoDB::GlobalTable"), *world.all("AWS::DynamoDB::Table")]
    schema = next((thing.properties["KeySchema"] for thing in tables if thing.properties.get("TableName") == name), None)
    if schema is None:
        raise Impossible(f"nobody knows the key of {name}")
    return name, tuple(tuple(given[part["AttributeName"]].items()) for part in schema)


@answers(READS, "dynamodb:getItem")
def get_item(world, call):
    found = world.items.get(_place(world, call.given["TableName"], call.given["Key"]))
    return {"Item": found} if found else {}


@answers(ORDERS, "dynamodb:putItem")
def put_item(world, call):
    """Seen at once by who reads consistently."""
    place, item = _place(world, call.given["TableName"], call.given["Item"]), call.given["Item"]
    world.order(call, 0.0, lambda: world.items.update({place: item}), same=world.items.get(place) == item)
    return {}


@answers(ORDERS, "dynamodb:deleteItem")
def delete_item(world, call):
    place = _place(world, call.given["TableName"], call.given["Key"])
    world.order(call, 0.0, lambda: world.items.pop(place, None), same=place not in world.items)
    return {}


# ---- backups

@answers(READS, "backup:listRecoveryPointsByBackupVault")
def list_recovery_points(world, call):
    vault = world.find("AWS::Backup::BackupVault", call.given["BackupVaultName"], "ResourceNotFoundException")
    partition = vault.attributes["BackupVaultArn"].split(":")[1]
    arn = f"arn:{partition}:backup:{world.home}:123456789012:recovery-point:1eb3b5e7-9eb0-435a-a80b-108b488b0d45"
    point = {"RecoveryPointArn": arn, "Status": "COMPLETED"}
    if resource := call.given.get("ByResourceArn"):
        point["ResourceArn"] = resource
    return {"RecoveryPoints": [point]}


@answers(ORDERS, "backup:startRestoreJob")
def restore(world, call):
    """The table is seen at once, and can be used when it is whole. A job for a table that is there fails, and harms nothing."""
    place = call.given["Metadata"]["targetTableName"], world.home
    again = place in world.tables
    if not again and call.state not in world.never_done:
        world.tables[place] = "CREATING"
    world.order(call, RESTORE, lambda: world.tables.update({place: "ACTIVE"}), same=again)
    return {"RestoreJobId": f"job-{len(world.orders)}"}


# ---- objects, secrets

@answers(READS, "s3:getBucketVersioning")
def bucket_versioning(world, call):
    bucket = world.find("AWS::S3::Bucket", call.given["Bucket"], "NoSuchBucket")
    status = bucket.properties.get("VersioningConfiguration", {}).get("Status")
    return {"Status": status} if status else {}


@answers(READS, "secretsmanager:describeSecret")
def describe_secret(world, call):
    wanted = call.given["SecretId"]
    for thing in world.all("AWS::SecretsManager::Secret"):
        if wanted in (thing.id, thing.properties.get("Name")):
            regions = {thing.region} | {replica["Region"] for replica in thing.properties.get("ReplicaRegions", [])}
            if world.home in regions:
                return {"Name": thing.properties.get("Name", wanted), "ARN": thing.id.replace(f":{region_of(thing.id)}:", f":{world.home}:")}
    raise Impossible(f"there is no secret {wanted} in {world.home}")
