"""RDS instances that follow another one, and backups that are copied: broken in order or in content."""

from calls import client

from .base import broken, refused, values

LEDGER = "tests-projects-ledger-replica"
HERE, THERE = "eu-west-1", "eu-central-1"


@broken("rds.replica-source", LEDGER)
def replica_before_source(copy):
    """The replica is made before what it follows."""
    copy.first(f"{HERE}/keys", f"{THERE}/keys", f"{THERE}/data")


@broken("rds.replica-source", LEDGER)
def source_without_backups(copy):
    """What is followed keeps no backups; nor are they copied."""
    for instance in copy.resources("AWS::RDS::DBInstance", HERE):
        instance["BackupRetentionPeriod"] = 0
        for key in ("Region", "KmsKeyId", "RetentionPeriod"):
            del instance[f"AutomaticBackupReplication{key}"]


@broken("rds.replica-key", LEDGER)
def replica_without_key(copy):
    """The encrypted replica names no key."""
    for instance in copy.resources("AWS::RDS::DBInstance", THERE):
        del instance["KmsKeyId"]


@broken("rds.replica-key", LEDGER)
def replica_with_key_of_source(copy):
    """The replica is encrypted with the key of its source."""
    copy.manifest["phases"][0]["stacks"][f"{THERE}/data"]["parameters"]["BooksKeyArn"]["stack"] = f"{HERE}/keys"


@broken("rds.instance-key", LEDGER)
def source_with_key_of_replica(copy):
    """The first instance is encrypted with the key of the other Region."""
    copy.manifest["phases"][0]["stacks"][f"{HERE}/data"]["parameters"]["BooksKeyArn"]["stack"] = f"{THERE}/keys"
    for secret in copy.resources("AWS::SecretsManager::Secret", HERE):
        del secret["KmsKeyId"]


@broken("rds.copied-backups", LEDGER)
def copied_under_the_first_key(copy):
    """Backups are copied under a key of the Region that they come from."""
    copy.manifest["phases"][0]["stacks"][f"{HERE}/data"]["parameters"]["BooksKeyArnFrankfurt"] = dict(
        copy.manifest["phases"][0]["stacks"][f"{HERE}/data"]["parameters"]["BooksKeyArn"])


@refused("rds.promoted-once", LEDGER)
def promote_the_source(deployer, engine):
    """What follows nobody is promoted."""
    region, name = next(found for found in values(deployer, engine, "AWS::RDS::DBInstance") if found[0] == HERE)
    client("rds", region).promote_read_replica(DBInstanceIdentifier=name)
