"""RDS instances that follow another one, their promotion, and backups that are copied: moto has the first, and asks nothing."""

from calls import answer, precondition

from .aurora import backends
from .base import exists
from .kms import usable_key

FOLLOWED = "https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstanceReadReplica.html"
PROMOTED = "https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_PromoteReadReplica.html"
COPIED = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ReplicateBackups.html"
MADE = "https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html"


def _instance(call, name, region=None):
    """The instance that a name or an ARN says."""
    parts = name.split(":")
    region = parts[3] if len(parts) > 6 else region or call.region
    found = exists(call.client("rds", region).describe_db_instances, DBInstanceIdentifier=parts[-1])
    return found["DBInstances"][0] if found else None


@precondition("rds.replica-source", FOLLOWED, "rds", "CreateDBInstanceReadReplica")
def replica_source(call):
    """What is followed is there, and keeps backups."""
    name = call.params["SourceDBInstanceIdentifier"]
    found = _instance(call, name)
    if found is None:
        raise call.refuse("DBInstanceNotFoundFault", f"DBInstance {name} not found.")
    if not found.get("BackupRetentionPeriod"):
        raise call.refuse("InvalidDBInstanceState", f"Automated backups are not enabled for {name}, which is to be followed")


@precondition("rds.replica-key", FOLLOWED, "rds", "CreateDBInstanceReadReplica")
def replica_key(call):
    """An encrypted replica in another Region names a key of its own Region."""
    name = call.params["SourceDBInstanceIdentifier"]
    found = _instance(call, name)
    if found is None or not found.get("StorageEncrypted") or name.split(":")[3:4] == [call.region]:
        return
    key = call.params.get("KmsKeyId")
    if key is None:
        raise call.refuse("InvalidParameterCombination", "KmsKeyId should be explicitly specified for a cross-Region encrypted replica")
    if usable_key(call, key) is None:
        raise call.refuse("KMSKeyNotAccessibleFault", f"The specified KMS key [{key}] does not exist, is not enabled or you do not have permissions to access it.")


@precondition("rds.instance-key", MADE, "rds", "CreateDBInstance")
def instance_key(call):
    """The key of an instance's storage stands in its Region."""
    key = call.params.get("KmsKeyId")
    if key is not None and usable_key(call, key) is None:
        raise call.refuse("KMSKeyNotAccessibleFault", f"The specified KMS key [{key}] does not exist, is not enabled or you do not have permissions to access it.")


@precondition("rds.promoted-once", PROMOTED, "rds", "PromoteReadReplica")
def promoted_once(call):
    """Only what follows can be promoted."""
    found = _instance(call, call.params["DBInstanceIdentifier"])
    if found is not None and not found.get("ReadReplicaSourceDBInstanceIdentifier"):
        raise call.refuse("InvalidDBInstanceState", f"DB Instance {call.params['DBInstanceIdentifier']} is not a read replica.")


@precondition("rds.copied-backups", COPIED, "rds", "StartDBInstanceAutomatedBackupsReplication")
def copied_backups(call):
    """Backups that are copied are made, and those of an encrypted instance have a key where they are copied to."""
    found = _instance(call, call.params["SourceDBInstanceArn"])
    if found is None or not found.get("BackupRetentionPeriod"):
        raise call.refuse("InvalidDBInstanceState", f"{call.params['SourceDBInstanceArn']} has no automated backups")
    key = call.params.get("KmsKeyId")
    if found.get("StorageEncrypted") and (key is None or usable_key(call, key) is None):
        raise call.refuse("KMSKeyNotAccessibleFault", f"The specified KMS key [{key}] does not exist in {call.region}")


# ---- what moto has no answer for

@answer("rds", "CreateDBInstanceReadReplica")
def create_replica(call, forward):
    """Moto copies the source with all that belongs to its place."""
    response = forward({key: value for key, value in call.params.items() if key != "DBSubnetGroupName"})
    made = backends()[call.region].databases[call.params["DBInstanceIdentifier"]]
    made.db_subnet_group_name = call.params.get("DBSubnetGroupName")
    made.kms_key_id = call.params.get("KmsKeyId", made.kms_key_id)
    made.backup_retention_period = 0
    made.deletion_protection = call.params.get("DeletionProtection", False)
    return {"DBInstance": {**response["DBInstance"], **_instance(call, call.params["DBInstanceIdentifier"])}}


@answer("rds", "PromoteReadReplica")
def promote(call, forward):
    """Moto lets the source be named for ever."""
    made = backends()[call.region].databases[call.params["DBInstanceIdentifier"]]
    _leave(made)
    forward(call.params)
    made.source_db_instance_identifier = None
    return {"DBInstance": _instance(call, call.params["DBInstanceIdentifier"])}


@answer("rds", "DeleteDBInstance")
def delete(call, forward):
    """Moto looks for a replica in its source by another name than the one by which it put it there."""
    made = backends()[call.region].databases.get(call.params["DBInstanceIdentifier"])
    if made is not None and made.is_replica and not made.deletion_protection:
        _leave(made)
        made.is_replica = False
    return forward(call.params)


@answer("rds", "StartDBInstanceAutomatedBackupsReplication")
def copy_backups(call, _forward):
    found = _instance(call, call.params["SourceDBInstanceArn"])
    arn = f"arn:{call.partition}:rds:{call.region}:{call.params['SourceDBInstanceArn'].split(':')[4]}:auto-backup:ab-{found['DBInstanceIdentifier']}"
    return {"DBInstanceAutomatedBackup": {"DBInstanceArn": found["DBInstanceArn"], "DBInstanceAutomatedBackupsArn": arn, "Status": "pending"}}


def _leave(made):
    """The source knows of one replica less."""
    parts = (made.source_db_instance_identifier or "").split(":")
    if len(parts) < 7:
        return
    source = backends()[parts[3]].databases.get(parts[-1])
    if source is not None:
        source.replicas = [replica for replica in source.replicas if replica not in (made.db_instance_arn, made.db_instance_identifier)]
