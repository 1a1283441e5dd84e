"""Keys, topics, alarms, machines, functions, networks: broken in content, and plain CloudFormation refusals."""

import json

from calls import client

from .base import broken, refused, values

ORDERS, SHOP, SITE = "examples-orders", "tests-projects-warm-shop", "tests-projects-active-site"
FRONT, DISPATCH = "tests-projects-storefront", "tests-projects-dispatch"
OFFICE, VAULT = "tests-projects-govcloud", "tests-projects-backup-restore"
HERE, THERE = "us-east-1", "us-east-2"


# ---- KMS

@broken("kms.alias-unique", ORDERS)
def two_aliases(copy):
    """Two keys of a Region have the same alias."""
    for alias in copy.resources("AWS::KMS::Alias", HERE):
        alias["AliasName"] = "alias/the-same"


@broken("kms.alias-target", ORDERS)
def alias_of_nothing(copy):
    """An alias names a key that is not there."""
    for alias in copy.resources("AWS::KMS::Alias", HERE):
        alias["TargetKeyId"] = "12345678-1234-1234-1234-123456789012"


@broken("kms.policy-lockout", ORDERS)
def nobody_may_change_the_policy(copy):
    """A key's policy leaves out the account."""
    for key in copy.resources("AWS::KMS::Key", HERE):
        key["KeyPolicy"]["Statement"] = [{"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "kms:Decrypt", "Resource": "*"}]


@refused("kms.replica-primary", ORDERS)
def replica_of_a_plain_key(deployer, engine):
    """A key that is not a multi-Region key is replicated."""
    region, key = values(deployer, engine, "AWS::KMS::Key")[0]
    client("kms", region).replicate_key(KeyId=key, ReplicaRegion="eu-west-1")


# ---- IAM

@broken("iam.inline-policy-size", ORDERS)
def policy_too_long(copy):
    """A role's inline policy is longer than IAM takes."""
    for role in copy.resources("AWS::IAM::Role", THERE):
        many = [f"arn:aws:s3:::{'bucket' * 8}-{number}" for number in range(300)]
        role["Policies"][0]["PolicyDocument"]["Statement"].append({"Effect": "Allow", "Action": "s3:GetObject", "Resource": many})


# ---- CloudWatch, Logs

@broken("cloudwatch.action-region", ORDERS)
def alarm_tells_the_other_region(copy):
    """An alarm tells the topic of the other Region."""
    for stack in (f"{HERE}/recovery", f"{THERE}/recovery"):
        for phase in copy.manifest["phases"]:
            for source in phase["stacks"].get(stack, {"parameters": {}})["parameters"].values():
                if source["from"] == "output" and source["stack"].endswith("/app"):
                    source["stack"] = f"{THERE if stack.startswith(HERE) else HERE}/app"
    copy.manifest["phases"][0]["waves"].sort(key=lambda wave: any(stack.endswith("/recovery") for stack in wave))


@broken("cloudwatch.alarm-window", ORDERS)
def alarm_looks_back_too_far(copy):
    """An alarm wants more data points than it looks at."""
    for alarm in copy.resources("AWS::CloudWatch::Alarm"):
        alarm["DatapointsToAlarm"] = alarm["EvaluationPeriods"] + 1


@broken("logs.kms-key", ORDERS)
def log_key_missing(copy):
    """The key of a log group is not there."""
    for group in copy.resources("AWS::Logs::LogGroup"):
        group["KmsKeyId"] = {"Fn::Sub": "arn:aws:kms:us-east-1:${AWS::AccountId}:key/12345678-1234-1234-1234-123456789012"}


# ---- Step Functions, Scheduler

@broken("states.definition", ORDERS)
def no_states_language(copy):
    """A machine's definition has no states."""
    for machine in copy.resources("AWS::StepFunctions::StateMachine"):
        machine["DefinitionString"] = json.dumps({"StartAt": "Nowhere", "Sates": {}})
        del machine["DefinitionSubstitutions"]


@broken("states.role", ORDERS)
def machine_may_not_take_its_role(copy):
    """The role of a machine trusts somebody else."""
    for role in copy.resources("AWS::IAM::Role"):
        for statement in role["AssumeRolePolicyDocument"]["Statement"]:
            statement["Principal"] = {"Service": "ec2.amazonaws.com"}


@broken("states.log-group", ORDERS)
def machine_without_log(copy):
    """The log group of a machine is not there."""
    for machine in copy.resources("AWS::StepFunctions::StateMachine"):
        destination = machine["LoggingConfiguration"]["Destinations"][0]["CloudWatchLogsLogGroup"]
        destination["LogGroupArn"] = {"Fn::Sub": "arn:aws:logs:us-east-2:${AWS::AccountId}:log-group:nowhere:*"}


@broken("scheduler.role", SHOP)
def schedule_may_not_take_its_role(copy):
    """The role of a schedule trusts Step Functions only."""
    for role in copy.resources("AWS::IAM::Role"):
        for statement in role["AssumeRolePolicyDocument"]["Statement"]:
            if statement["Principal"] == {"Service": "scheduler.amazonaws.com"}:
                statement["Principal"] = {"Service": "states.amazonaws.com"}


# ---- EC2

@broken("ec2.endpoint-network", ORDERS)
def endpoint_of_another_region(copy):
    """A gateway endpoint is for the service of the other Region."""
    for endpoint in copy.resources("AWS::EC2::VPCEndpoint", HERE):
        endpoint["ServiceName"] = f"com.amazonaws.{THERE}.s3"


# ---- SQS, Lambda, EventBridge

@broken("sqs.dead-letter-queue", SHOP)
def dead_letters_go_nowhere(copy):
    """The dead-letter queue is not there."""
    for queue in copy.resources("AWS::SQS::Queue", "eu-west-1"):
        if "RedrivePolicy" in queue:
            queue["RedrivePolicy"]["deadLetterTargetArn"] = {"Fn::Sub": "arn:aws:sqs:eu-west-1:${AWS::AccountId}:nowhere"}


@broken("lambda.role", SHOP)
def function_may_not_take_its_role(copy):
    """The role of a function trusts somebody else."""
    for function in copy.resources("AWS::Lambda::Function"):
        function["Role"] = {"Fn::Sub": "arn:aws:iam::${AWS::AccountId}:role/nobody"}


@broken("lambda.code", SHOP)
def code_is_not_brought(copy):
    """The code of a function is not uploaded."""
    for phase in copy.manifest["phases"]:
        for step in phase["stacks"].values():
            step.pop("archives", None)


@broken("lambda.code", SHOP)
def code_lies_in_another_region(copy):
    """A function takes its code from the bucket of the other Region."""
    stacks = [id for id in (stack["id"] for stack in copy.manifest["stacks"]) if id.endswith("/artifacts")]
    for phase in copy.manifest["phases"]:
        for id, step in phase["stacks"].items():
            source = step["parameters"].get("ArtifactsBucket")
            if source is not None:
                source["stack"] = next(stack for stack in stacks if stack.split("/")[0] != id.split("/")[0])


@broken("lambda.queue-visibility", SHOP)
def messages_come_back_too_early(copy):
    """The queue hides a message for less time than the function may run."""
    for queue in copy.resources("AWS::SQS::Queue"):
        queue["VisibilityTimeout"] = 5


@broken("events.target", SHOP)
def bus_without_role(copy):
    """Events are sent to the bus of another Region without a role."""
    for rule in copy.resources("AWS::Events::Rule"):
        for target in rule["Targets"]:
            target.pop("RoleArn", None)


@refused("events.bus-without-rules", DISPATCH)
def bus_with_an_archive(deployer, engine):
    """A bus is deleted while its archive has a rule on it."""
    region, _ = values(deployer, engine, "AWS::Events::Archive")[0]
    client("events", region).delete_event_bus(Name=client("events", region).list_archives()["Archives"][0]["EventSourceArn"].split("/")[-1])


# ---- Route 53, CloudFront, ECS, Backup

@broken("route53.health-check", SITE)
def record_without_check(copy):
    """A record names a health check that is not there."""
    for record in copy.resources("AWS::Route53::RecordSet"):
        record["HealthCheckId"] = "12345678-1234-1234-1234-123456789012"


@broken("route53.alarm", FRONT)
def check_follows_nothing(copy):
    """A health check follows an alarm that is not there."""
    for check in copy.resources("AWS::Route53::HealthCheck"):
        if check["HealthCheckConfig"]["Type"] == "CLOUDWATCH_METRIC":
            check["HealthCheckConfig"]["AlarmIdentifier"]["Name"] = "nowhere"


@broken("route53.alarm", FRONT)
def check_follows_two_of_three(copy):
    """A health check follows an alarm that wants two data points of three."""
    for alarm in copy.resources("AWS::CloudWatch::Alarm"):
        if alarm["Namespace"] == "Drc/Traffic" and alarm["Statistic"] == "Maximum":
            alarm.update(EvaluationPeriods=3, DatapointsToAlarm=2)


@broken("cloudfront.origins", SITE)
def distribution_without_origin(copy):
    """A distribution sends requests to an origin that it does not have."""
    for distribution in copy.resources("AWS::CloudFront::Distribution"):
        distribution["DistributionConfig"]["DefaultCacheBehavior"]["TargetOriginId"] = "nowhere"


@broken("ecs.task-roles", OFFICE)
def task_may_not_take_its_role(copy):
    """The role of a task is not there."""
    for task in copy.resources("AWS::ECS::TaskDefinition"):
        task["TaskRoleArn"] = {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/nobody"}


@broken("backup.vault-key", VAULT)
def vault_key_elsewhere(copy):
    """The key of a vault is of another Region."""
    for vault in copy.resources("AWS::Backup::BackupVault", "eu-central-1"):
        vault["EncryptionKeyArn"] = {"Fn::Sub": "arn:aws:kms:eu-west-1:${AWS::AccountId}:key/12345678-1234-1234-1234-123456789012"}


@broken("backup.selection", VAULT)
def backup_may_not_take_its_role(copy):
    """The role of a selection is not there."""
    for selection in copy.resources("AWS::Backup::BackupSelection"):
        selection["BackupSelection"]["IamRoleArn"] = {"Fn::Sub": "arn:aws:iam::${AWS::AccountId}:role/nobody"}


# ---- API Gateway

@broken("apigateway.account-role", FRONT)
def account_may_not_take_its_role(copy):
    """The account is told a role that is not there."""
    for account in copy.resources("AWS::ApiGateway::Account"):
        account["CloudWatchRoleArn"] = {"Fn::Sub": "arn:aws:iam::${AWS::AccountId}:role/nobody"}


@broken("apigateway.log-role", FRONT)
def nobody_gave_a_role_for_logs(copy):
    """A stage logs, and the account has no role for it yet."""
    for stage in copy.whole("AWS::ApiGateway::Stage"):
        stage["DependsOn"] = [name for name in stage["DependsOn"] if not name.endswith("Account")]
    for account in copy.whole("AWS::ApiGateway::Account"):
        account["DependsOn"] = "GatewayLive"


@broken("apigateway.integration-role", FRONT)
def api_may_not_send(copy):
    """The role in whose name the queue is sent to is not there."""
    for method in copy.resources("AWS::ApiGateway::Method"):
        if "Credentials" in method["Integration"]:
            method["Integration"]["Credentials"] = {"Fn::Sub": "arn:aws:iam::${AWS::AccountId}:role/nobody"}


@broken("apigateway.certificate", FRONT)
def certificate_elsewhere(copy):
    """The certificate of a name is one of the other Region."""
    for name in copy.resources("AWS::ApiGateway::DomainName", THERE):
        name["RegionalCertificateArn"] = {"Fn::Sub": "arn:aws:acm:us-east-1:${AWS::AccountId}:certificate/12345678-1234-1234-1234-123456789012"}


@broken("apigateway.deployment", FRONT)
def deployed_too_early(copy):
    """An API is deployed before it has a method."""
    for deployment in copy.whole("AWS::ApiGateway::Deployment"):
        del deployment["DependsOn"]


# ---- the order and the manifest themselves

@broken("deployer.output", ORDERS)
def output_not_there_yet(copy):
    """The wave of a stack is moved before the stacks whose outputs it takes."""
    copy.first(f"{THERE}/recovery")


@broken("cloudformation.ValidationError", ORDERS)
def dangling_reference(copy):
    """A template refers to a resource that it does not have."""
    copy.resources("AWS::S3::BucketPolicy")[0]["Bucket"] = {"Ref": "Nowhere"}


@broken("cloudformation.InsufficientCapabilitiesException", ORDERS)
def no_capabilities(copy):
    """The manifest does not say that a stack makes roles."""
    for stack in copy.manifest["stacks"]:
        stack["capabilities"] = []
