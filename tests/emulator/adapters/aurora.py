"""What a global database demands, of Aurora (`rds`) and of DocumentDB (`docdb`) alike: moto has one store for both, and hardly asks."""

from moto.backends import get_backend

from calls import ACCOUNT, answer, precondition, unread

from .base import exists
from .kms import usable_key

STARTED = "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-global-database.configuration.requirements.html"
ATTACHED = unread("https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-global-database-attaching.html")
DETACHED = "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-global-database-detaching.html"
MANAGED = "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-global-database-deleting.html"
CREATED = "https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBCluster.html"
SERVICES = ("rds", "docdb")


def backends():
    """Moto's stores of databases, one per Region in use."""
    return get_backend("rds")[ACCOUNT]


def find_global(identifier):
    """The global cluster of moto's store with this id, and the store."""
    for region in list(backends()):
        store = backends()[region]
        if identifier in store.global_clusters:
            return store.global_clusters[identifier], store
    return None, None


def global_of(arn):
    """The global cluster that a cluster is a member of."""
    for region in list(backends()):
        for found in backends()[region].global_clusters.values():
            if any(member.db_cluster_arn == arn for member in found.members):
                return found
    return None


def _joined(call):
    """The global cluster that a new cluster is to join."""
    identifier = call.params.get("GlobalClusterIdentifier")
    return identifier, (find_global(identifier)[0] if identifier else None)


@precondition("rds.global-cluster-exists", CREATED, SERVICES, "CreateDBCluster")
def global_cluster_exists(call):
    """A cluster joins a global cluster that is there."""
    identifier, found = _joined(call)
    if identifier and found is None:
        raise call.refuse("GlobalClusterNotFoundFault", f"Global cluster {identifier} not found")


@precondition("rds.global-cluster-writer", ATTACHED, SERVICES, "CreateDBCluster")
def global_cluster_writer(call):
    """A second Region joins only when the first one's cluster has an instance that writes."""
    _, found = _joined(call)
    if found is None or not found.members:
        return
    writer = next((member for member in found.members if member.is_writer), None)
    if writer is None or not writer.members:
        raise call.refuse("InvalidGlobalClusterStateFault", f"The primary cluster of {call.params['GlobalClusterIdentifier']} has no writer instance that is available")


@precondition("rds.global-cluster-region", STARTED, SERVICES, "CreateDBCluster")
def global_cluster_region(call):
    """A global cluster has one cluster in each Region at most."""
    _, found = _joined(call)
    if found is not None and any(member.db_cluster_arn.split(":")[3] == call.region for member in found.members):
        raise call.refuse("InvalidParameterValue", f"{call.region} has a cluster of this global cluster already")


@precondition("rds.secondary-credentials", ATTACHED, SERVICES, "CreateDBCluster")
def secondary_credentials(call):
    """Only the first member has a user and a password of its own; the others take them from it."""
    _, found = _joined(call)
    given = {"MasterUsername", "MasterUserPassword", "DatabaseName"} & set(call.params)
    if found is not None and found.members and given:
        raise call.refuse("InvalidParameterCombination", f"Cannot specify {', '.join(sorted(given))} for a cluster that joins as a secondary")
    if found is not None and not found.members and not {"MasterUsername", "MasterUserPassword"} <= set(call.params):
        raise call.refuse("InvalidParameterCombination", "The first cluster of a global cluster needs MasterUsername and MasterUserPassword")


@precondition("rds.global-cluster-engine", unread(STARTED), SERVICES, "CreateDBCluster")
def global_cluster_engine(call):
    """All members run the engine and the version of the global cluster, and are encrypted if it is."""
    _, found = _joined(call)
    if found is None:
        return
    if call.params["Engine"] != found.engine or call.params.get("EngineVersion", found.engine_version) != found.engine_version:
        raise call.refuse("InvalidParameterCombination", f"The engine of the cluster is not {found.engine} {found.engine_version}, as the global cluster's is")
    if bool(call.params.get("StorageEncrypted")) != bool(found.storage_encrypted):
        raise call.refuse("InvalidParameterCombination", "The cluster has to be encrypted as the global cluster is")


@precondition("rds.kms-key", CREATED, SERVICES, "CreateDBCluster")
def kms_key(call):
    """The key of the storage stands in the cluster's own Region; an encrypted secondary names one."""
    _, found = _joined(call)
    key = call.params.get("KmsKeyId")
    if key is None and found is not None and found.members and call.params.get("StorageEncrypted"):
        raise call.refuse("InvalidParameterCombination", "KmsKeyId should be explicitly specified for a cross-Region encrypted cluster")
    if key is not None and usable_key(call, key) is None:
        raise call.refuse("KMSKeyNotAccessibleFault", f"The specified KMS key [{key}] does not exist, is not enabled or you do not have permissions to access it.")


@precondition("rds.subnet-group", CREATED, SERVICES, "CreateDBCluster")
def subnet_group(call):
    """The subnet group is there, and the security groups are of its network."""
    name = call.params.get("DBSubnetGroupName")
    if name is None:
        return
    found = exists(call.client("rds").describe_db_subnet_groups, DBSubnetGroupName=name)
    if found is None:
        raise call.refuse("DBSubnetGroupNotFoundFault", f"DB subnet group '{name}' does not exist.")
    network = found["DBSubnetGroups"][0]["VpcId"]
    wanted = call.params.get("VpcSecurityGroupIds", [])
    groups = exists(call.client("ec2").describe_security_groups, GroupIds=wanted) if wanted else {"SecurityGroups": []}
    if groups is None or any(group["VpcId"] != network for group in groups["SecurityGroups"]):
        raise call.refuse("InvalidVPCNetworkStateFault", f"A security group of {wanted} is not there, or not in {network} as the subnet group is")


@precondition("rds.instance-cluster", "https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html", SERVICES, "CreateDBInstance")
def cluster_of_instance(call):
    """An instance is made in a cluster that is there, with the cluster's engine."""
    identifier = call.params.get("DBClusterIdentifier")
    cluster = backends()[call.region].clusters.get(identifier) if identifier else None
    if identifier and cluster is None:
        raise call.refuse("DBClusterNotFoundFault", f"DBCluster {identifier} not found.")
    if cluster is not None and cluster.engine != call.params["Engine"]:
        raise call.refuse("InvalidParameterCombination", f"The engine of the instance is not {cluster.engine}, as the cluster's is")


# ---- deleting

@precondition("rds.member-of-global", MANAGED, SERVICES, "DeleteDBCluster")
def member_of_global(call):
    """A member of a global cluster is detached first."""
    cluster = backends()[call.region].clusters.get(call.params["DBClusterIdentifier"])
    if cluster is not None and global_of(cluster.db_cluster_arn) is not None:
        raise call.refuse("InvalidDBClusterStateFault", "This cluster is a part of a global cluster, please remove it from globalcluster first")


@precondition("rds.global-protection", MANAGED, SERVICES, "DeleteGlobalCluster")
def global_protection(call):
    """A protected or populated global cluster stays."""
    found, _ = find_global(call.params["GlobalClusterIdentifier"])
    if found is None:
        raise call.refuse("GlobalClusterNotFoundFault", f"Global cluster {call.params['GlobalClusterIdentifier']} not found")
    if found.deletion_protection:
        raise call.refuse("InvalidParameterCombination", "Cannot delete protected Global Cluster, please disable deletion protection and try again.")
    if found.members:
        raise call.refuse("InvalidGlobalClusterStateFault", f"Global Cluster {found.global_cluster_arn} is not empty")


@precondition("rds.primary-detached-last", DETACHED, SERVICES, "RemoveFromGlobalCluster")
def primary_detached_last(call):
    """The cluster that writes leaves a global cluster last."""
    found, _ = find_global(call.params["GlobalClusterIdentifier"])
    if found is None:
        raise call.refuse("GlobalClusterNotFoundFault", f"Global cluster {call.params['GlobalClusterIdentifier']} not found")
    member = _member(found, call.params["DbClusterIdentifier"])
    if member is None:
        raise call.refuse("DBClusterNotFoundFault", f"{call.params['DbClusterIdentifier']} is no member of {found.global_cluster_identifier}")
    if member.is_writer and len(found.members) > 1:
        raise call.refuse("InvalidGlobalClusterStateFault", "The primary cluster can be removed only after the secondary clusters are")


def _member(found, arn):
    return next((member for member in found.members if member.db_cluster_arn == arn), None)


def _shown(call, identifier):
    listed = call.client(call.service).describe_global_clusters()["GlobalClusters"]
    return {"GlobalCluster": next(one for one in listed if one["GlobalClusterIdentifier"] == identifier)}


# ---- what moto has no answer for

@answer(SERVICES, "RemoveFromGlobalCluster")
def remove_from_global_cluster(call, _forward):
    found, _ = find_global(call.params["GlobalClusterIdentifier"])
    member = _member(found, call.params["DbClusterIdentifier"])
    found.members.remove(member)
    # It stands alone now, and can be written.
    member.global_cluster_identifier, member.is_writer = None, True
    return _shown(call, found.global_cluster_identifier)


@answer(SERVICES, "ModifyGlobalCluster")
def modify_global_cluster(call, _forward):
    found, _ = find_global(call.params["GlobalClusterIdentifier"])
    if found is None:
        raise call.refuse("GlobalClusterNotFoundFault", f"Global cluster {call.params['GlobalClusterIdentifier']} not found")
    found.deletion_protection = call.params.get("DeletionProtection", found.deletion_protection)
    found.engine_version = call.params.get("EngineVersion", found.engine_version)
    return _shown(call, found.global_cluster_identifier)


@answer(SERVICES, "FailoverGlobalCluster", "SwitchoverGlobalCluster")
def hand_over(call, _forward):
    found, _ = find_global(call.params["GlobalClusterIdentifier"])
    if found is None:
        raise call.refuse("GlobalClusterNotFoundFault", f"Global cluster {call.params['GlobalClusterIdentifier']} not found")
    target = _member(found, call.params["TargetDbClusterIdentifier"])
    if target is None or target.is_writer or not target.members:
        raise call.refuse("InvalidDBClusterStateFault", f"{call.params['TargetDbClusterIdentifier']} cannot take over")
    for member in found.members:
        member.is_writer = member is target
    return _shown(call, found.global_cluster_identifier)


# ---- DocumentDB in moto's store, which takes no such engine

@answer("docdb", "CreateDBCluster", "CreateDBInstance")
def create_document_database(call, forward):
    """Made as an Aurora database, and renamed: moto keeps all engines in one place, but does not take this one."""
    cluster = backends()[call.region].clusters.get(call.params["DBClusterIdentifier"])
    if cluster is not None:
        cluster.engine = "aurora-postgresql"
    response = forward({**call.params, "Engine": "aurora-postgresql"})
    cluster = backends()[call.region].clusters[call.params["DBClusterIdentifier"]]
    cluster.engine = call.params["Engine"]
    if "DBInstance" in response:
        backends()[call.region].databases[call.params["DBInstanceIdentifier"]].engine = call.params["Engine"]
    return response
