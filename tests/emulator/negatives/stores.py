"""Buckets, databases, tables, secrets, caches: broken in order or in content."""

from calls import client

from .base import broken, refused, values

ORDERS, THREE = "examples-orders", "tests-projects-three-regions"
HERE, THERE = "us-east-1", "us-east-2"


# ---- S3

@broken("s3.replication-destination-exists", ORDERS)
def rules_before_buckets(copy):
    """The phases are swapped: rules come before the bucket at their other end."""
    copy.manifest["phases"][0]["stacks"][f"{HERE}/data"]["template"] = copy.manifest["phases"][1]["stacks"][f"{HERE}/data"]["template"]


@broken("s3.replication-destination-exists", ORDERS)
def first_phase_dropped(copy):
    """The first phase of the data is dropped: each bucket is made with its rules at once."""
    first, last = copy.manifest["phases"]
    for stack in (f"{HERE}/data", f"{THERE}/data"):
        first["stacks"][stack] = last["stacks"].pop(stack)
    copy.manifest["phases"] = [first]


@broken("s3.replication-destination-versioned", ORDERS)
def destination_not_versioned(copy):
    """The bucket that takes the copies is not versioned."""
    for bucket in copy.resources("AWS::S3::Bucket", THERE):
        del bucket["VersioningConfiguration"]


@broken("s3.replication-source-versioned", ORDERS)
def source_not_versioned(copy):
    """The bucket that is copied is not versioned."""
    for bucket in copy.resources("AWS::S3::Bucket", HERE):
        del bucket["VersioningConfiguration"]


@broken("s3.replication-replica-key", ORDERS)
def no_replica_key(copy):
    """Nobody says with which key the copies are encrypted."""
    for bucket in copy.resources("AWS::S3::Bucket", HERE):
        for rule in bucket.get("ReplicationConfiguration", {}).get("Rules", []):
            del rule["Destination"]["EncryptionConfiguration"]


@refused("s3.versioning-while-replicated", ORDERS)
def suspend_versioning(deployer, engine):
    """Versioning is suspended while the bucket is copied."""
    region, name = next(found for found in values(deployer, engine, "AWS::S3::Bucket") if "artifacts" not in found[1])
    client("s3", region).put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Suspended"})


# ---- Aurora

@broken("rds.global-cluster-exists", ORDERS)
def reader_before_global(copy):
    """The cluster of the second Region comes before the global cluster."""
    copy.first(f"{THERE}/keys", f"{THERE}/network", f"{THERE}/data")


@broken("rds.global-cluster-writer", ORDERS)
def no_writer_instance(copy):
    """The first cluster has no instance when the second Region joins."""
    copy.without("AWS::RDS::DBInstance", HERE)


@broken("rds.global-cluster-region", ORDERS)
def two_in_one_region(copy):
    """A second cluster of the same Region joins."""
    path = copy.manifest["phases"][0]["stacks"][f"{HERE}/data"]["template"]
    resources = copy.templates[path]["Resources"]
    name, cluster = next((name, found) for name, found in resources.items() if found["Type"] == "AWS::RDS::DBCluster")
    instance = next(name for name, found in resources.items() if found["Type"] == "AWS::RDS::DBInstance")
    again = {**cluster["Properties"], "DBClusterIdentifier": "another"}
    for key in ("MasterUsername", "MasterUserPassword", "DatabaseName"):
        again.pop(key, None)
    resources[f"{name}Again"] = {"Type": "AWS::RDS::DBCluster", "Properties": again, "DependsOn": [instance]}


@broken("rds.secondary-credentials", ORDERS)
def reader_with_password(copy):
    """The cluster of the second Region brings a user and a password of its own."""
    for cluster in copy.resources("AWS::RDS::DBCluster", THERE):
        cluster.update(MasterUsername="master", MasterUserPassword="not-a-secret-at-all")


@broken("rds.global-cluster-engine", ORDERS)
def other_version(copy):
    """The cluster of the second Region runs another version."""
    for cluster in copy.resources("AWS::RDS::DBCluster", THERE):
        cluster["EngineVersion"] = "15.4"


@broken("rds.kms-key", ORDERS)
def key_of_the_other_region(copy):
    """The cluster of the second Region is encrypted with the key of the first."""
    step = copy.manifest["phases"][0]["stacks"][f"{THERE}/data"]
    step["parameters"]["LedgerKeyArn"]["stack"] = f"{HERE}/keys"


@broken("rds.kms-key", ORDERS)
def no_key(copy):
    """The encrypted cluster of the second Region names no key."""
    for cluster in copy.resources("AWS::RDS::DBCluster", THERE):
        del cluster["KmsKeyId"]


@broken("rds.subnet-group", ORDERS)
def no_such_subnets(copy):
    """The subnet group is not one of the Region."""
    for cluster in copy.resources("AWS::RDS::DBCluster", HERE):
        cluster["DBSubnetGroupName"] = "nowhere"


@broken("rds.instance-cluster", ORDERS)
def instance_of_nothing(copy):
    """The instance names a cluster that is not there."""
    for instance in copy.resources("AWS::RDS::DBInstance", HERE):
        instance["DBClusterIdentifier"] = "nowhere"


@refused("rds.member-of-global", ORDERS)
def delete_a_member(deployer, engine):
    """A member is deleted before it has left the global cluster."""
    region, name = values(deployer, engine, "AWS::RDS::DBCluster")[-1]
    client("rds", region).delete_db_cluster(DBClusterIdentifier=name, SkipFinalSnapshot=True)


@refused("rds.global-protection", ORDERS)
def delete_the_global_cluster(deployer, engine):
    """The global cluster is deleted while it is protected and has members."""
    region, name = values(deployer, engine, "AWS::RDS::GlobalCluster")[0]
    client("rds", region).delete_global_cluster(GlobalClusterIdentifier=name)


@refused("rds.primary-detached-last", ORDERS)
def writer_leaves_first(deployer, engine):
    """The writer leaves the global cluster before the readers."""
    region, name = values(deployer, engine, "AWS::RDS::DBCluster")[0]
    rds = client("rds", region)
    arn = rds.describe_db_clusters(DBClusterIdentifier=name)["DBClusters"][0]["DBClusterArn"]
    known = rds.describe_global_clusters()["GlobalClusters"][0]["GlobalClusterIdentifier"]
    rds.remove_from_global_cluster(GlobalClusterIdentifier=known, DbClusterIdentifier=arn)


# ---- DynamoDB

@broken("dynamodb.own-region", ORDERS)
def own_region_missing(copy):
    """The table does not list the Region of its own stack."""
    for table in copy.resources("AWS::DynamoDB::GlobalTable"):
        table["Replicas"] = [replica for replica in table["Replicas"] if replica["Region"] != HERE]


@broken("dynamodb.replica-key", ORDERS)
def alias_not_there_yet(copy):
    """The table comes before the keys of the second Region."""
    copy.first(f"{HERE}/keys", f"{HERE}/global")


@broken("dynamodb.replica-stream", ORDERS)
def wrong_stream(copy):
    """The stream holds the keys only."""
    for table in copy.resources("AWS::DynamoDB::GlobalTable"):
        table["StreamSpecification"]["StreamViewType"] = "KEYS_ONLY"


@broken("dynamodb.replica-name-free", ORDERS)
def name_is_taken(copy):
    """A table of that name is in the second Region already."""
    path = copy.manifest["phases"][0]["stacks"][f"{THERE}/keys"]["template"]
    table = copy.resources("AWS::DynamoDB::GlobalTable")[0]
    properties = {key: table[key] for key in ("TableName", "KeySchema", "AttributeDefinitions", "BillingMode")}
    copy.templates[path]["Resources"]["Squatter"] = {"Type": "AWS::DynamoDB::Table", "Properties": properties}


@refused("dynamodb.replica-one-at-a-time", ORDERS)
def two_replicas_at_once(deployer, engine):
    """Two replicas are added with one call."""
    region, name = values(deployer, engine, "AWS::DynamoDB::GlobalTable")[0]
    more = [{"Create": {"RegionName": other}} for other in ("eu-west-1", "us-west-2")]
    client("dynamodb", region).update_table(TableName=name, ReplicaUpdates=more)


# ---- Secrets Manager

@broken("secretsmanager.replica-key", ORDERS)
def key_of_the_copy_missing(copy):
    """The secret comes before the keys of the second Region."""
    copy.first(f"{HERE}/keys", f"{HERE}/network", f"{HERE}/data")


@broken("secretsmanager.replica-region", ORDERS)
def copy_beside_itself(copy):
    """The secret is to be copied into its own Region."""
    for secret in copy.resources("AWS::SecretsManager::Secret"):
        secret["ReplicaRegions"] = [{"Region": HERE}]


@broken("secretsmanager.kms-key", ORDERS)
def secret_without_key(copy):
    """The key of the secret is not there."""
    for secret in copy.resources("AWS::SecretsManager::Secret"):
        secret["KmsKeyId"] = "alias/nowhere"


# ---- ElastiCache

@broken("elasticache.datastore-exists", THREE)
def follower_before_datastore(copy):
    """The nodes of the second Region come before the datastore."""
    copy.first("eu-central-1/keys", "eu-central-1/network", "eu-central-1/data")


@broken("elasticache.follower-inherits", THREE)
def follower_with_engine(copy):
    """The followers name an engine of their own."""
    for nodes in copy.resources("AWS::ElastiCache::ReplicationGroup", "eu-central-1"):
        nodes["Engine"] = "valkey"


@broken("elasticache.kms-key", THREE)
def cache_key_elsewhere(copy):
    """The key of the entries is of another Region."""
    step = copy.manifest["phases"][0]["stacks"]["eu-central-1/data"]
    next(source for name, source in step["parameters"].items() if name.endswith("KeyArn"))["stack"] = "eu-west-1/keys"


@broken("elasticache.subnet-group", THREE)
def cache_subnets_missing(copy):
    """The subnet group is not there."""
    for nodes in copy.resources("AWS::ElastiCache::ReplicationGroup", "eu-west-1"):
        nodes["CacheSubnetGroupName"] = "nowhere"


@broken("elasticache.primary-exists", THREE)
def datastore_of_nothing(copy):
    """The datastore is to be made of nodes that are not there."""
    for datastore in copy.resources("AWS::ElastiCache::GlobalReplicationGroup"):
        datastore["Members"][0]["ReplicationGroupId"] = "nowhere"


@refused("elasticache.member-of-datastore", THREE)
def delete_a_member_of_the_datastore(deployer, engine):
    """Nodes are deleted before they have left the datastore."""
    region, name = values(deployer, engine, "AWS::ElastiCache::ReplicationGroup")[-1]
    client("elasticache", region).delete_replication_group(ReplicationGroupId=name)
