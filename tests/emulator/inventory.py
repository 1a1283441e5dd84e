"""Everything that is in the account, service by service and Region by Region: what a deployment made, and what a removal left behind."""


from adapters.elasticache import datastores, store
from calls import client


def _pages(service, region, operation, *path, **params):
    """What a listing call finds, over all of its pages; `path` leads to the names."""
    api = client(service, region)
    pages = api.get_paginator(operation).paginate(**params) if api.can_paginate(operation) else [getattr(api, operation)(**params)]
    for page in pages:
        yield from _follow(page, path)


def _follow(value, path):
    if isinstance(value, list):
        for inner in value:
            yield from _follow(inner, path)
    elif not path:
        yield value
    elif path[0] in value:
        yield from _follow(value[path[0]], path[1:])


def _keys(region):
    for key in _pages("kms", region, "list_keys", "Keys"):
        found = client("kms", region).describe_key(KeyId=key["KeyId"])["KeyMetadata"]
        # A deleted key waits for its end: that is all that anybody can do to one.
        if found["KeyState"] != "PendingDeletion" and found["KeyManager"] == "CUSTOMER":
            yield key["KeyId"]


def _aliases(region):
    return (name for name in _pages("kms", region, "list_aliases", "Aliases", "AliasName") if not name.startswith("alias/aws/"))


def _records(region):
    for zone in _pages("route53", region, "list_hosted_zones", "HostedZones", "Id"):
        for record in _pages("route53", region, "list_resource_record_sets", "ResourceRecordSets", HostedZoneId=zone):
            yield f"{record['Name']} {record['Type']} {record.get('SetIdentifier', '')}"


def _rules(region):
    for bus in _pages("events", region, "list_event_buses", "EventBuses", "Name"):
        for name in _pages("events", region, "list_rules", "Rules", "Name", EventBusName=bus):
            yield f"{bus}/{name}"


def _versions(_region):
    """Every version of every object."""
    for bucket in _pages("s3", "us-east-1", "list_buckets", "Buckets", "Name"):
        for kind in ("Versions", "DeleteMarkers"):
            for version in _pages("s3", "us-east-1", "list_object_versions", kind, Bucket=bucket):
                yield f"{bucket}/{version['Key']}@{version['VersionId']}"


def _endpoints(region):
    return (found["VpcEndpointId"] for found in _pages("ec2", region, "describe_vpc_endpoints", "VpcEndpoints") if found["State"] != "deleted")


def _tasks(region):
    return (name for name in _pages("ecs", region, "list_task_definitions", "taskDefinitionArns", status="ACTIVE"))


# What is the same from every Region is asked of one.
GLOBAL = {
    "s3 bucket": lambda region: _pages("s3", region, "list_buckets", "Buckets", "Name"),
    "s3 object version": _versions,
    "iam role": lambda region: _pages("iam", region, "list_roles", "Roles", "RoleName"),
    "iam policy": lambda region: _pages("iam", region, "list_policies", "Policies", "Arn", Scope="Local"),
    "route53 zone": lambda region: _pages("route53", region, "list_hosted_zones", "HostedZones", "Id"),
    "route53 record": _records,
    "route53 health check": lambda region: _pages("route53", region, "list_health_checks", "HealthChecks", "Id"),
    "cloudfront distribution": lambda region: _pages("cloudfront", region, "list_distributions", "DistributionList", "Items", "Id"),
    "cloudfront access control": lambda region: _pages("cloudfront", region, "list_origin_access_controls", "OriginAccessControlList", "Items", "Id"),
    "rds global cluster": lambda region: _pages("rds", region, "describe_global_clusters", "GlobalClusters", "GlobalClusterIdentifier"),
    "elasticache datastore": lambda _region: list(datastores),
}

REGIONAL = {
    "cloudformation stack": lambda region: _pages("cloudformation", region, "describe_stacks", "Stacks", "StackName"),
    "kms key": _keys,
    "kms alias": _aliases,
    "rds cluster": lambda region: _pages("rds", region, "describe_db_clusters", "DBClusters", "DBClusterIdentifier"),
    "rds instance": lambda region: _pages("rds", region, "describe_db_instances", "DBInstances", "DBInstanceIdentifier"),
    "rds subnet group": lambda region: _pages("rds", region, "describe_db_subnet_groups", "DBSubnetGroups", "DBSubnetGroupName"),
    "dynamodb table": lambda region: _pages("dynamodb", region, "list_tables", "TableNames"),
    "secret": lambda region: _pages("secretsmanager", region, "list_secrets", "SecretList", "Name"),
    "sns topic": lambda region: _pages("sns", region, "list_topics", "Topics", "TopicArn"),
    "sns subscription": lambda region: _pages("sns", region, "list_subscriptions", "Subscriptions", "SubscriptionArn"),
    "sqs queue": lambda region: _pages("sqs", region, "list_queues", "QueueUrls"),
    "cloudwatch alarm": lambda region: _pages("cloudwatch", region, "describe_alarms", "MetricAlarms", "AlarmName"),
    "dashboard": lambda region: _pages("cloudwatch", region, "list_dashboards", "DashboardEntries", "DashboardName"),
    "log group": lambda region: _pages("logs", region, "describe_log_groups", "logGroups", "logGroupName"),
    "state machine": lambda region: _pages("stepfunctions", region, "list_state_machines", "stateMachines", "name"),
    "schedule": lambda region: _pages("scheduler", region, "list_schedules", "Schedules", "Name"),
    "event bus": lambda region: _pages("events", region, "list_event_buses", "EventBuses", "Name"),
    "event archive": lambda region: _pages("events", region, "list_archives", "Archives", "ArchiveName"),
    "event rule": _rules,
    "function": lambda region: _pages("lambda", region, "list_functions", "Functions", "FunctionName"),
    "event source mapping": lambda region: _pages("lambda", region, "list_event_source_mappings", "EventSourceMappings", "UUID"),
    "rest api": lambda region: _pages("apigateway", region, "get_rest_apis", "items", "id"),
    "rest api domain": lambda region: _pages("apigateway", region, "get_domain_names", "items", "domainName"),
    "http api": lambda region: _pages("apigatewayv2", region, "get_apis", "Items", "ApiId"),
    "api domain": lambda region: _pages("apigatewayv2", region, "get_domain_names", "Items", "DomainName"),
    "certificate": lambda region: _pages("acm", region, "list_certificates", "CertificateSummaryList", "CertificateArn"),
    "vpc": lambda region: _pages("ec2", region, "describe_vpcs", "Vpcs", "VpcId"),
    "subnet": lambda region: _pages("ec2", region, "describe_subnets", "Subnets", "SubnetId"),
    "route table": lambda region: _pages("ec2", region, "describe_route_tables", "RouteTables", "RouteTableId"),
    "security group": lambda region: _pages("ec2", region, "describe_security_groups", "SecurityGroups", "GroupId"),
    "vpc endpoint": _endpoints,
    "internet gateway": lambda region: _pages("ec2", region, "describe_internet_gateways", "InternetGateways", "InternetGatewayId"),
    "launch template": lambda region: _pages("ec2", region, "describe_launch_templates", "LaunchTemplates", "LaunchTemplateId"),
    "load balancer": lambda region: _pages("elbv2", region, "describe_load_balancers", "LoadBalancers", "LoadBalancerArn"),
    "target group": lambda region: _pages("elbv2", region, "describe_target_groups", "TargetGroups", "TargetGroupArn"),
    "fleet": lambda region: _pages("autoscaling", region, "describe_auto_scaling_groups", "AutoScalingGroups", "AutoScalingGroupName"),
    "cache nodes": lambda region: _pages("elasticache", region, "describe_replication_groups", "ReplicationGroups", "ReplicationGroupId"),
    "cache subnet group": lambda region: list(store(region).cache_subnet_groups),
    "backup vault": lambda region: _pages("backup", region, "list_backup_vaults", "BackupVaultList", "BackupVaultName"),
    "backup plan": lambda region: _pages("backup", region, "list_backup_plans", "BackupPlansList", "BackupPlanId"),
    "parameter": lambda region: _pages("ssm", region, "describe_parameters", "Parameters", "Name"),
    "repository": lambda region: _pages("ecr", region, "describe_repositories", "repositories", "repositoryName"),
    "container cluster": lambda region: _pages("ecs", region, "list_clusters", "clusterArns"),
    "task definition": _tasks,
}

# Resource types that have no listing of their own: they go with what they belong to.
PARTS = {
    "AWS::S3::BucketPolicy", "AWS::SNS::TopicPolicy", "AWS::SQS::QueuePolicy", "AWS::EC2::SubnetRouteTableAssociation", "AWS::EC2::Route",
    "AWS::EC2::SecurityGroupIngress", "AWS::EC2::VPCGatewayAttachment", "AWS::Lambda::EventInvokeConfig", "AWS::Lambda::Permission",
    "AWS::ApiGatewayV2::ApiMapping", "AWS::ApiGateway::Resource", "AWS::ApiGateway::Method", "AWS::ApiGateway::Deployment", "AWS::ApiGateway::Stage",
    "AWS::ApiGateway::Account", "AWS::ApiGateway::BasePathMapping", "AWS::ElasticLoadBalancingV2::Listener",
    "AWS::Backup::BackupSelection", "AWS::ECR::ReplicationConfiguration", "AWS::ECS::Service",
}


def everything(regions):
    """All of it, as `what in where: name`."""
    found = {f"{what}: {name}" for what, names in GLOBAL.items() for name in names(regions[0])}
    for region in regions:
        found |= {f"{what} in {region}: {name}" for what, names in REGIONAL.items() for name in names(region)}
    return found
