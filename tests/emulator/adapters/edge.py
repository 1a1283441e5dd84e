"""Route 53, CloudFront, load balancers, and fleets behind them."""

import copy

from calls import answer, precondition, state

from .base import Adapter, Made, arguments, tag_list

CHECK = "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/health-checks-creating-values.html"
RECORD = "https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html"


@precondition("route53.health-check", RECORD, "route53", "ChangeResourceRecordSets")
def record_health_check(call):
    """A record's health check is there."""
    for change in call.params["ChangeBatch"]["Changes"]:
        check = change["ResourceRecordSet"].get("HealthCheckId")
        listed = call.client("route53").list_health_checks()["HealthChecks"]
        if change["Action"] != "DELETE" and check and check not in {found["Id"] for found in listed}:
            raise call.refuse("InvalidInput", f"No health check found with id {check}")


@precondition("route53.alarm", CHECK, "route53", "CreateHealthCheck")
def health_check_alarm(call):
    """The alarm that a health check follows is there, and of a form that Route 53 can follow."""
    config = call.params["HealthCheckConfig"]
    if config["Type"] != "CLOUDWATCH_METRIC":
        return
    wanted = config["AlarmIdentifier"]
    found = call.client("cloudwatch", wanted["Region"]).describe_alarms(AlarmNames=[wanted["Name"]])["MetricAlarms"]
    if not found:
        raise call.refuse("InvalidInput", f"Route 53 cannot find the alarm {wanted['Name']} in {wanted['Region']}")
    alarm = found[0]
    simple = not alarm.get("Metrics") and alarm.get("Statistic") in {"Average", "Minimum", "Maximum", "Sum", "SampleCount"}
    every = (alarm.get("DatapointsToAlarm") or alarm["EvaluationPeriods"]) == alarm["EvaluationPeriods"]
    if not simple or not every or alarm["Period"] < 60:
        raise call.refuse("InvalidInput", f"Route 53 cannot follow the alarm {wanted['Name']}")


@precondition("cloudfront.origins", "https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_CreateDistribution.html", "cloudfront", "CreateDistribution")
def origins(call):
    """A behaviour sends requests to an origin, or a group of origins, of the same distribution."""
    config = call.params["DistributionConfig"]
    single = {origin["Id"] for origin in config["Origins"]["Items"]}
    groups = {group["Id"]: {member["OriginId"] for member in group["Members"]["Items"]} for group in config.get("OriginGroups", {}).get("Items", [])}
    target = config["DefaultCacheBehavior"]["TargetOriginId"]
    if target not in {*single, *groups} or any(members - single for members in groups.values()):
        raise call.refuse("NoSuchOrigin", "One or more of your origins or origin groups do not exist.")


@answer("cloudfront", "CreateDistribution")
def create_distribution(call, forward):
    """Moto does not know that a behaviour may point at a group: it is given the group's first origin."""
    params = copy.deepcopy(call.params)
    config = params["DistributionConfig"]
    for group in config.get("OriginGroups", {}).get("Items", []):
        if group["Id"] == config["DefaultCacheBehavior"]["TargetOriginId"]:
            config["DefaultCacheBehavior"]["TargetOriginId"] = group["Members"]["Items"][0]["OriginId"]
    return forward(params)


# The id of a health check -> its configuration.
health_checks = state(dict)


@answer("route53", "CreateHealthCheck")
def create_health_check(call, forward):
    """Moto drops the alarm that a check follows, and what it thinks while nothing is known."""
    response = forward(call.params)
    health_checks[response["HealthCheck"]["Id"]] = call.params["HealthCheckConfig"]
    return response


@answer("route53", "GetHealthCheck")
def get_health_check(call, forward):
    response = forward(call.params)
    response["HealthCheck"]["HealthCheckConfig"].update(health_checks[call.params["HealthCheckId"]])
    return response


class HealthCheck(Adapter):
    kind = "AWS::Route53::HealthCheck"
    adapted = "moto keeps no alarm of a health check; here it is kept"

    def create(self, scope, properties):
        route53, tags = scope.client("route53"), properties.take("HealthCheckTags", default=[])
        params = arguments("route53", "CreateHealthCheck", {**properties, "CallerReference": scope.name(64)})
        found = route53.create_health_check(**params)["HealthCheck"]["Id"]
        if tags:
            route53.change_tags_for_resource(ResourceType="healthcheck", ResourceId=found, AddTags=tags)
        return Made(found, {"HealthCheckId": found})

    def delete(self, scope, physical_id, properties):
        scope.client("route53").delete_health_check(HealthCheckId=physical_id)


class RecordSet(Adapter):
    kind = "AWS::Route53::RecordSet"

    def create(self, scope, properties):
        self._change(scope, "CREATE", properties)
        return Made(properties["Name"])

    def update(self, scope, physical_id, old, new):
        self._change(scope, "UPSERT", new)

    def delete(self, scope, physical_id, properties):
        self._change(scope, "DELETE", properties)

    def _change(self, scope, action, properties):
        record = {key: value for key, value in properties.items() if key not in {"HostedZoneId", "ResourceRecords"}}
        if "ResourceRecords" in properties:
            record["ResourceRecords"] = [{"Value": value} for value in properties["ResourceRecords"]]
        batch = {"Changes": [{"Action": action, "ResourceRecordSet": record}]}
        scope.client("route53").change_resource_record_sets(
            **arguments("route53", "ChangeResourceRecordSets", {"HostedZoneId": properties["HostedZoneId"], "ChangeBatch": batch}))


class OriginAccessControl(Adapter):
    kind = "AWS::CloudFront::OriginAccessControl"

    def create(self, scope, properties):
        params = arguments("cloudfront", "CreateOriginAccessControl", properties)
        found = scope.client("cloudfront").create_origin_access_control(**params)["OriginAccessControl"]["Id"]
        return Made(found, {"Id": found})

    def delete(self, scope, physical_id, properties):
        cloudfront = scope.client("cloudfront")
        cloudfront.delete_origin_access_control(Id=physical_id, IfMatch=cloudfront.get_origin_access_control(Id=physical_id)["ETag"])


class Distribution(Adapter):
    kind = "AWS::CloudFront::Distribution"
    adapted = "moto knows no groups of origins"

    def create(self, scope, properties):
        config = {**properties["DistributionConfig"], "CallerReference": scope.name(64), "Comment": properties["DistributionConfig"].get("Comment", "")}
        made = scope.client("cloudfront").create_distribution(**arguments("cloudfront", "CreateDistribution", {"DistributionConfig": config}))["Distribution"]
        return Made(made["Id"], {"Id": made["Id"], "DomainName": made["DomainName"]})

    def delete(self, scope, physical_id, properties):
        """CloudFormation switches a distribution off before it deletes it."""
        cloudfront = scope.client("cloudfront")
        found = cloudfront.get_distribution_config(Id=physical_id)
        cloudfront.update_distribution(Id=physical_id, IfMatch=found["ETag"], DistributionConfig={**found["DistributionConfig"], "Enabled": False})
        cloudfront.delete_distribution(Id=physical_id, IfMatch=cloudfront.get_distribution_config(Id=physical_id)["ETag"])


class LoadBalancer(Adapter):
    kind = "AWS::ElasticLoadBalancingV2::LoadBalancer"

    def create(self, scope, properties):
        properties.setdefault("Name", scope.name(32))
        attributes = properties.pop("LoadBalancerAttributes", [])
        tags = tag_list(scope, properties)
        more = {"Tags": tags} if tags else {}
        made = scope.client("elbv2").create_load_balancer(**arguments("elbv2", "CreateLoadBalancer", properties), **more)["LoadBalancers"][0]
        arn = made["LoadBalancerArn"]
        if attributes:
            scope.client("elbv2").modify_load_balancer_attributes(LoadBalancerArn=arn, Attributes=attributes)
        return Made(arn, {
            "LoadBalancerArn": arn, "DNSName": made["DNSName"], "CanonicalHostedZoneID": made["CanonicalHostedZoneId"],
            "LoadBalancerName": made["LoadBalancerName"], "LoadBalancerFullName": arn.split(":loadbalancer/")[-1],
        })

    def delete(self, scope, physical_id, properties):
        scope.client("elbv2").delete_load_balancer(LoadBalancerArn=physical_id)


class TargetGroup(Adapter):
    kind = "AWS::ElasticLoadBalancingV2::TargetGroup"

    def create(self, scope, properties):
        properties.setdefault("Name", scope.name(32))
        tags = tag_list(scope, properties)
        more = {"Tags": tags} if tags else {}
        made = scope.client("elbv2").create_target_group(**arguments("elbv2", "CreateTargetGroup", properties), **more)["TargetGroups"][0]
        arn = made["TargetGroupArn"]
        return Made(arn, {"TargetGroupArn": arn, "TargetGroupName": made["TargetGroupName"], "TargetGroupFullName": arn.split(":")[-1]})

    def delete(self, scope, physical_id, properties):
        scope.client("elbv2").delete_target_group(TargetGroupArn=physical_id)


class Listener(Adapter):
    kind = "AWS::ElasticLoadBalancingV2::Listener"

    def create(self, scope, properties):
        arn = scope.client("elbv2").create_listener(**arguments("elbv2", "CreateListener", properties))["Listeners"][0]["ListenerArn"]
        return Made(arn, {"ListenerArn": arn})

    def delete(self, scope, physical_id, properties):
        scope.client("elbv2").delete_listener(ListenerArn=physical_id)


class AutoScalingGroup(Adapter):
    kind = "AWS::AutoScaling::AutoScalingGroup"

    def create(self, scope, properties):
        name = properties.setdefault("AutoScalingGroupName", scope.name(255))
        properties["VPCZoneIdentifier"] = ",".join(properties["VPCZoneIdentifier"])
        scaling = scope.client("autoscaling")
        scaling.create_auto_scaling_group(**arguments("autoscaling", "CreateAutoScalingGroup", properties))
        arn = scaling.describe_auto_scaling_groups(AutoScalingGroupNames=[name])["AutoScalingGroups"][0]["AutoScalingGroupARN"]
        return Made(name, {"AutoScalingGroupARN": arn})

    def delete(self, scope, physical_id, properties):
        scope.client("autoscaling").delete_auto_scaling_group(AutoScalingGroupName=physical_id, ForceDelete=True)
