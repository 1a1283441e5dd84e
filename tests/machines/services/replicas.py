"""RDS instances that follow another one: a promotion makes two databases of one. And what is only read beside them: keys, parameters."""

from .stores import PROMOTION, Store
from .world import ORDERS, READS, Impossible, answers, refused, seed

REFUSED = "Rds.InvalidDbInstanceStateException"


def _arn(thing):
    return thing.attributes["DBInstanceArn"]


@seed
def replicas(world):
    """What follows an instance, and that instance, are one store until something is promoted."""
    things = {_arn(thing): thing for thing in world.all("AWS::RDS::DBInstance") if "DBClusterIdentifier" not in thing.properties}
    for arn, thing in things.items():
        followed = thing.properties.get("SourceDBInstanceIdentifier")
        if followed is None:
            continue
        source = things[followed]
        store = world.stores.setdefault(source.id, Store(source.id, {followed: source.region}, {followed}))
        store.members[arn] = thing.region


def _instance(world, name):
    """The instance of a name in the machine's Region, and its store."""
    for thing in world.all("AWS::RDS::DBInstance", world.home):
        if thing.id == name:
            store = next((store for store in world.stores.values() if _arn(thing) in store.members), None)
            return _arn(thing), store
    raise Impossible(f"there is no instance {name} in {world.home}")


@answers(READS, "rds:describeDBInstances")
def describe_instances(world, call):
    name = call.given["DbInstanceIdentifier"]
    arn, store = _instance(world, name)
    shown = {"DbInstanceIdentifier": name, "DbInstanceArn": arn, "DbInstanceStatus": "available"}
    if store is not None and arn not in store.writers:
        source = next(iter(store.members))
        shown |= {
            "DbInstanceStatus": "modifying" if store.changing == arn else "available",
            "ReadReplicaSourceDBInstanceIdentifier": source,
            "StatusInfos": [{"StatusType": "read replication", "Normal": True, "Status": "replicating"}],
        }
    return {"DbInstances": [shown]}


@answers(ORDERS, "rds:promoteReadReplica")
def promote(world, call):
    """The source is not asked, and stays what it is."""
    arn, store = _instance(world, call.given["DbInstanceIdentifier"])
    if store is None or arn in store.writers:
        raise refused(REFUSED, f"{arn} is not a read replica")
    if store.changing:
        raise refused(REFUSED, f"{arn} is being promoted already")
    if call.state not in world.never_done:
        store.changing = arn

    def done():
        store.changing, store.parted = "", True
        store.writers = {*store.writers, arn}

    world.order(call, PROMOTION, done)
    return {"DbInstance": {"DbInstanceArn": arn}}


# ---- what is only read

@answers(READS, "kms:describeKey")
def describe_key(world, call):
    wanted = call.given["KeyId"]
    for kind in ("AWS::KMS::Key", "AWS::KMS::ReplicaKey"):
        for thing in world.all(kind, world.home):
            if wanted in (thing.id, thing.attributes["Arn"]):
                return {"KeyMetadata": {"KeyId": thing.id, "Arn": thing.attributes["Arn"], "KeyState": "Enabled"}}
    raise Impossible(f"there is no key {wanted} in {world.home}")


@answers(READS, "ssm:getParameter")
def get_parameter(world, call):
    thing = world.find("AWS::SSM::Parameter", call.given["Name"], "ParameterNotFoundException")
    return {"Parameter": {"Name": thing.id, "Type": thing.properties["Type"], "Value": thing.properties["Value"]}}
