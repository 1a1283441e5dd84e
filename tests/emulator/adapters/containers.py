"""ECR, ECS and AWS Backup."""

import json

from calls import answer, precondition, state, unread

from .base import Adapter, Made, arguments
from .iam import assumable
from .kms import usable_key

TASK = unread("https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html")
VAULT = unread("https://docs.aws.amazon.com/aws-backup/latest/devguide/API_CreateBackupVault.html")
COPY = unread("https://docs.aws.amazon.com/aws-backup/latest/devguide/API_CreateBackupSelection.html")

# (Region, id of a plan) -> id of a selection -> what it selects: moto has no selections.
selections = state(dict)


@precondition("ecs.task-roles", TASK, "ecs", "RegisterTaskDefinition")
def task_roles(call):
    """The roles of a task are there and trust ECS."""
    for key in ("executionRoleArn", "taskRoleArn"):
        if key in call.params and not assumable(call, call.params[key], "ecs-tasks.amazonaws.com"):
            raise call.refuse("ClientException", f"{key} {call.params[key]} is not valid: it is not there, or does not trust ECS")


@precondition("backup.vault-key", VAULT, "backup", "CreateBackupVault")
def vault_key(call):
    """The key of a vault stands in its Region."""
    key = call.params.get("EncryptionKeyArn")
    if key and usable_key(call, key) is None:
        raise call.refuse("InvalidParameterValueException", f"KMS key {key} does not exist in {call.region}, or cannot be used")


@precondition("backup.selection", COPY, "backup", "CreateBackupSelection")
def selection(call):
    """A selection is of a plan that is there, and its role trusts AWS Backup."""
    call.client("backup").get_backup_plan(BackupPlanId=call.params["BackupPlanId"])
    if not assumable(call, call.params["BackupSelection"]["IamRoleArn"], "backup.amazonaws.com"):
        raise call.refuse("InvalidParameterValueException", "IAM Role is not there, or does not trust AWS Backup")


@answer("backup", "CreateBackupSelection")
def create_selection(call, _forward):
    plan = selections.setdefault((call.region, call.params["BackupPlanId"]), {})
    identity = f"selection-{len(plan) + 1}"
    plan[identity] = call.params["BackupSelection"]
    return {"SelectionId": identity, "BackupPlanId": call.params["BackupPlanId"]}


@answer("backup", "ListBackupSelections")
def list_selections(call, _forward):
    plan = selections.get((call.region, call.params["BackupPlanId"]), {})
    return {"BackupSelectionsList": [{"SelectionId": identity, "SelectionName": found["SelectionName"], "BackupPlanId": call.params["BackupPlanId"],
                                      "IamRoleArn": found["IamRoleArn"]} for identity, found in plan.items()]}


@answer("backup", "DeleteBackupSelection")
def delete_selection(call, _forward):
    selections.get((call.region, call.params["BackupPlanId"]), {}).pop(call.params["SelectionId"], None)
    return {}


@answer("backup", "DeleteBackupPlan")
def delete_plan(call, forward):
    if selections.get((call.region, call.params["BackupPlanId"])):
        raise call.refuse("InvalidRequestException", "Related backup plan selections must be deleted prior to backup plan deletion.")
    return forward(call.params)


class BackupVault(Adapter):
    kind = "AWS::Backup::BackupVault"

    def create(self, scope, properties):
        made = scope.client("backup").create_backup_vault(**arguments("backup", "CreateBackupVault", properties))
        return Made(properties["BackupVaultName"], {"BackupVaultArn": made["BackupVaultArn"], "BackupVaultName": properties["BackupVaultName"]})

    def delete(self, scope, physical_id, properties):
        scope.client("backup").delete_backup_vault(BackupVaultName=physical_id)


class BackupPlan(Adapter):
    kind = "AWS::Backup::BackupPlan"

    def create(self, scope, properties):
        renames = {"BackupPlanRule": "Rules", "TargetBackupVault": "TargetBackupVaultName"}
        made = scope.client("backup").create_backup_plan(**arguments("backup", "CreateBackupPlan", properties, **renames))
        return Made(made["BackupPlanId"], {"BackupPlanId": made["BackupPlanId"], "BackupPlanArn": made["BackupPlanArn"], "VersionId": made["VersionId"]})

    def delete(self, scope, physical_id, properties):
        scope.client("backup").delete_backup_plan(BackupPlanId=physical_id)


class BackupSelection(Adapter):
    kind = "AWS::Backup::BackupSelection"
    adapted = "moto has no selections"

    def create(self, scope, properties):
        made = scope.client("backup").create_backup_selection(**arguments("backup", "CreateBackupSelection", properties))
        return Made(f"{made['BackupPlanId']}|{made['SelectionId']}", {"SelectionId": made["SelectionId"], "Id": made["SelectionId"]})

    def delete(self, scope, physical_id, properties):
        plan, identity = physical_id.split("|")
        scope.client("backup").delete_backup_selection(BackupPlanId=plan, SelectionId=identity)


class Repository(Adapter):
    kind = "AWS::ECR::Repository"

    def create(self, scope, properties):
        ecr = scope.client("ecr")
        lifecycle = properties.take("LifecyclePolicy")
        name = properties.setdefault("RepositoryName", scope.name(256, lower=True))
        made = ecr.create_repository(**arguments("ecr", "CreateRepository", properties))["repository"]
        if lifecycle:
            json.loads(lifecycle["LifecyclePolicyText"])
            ecr.put_lifecycle_policy(repositoryName=name, lifecyclePolicyText=lifecycle["LifecyclePolicyText"])
        return Made(name, {"Arn": made["repositoryArn"], "RepositoryUri": made["repositoryUri"]})

    def delete(self, scope, physical_id, properties):
        scope.client("ecr").delete_repository(repositoryName=physical_id)


class ReplicationConfiguration(Adapter):
    kind = "AWS::ECR::ReplicationConfiguration"

    def create(self, scope, properties):
        scope.client("ecr").put_replication_configuration(**arguments("ecr", "PutReplicationConfiguration", properties))
        return Made(scope.account, {"RegistryId": scope.account})

    def delete(self, scope, physical_id, properties):
        scope.client("ecr").put_replication_configuration(replicationConfiguration={"rules": []})


class Cluster(Adapter):
    kind = "AWS::ECS::Cluster"

    def create(self, scope, properties):
        name = properties.setdefault("ClusterName", scope.name(255))
        made = scope.client("ecs").create_cluster(**arguments("ecs", "CreateCluster", properties, ClusterSettings="settings"))["cluster"]
        return Made(name, {"Arn": made["clusterArn"]})

    def delete(self, scope, physical_id, properties):
        scope.client("ecs").delete_cluster(cluster=physical_id)


class TaskDefinition(Adapter):
    kind = "AWS::ECS::TaskDefinition"

    def create(self, scope, properties):
        properties.setdefault("Family", scope.name(255))
        made = scope.client("ecs").register_task_definition(**arguments("ecs", "RegisterTaskDefinition", properties))["taskDefinition"]
        return Made(made["taskDefinitionArn"], {"TaskDefinitionArn": made["taskDefinitionArn"]})

    def delete(self, scope, physical_id, properties):
        scope.client("ecs").deregister_task_definition(taskDefinition=physical_id)


class Service(Adapter):
    kind = "AWS::ECS::Service"

    def create(self, scope, properties):
        properties.setdefault("ServiceName", scope.name(255))
        made = scope.client("ecs").create_service(**arguments("ecs", "CreateService", properties))["service"]
        return Made(made["serviceArn"], {"ServiceArn": made["serviceArn"], "Name": made["serviceName"]})

    def delete(self, scope, physical_id, properties):
        scope.client("ecs").delete_service(cluster=properties["Cluster"], service=physical_id, force=True)
