"""RDS and DocumentDB: global clusters, clusters, instances, subnet groups. What they demand of each other stands in aurora.py."""

from .base import Adapter, Made, arguments, tag_list

PARTLY = "moto makes it and asks nothing; a global cluster can neither be changed nor left"


class _Database(Adapter):
    """Four kinds of things with the same calls: `Create`, `Modify`, `Delete` and a name."""

    service = "rds"
    # The calls are named after the thing: `CreateDBCluster`; so is its identifier.
    thing, identity = "", ""
    tagged = True
    # Arguments that the template does not have.
    always_created, always_modified, always_deleted = {}, {}, {}

    def create(self, scope, properties):
        name = properties.setdefault(self.identity, scope.name(50, lower=True)).lower()
        tags = tag_list(scope, properties)
        params = arguments(self.service, f"Create{self.thing}", {**self.always_created, **properties})
        self._call(scope, "Create", **params, **({"Tags": tags} if self.tagged else {}))
        return Made(name, self.attributes(scope, name))

    def update(self, scope, physical_id, old, new):
        changed = {key: value for key, value in new.items() if old.get(key) != value and key != "Tags"}
        params = arguments(self.service, f"Modify{self.thing}", {**changed, self.identity: physical_id, **self.always_modified})
        self._call(scope, "Modify", **params)
        return Made(physical_id, self.attributes(scope, physical_id))

    def delete(self, scope, physical_id, properties):
        self._call(scope, "Delete", **{self.identity: physical_id}, **self.always_deleted)

    def attributes(self, scope, name):
        return {}

    def _call(self, scope, verb, **params):
        client = scope.client(self.service)
        python = next(name for name, known in client.meta.method_to_api_mapping.items() if known == verb + self.thing)
        getattr(client, python)(**params)


class GlobalCluster(_Database):
    kind, adapted = "AWS::RDS::GlobalCluster", PARTLY
    thing, identity, tagged = "GlobalCluster", "GlobalClusterIdentifier", False


class DBCluster(_Database):
    kind, adapted = "AWS::RDS::DBCluster", PARTLY
    thing, identity = "DBCluster", "DBClusterIdentifier"
    always_modified, always_deleted = {"ApplyImmediately": True}, {"SkipFinalSnapshot": True}

    def attributes(self, scope, name):
        found = scope.client(self.service).describe_db_clusters(DBClusterIdentifier=name)["DBClusters"][0]
        return self.shown(found)

    def shown(self, found):
        return {"Endpoint.Address": found["Endpoint"], "Endpoint.Port": str(found["Port"]), "ReadEndpoint.Address": found["ReaderEndpoint"],
                "DBClusterArn": found["DBClusterArn"], "DBClusterResourceId": found["DbClusterResourceId"]}


class DBInstance(_Database):
    kind, adapted = "AWS::RDS::DBInstance", PARTLY
    thing, identity = "DBInstance", "DBInstanceIdentifier"
    always_modified, always_deleted = {"ApplyImmediately": True}, {"SkipFinalSnapshot": True}

    def create(self, scope, properties):
        copied = {key: properties.take(f"AutomaticBackupReplication{key}") for key in ("Region", "KmsKeyId", "RetentionPeriod")}
        if "VPCSecurityGroups" in properties:
            properties["VpcSecurityGroupIds"] = properties.take("VPCSecurityGroups")
        made = self._follow(scope, properties) if "SourceDBInstanceIdentifier" in properties else super().create(scope, properties)
        if copied["Region"]:
            scope.client(self.service, copied["Region"]).start_db_instance_automated_backups_replication(
                SourceDBInstanceArn=made.attributes["DBInstanceArn"], KmsKeyId=copied["KmsKeyId"], BackupRetentionPeriod=int(copied["RetentionPeriod"]))
        return made

    def _follow(self, scope, properties):
        """A read replica: the engine is that of its source, whatever the template says."""
        name = properties.setdefault(self.identity, scope.name(50, lower=True)).lower()
        tags = tag_list(scope, properties)
        properties.take("Engine")
        scope.client(self.service).create_db_instance_read_replica(**arguments(self.service, "CreateDBInstanceReadReplica", properties), Tags=tags)
        return Made(name, self.attributes(scope, name))

    def attributes(self, scope, name):
        found = scope.client(self.service).describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0]
        return self.shown(found)

    def shown(self, found):
        return {"Endpoint.Address": found["Endpoint"]["Address"], "Endpoint.Port": str(found["Endpoint"]["Port"]), "DBInstanceArn": found["DBInstanceArn"]}


class DBSubnetGroup(_Database):
    kind = "AWS::RDS::DBSubnetGroup"
    thing, identity = "DBSubnetGroup", "DBSubnetGroupName"


class DocumentGlobalCluster(GlobalCluster):
    kind, service = "AWS::DocDB::GlobalCluster", "docdb"

    def attributes(self, scope, name):
        found = scope.client(self.service).describe_global_clusters(GlobalClusterIdentifier=name)["GlobalClusters"][0]
        return {"GlobalClusterArn": found["GlobalClusterArn"], "GlobalClusterResourceId": found["GlobalClusterResourceId"]}


class DocumentCluster(DBCluster):
    kind, service = "AWS::DocDB::DBCluster", "docdb"
    always_created = {"Engine": "docdb"}

    def shown(self, found):
        return {"Endpoint": found["Endpoint"], "ReadEndpoint": found["ReaderEndpoint"], "ClusterResourceId": found["DbClusterResourceId"]}


class DocumentInstance(DBInstance):
    kind, service = "AWS::DocDB::DBInstance", "docdb"
    always_created, always_deleted = {"Engine": "docdb"}, {}

    def shown(self, found):
        return {"Endpoint": found["Endpoint"]["Address"], "Port": str(found["Endpoint"]["Port"])}


class DocumentSubnetGroup(DBSubnetGroup):
    kind, service = "AWS::DocDB::DBSubnetGroup", "docdb"
