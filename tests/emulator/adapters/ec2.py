"""EC2: networks."""

import json

from calls import precondition, unread

from .base import Adapter, Made, arguments, exists, tag_list

ENDPOINT = unread("https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVpcEndpoint.html")


@precondition("ec2.endpoint-network", ENDPOINT, "ec2", "CreateVpcEndpoint")
def endpoint_network(call):
    """An endpoint's subnets, route tables and security groups belong to its VPC, and the service is one of the Region."""
    ec2, network = call.client("ec2"), call.params["VpcId"]
    if call.region not in call.params["ServiceName"].split("."):
        raise call.refuse("InvalidServiceName", f"The Vpc Endpoint Service '{call.params['ServiceName']}' does not exist")
    lookups = (
        ("SubnetIds", ec2.describe_subnets, "Subnets"), ("RouteTableIds", ec2.describe_route_tables, "RouteTables"),
        ("SecurityGroupIds", ec2.describe_security_groups, "SecurityGroups"),
    )
    for key, describe, listed in lookups:
        wanted = call.params.get(key, [])
        found = exists(describe, **{"GroupIds" if key == "SecurityGroupIds" else key: wanted}) if wanted else {listed: []}
        if found is None or any(one["VpcId"] != network for one in found[listed]):
            raise call.refuse("InvalidParameter", f"{key} {wanted} do not all belong to {network}")


class _Made(Adapter):
    """What one call makes and another deletes."""

    # The call, the kind of thing for its tags, and where the answer has the id.
    call, thing, answer = "", "", ()
    remove, identity = "", ""

    def create(self, scope, properties):
        tags = tag_list(scope, properties)
        rest = {key: properties.take(key) for key in self.later if key in properties}
        params = arguments("ec2", self.call, properties)
        if tags and self.thing:
            params["TagSpecifications"] = [{"ResourceType": self.thing, "Tags": tags}]
        found = _method(scope, self.call)(**params)
        for key in self.answer:
            found = found[key]
        self.finish(scope, found, rest)
        return Made(found, {**self.attributes(scope, found), **{name: found for name in self.own}})

    # Properties that other calls set, and the attributes that are the id.
    later, own = (), ()

    def finish(self, scope, physical_id, rest):
        """Sets what the first call does not take."""

    def attributes(self, scope, physical_id):
        return {}

    def delete(self, scope, physical_id, properties):
        _method(scope, self.remove)(**{self.identity: physical_id})


def _method(scope, operation):
    ec2 = scope.client("ec2")
    return getattr(ec2, next(name for name, known in ec2.meta.method_to_api_mapping.items() if known == operation))


class Vpc(_Made):
    kind = "AWS::EC2::VPC"
    call, thing, answer, remove, identity = "CreateVpc", "vpc", ("Vpc", "VpcId"), "DeleteVpc", "VpcId"
    later, own = ("EnableDnsHostnames", "EnableDnsSupport"), ("VpcId",)

    def finish(self, scope, physical_id, rest):
        for key, value in rest.items():
            scope.client("ec2").modify_vpc_attribute(VpcId=physical_id, **{key: {"Value": bool(value)}})


class Subnet(_Made):
    kind = "AWS::EC2::Subnet"
    call, thing, answer, remove, identity = "CreateSubnet", "subnet", ("Subnet", "SubnetId"), "DeleteSubnet", "SubnetId"
    later, own = ("MapPublicIpOnLaunch",), ("SubnetId",)

    def finish(self, scope, physical_id, rest):
        if "MapPublicIpOnLaunch" in rest:
            scope.client("ec2").modify_subnet_attribute(SubnetId=physical_id, MapPublicIpOnLaunch={"Value": bool(rest["MapPublicIpOnLaunch"])})


class RouteTable(_Made):
    kind = "AWS::EC2::RouteTable"
    call, thing, answer = "CreateRouteTable", "route-table", ("RouteTable", "RouteTableId")
    remove, identity, own = "DeleteRouteTable", "RouteTableId", ("RouteTableId",)


class SubnetRouteTableAssociation(_Made):
    kind = "AWS::EC2::SubnetRouteTableAssociation"
    call, answer, remove, identity, own = "AssociateRouteTable", ("AssociationId",), "DisassociateRouteTable", "AssociationId", ("Id",)


class InternetGateway(_Made):
    kind = "AWS::EC2::InternetGateway"
    call, thing, answer = "CreateInternetGateway", "internet-gateway", ("InternetGateway", "InternetGatewayId")
    remove, identity, own = "DeleteInternetGateway", "InternetGatewayId", ("InternetGatewayId",)


class VPCGatewayAttachment(Adapter):
    kind = "AWS::EC2::VPCGatewayAttachment"

    def create(self, scope, properties):
        scope.client("ec2").attach_internet_gateway(**arguments("ec2", "AttachInternetGateway", properties))
        return Made(f"IGW|{properties['VpcId']}", {"AttachmentType": "IGW"})

    def delete(self, scope, physical_id, properties):
        scope.client("ec2").detach_internet_gateway(**properties)


class Route(Adapter):
    kind = "AWS::EC2::Route"

    def create(self, scope, properties):
        scope.client("ec2").create_route(**arguments("ec2", "CreateRoute", properties))
        return Made(f"{properties['RouteTableId']}|{properties['DestinationCidrBlock']}", {"CidrBlock": properties["DestinationCidrBlock"]})

    def delete(self, scope, physical_id, properties):
        scope.client("ec2").delete_route(RouteTableId=properties["RouteTableId"], DestinationCidrBlock=properties["DestinationCidrBlock"])


class VPCEndpoint(Adapter):
    kind = "AWS::EC2::VPCEndpoint"

    def create(self, scope, properties):
        tags = tag_list(scope, properties)
        params = arguments("ec2", "CreateVpcEndpoint", properties)
        if tags:
            params["TagSpecifications"] = [{"ResourceType": "vpc-endpoint", "Tags": tags}]
        found = scope.client("ec2").create_vpc_endpoint(**params)["VpcEndpoint"]["VpcEndpointId"]
        return Made(found, {"Id": found})

    def update(self, scope, physical_id, old, new):
        changes = {}
        if old.get("PolicyDocument") != new.get("PolicyDocument"):
            changes = {"PolicyDocument": json.dumps(new["PolicyDocument"])} if "PolicyDocument" in new else {"ResetPolicy": True}
        for key, name in (("SubnetIds", "SubnetIds"), ("RouteTableIds", "RouteTableIds"), ("SecurityGroupIds", "SecurityGroupIds")):
            changes[f"Add{name}"] = sorted(set(new.get(key, [])) - set(old.get(key, [])))
            changes[f"Remove{name}"] = sorted(set(old.get(key, [])) - set(new.get(key, [])))
        scope.client("ec2").modify_vpc_endpoint(VpcEndpointId=physical_id, **{key: value for key, value in changes.items() if value})

    def delete(self, scope, physical_id, properties):
        scope.client("ec2").delete_vpc_endpoints(VpcEndpointIds=[physical_id])


class SecurityGroup(Adapter):
    kind = "AWS::EC2::SecurityGroup"

    def create(self, scope, properties):
        ec2 = scope.client("ec2")
        name = properties.take("GroupName") or scope.name(255)
        rules = {way: properties.take(f"SecurityGroup{way}", default=[]) for way in ("Ingress", "Egress")}
        tags = tag_list(scope, properties)
        params = arguments("ec2", "CreateSecurityGroup", {"GroupName": name, **properties}, GroupDescription="Description")
        if tags:
            params["TagSpecifications"] = [{"ResourceType": "security-group", "Tags": tags}]
        group = ec2.create_security_group(**params)["GroupId"]
        if rules["Egress"]:
            # CloudFormation takes the default rule away when the template has its own.
            ec2.revoke_security_group_egress(GroupId=group, IpPermissions=[{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}])
            ec2.authorize_security_group_egress(GroupId=group, IpPermissions=[_permission(rule) for rule in rules["Egress"]])
        if rules["Ingress"]:
            ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[_permission(rule) for rule in rules["Ingress"]])
        return Made(group, {"GroupId": group, "Id": group, "VpcId": params.get("VpcId", "")})

    def update(self, scope, physical_id, old, new):
        ec2 = scope.client("ec2")
        for way, authorize, revoke in (("Ingress", ec2.authorize_security_group_ingress, ec2.revoke_security_group_ingress),
                                       ("Egress", ec2.authorize_security_group_egress, ec2.revoke_security_group_egress)):
            before, after = old.get(f"SecurityGroup{way}", []), new.get(f"SecurityGroup{way}", [])
            if gone := [_permission(rule) for rule in before if rule not in after]:
                revoke(GroupId=physical_id, IpPermissions=gone)
            if fresh := [_permission(rule) for rule in after if rule not in before]:
                authorize(GroupId=physical_id, IpPermissions=fresh)

    def delete(self, scope, physical_id, properties):
        scope.client("ec2").delete_security_group(GroupId=physical_id)


def _permission(rule):
    """A rule as the API wants it."""
    made = {key: rule[key] for key in ("IpProtocol", "FromPort", "ToPort") if key in rule}
    said = {"Description": rule["Description"]} if "Description" in rule else {}
    if "CidrIp" in rule:
        made["IpRanges"] = [{"CidrIp": rule["CidrIp"], **said}]
    other = rule.get("SourceSecurityGroupId") or rule.get("DestinationSecurityGroupId")
    if other:
        made["UserIdGroupPairs"] = [{"GroupId": other, **said}]
    return made


class SecurityGroupIngress(Adapter):
    """A rule that is a resource of its own."""

    kind = "AWS::EC2::SecurityGroupIngress"

    def create(self, scope, properties):
        rule = {key: value for key, value in properties.items() if key != "GroupId"}
        found = scope.client("ec2").authorize_security_group_ingress(GroupId=properties["GroupId"], IpPermissions=[_permission(rule)])
        return Made(found["SecurityGroupRules"][0]["SecurityGroupRuleId"], {"Id": found["SecurityGroupRules"][0]["SecurityGroupRuleId"]})

    def delete(self, scope, physical_id, properties):
        rule = {key: value for key, value in properties.items() if key != "GroupId"}
        scope.client("ec2").revoke_security_group_ingress(GroupId=properties["GroupId"], IpPermissions=[_permission(rule)])


class LaunchTemplate(Adapter):
    kind = "AWS::EC2::LaunchTemplate"

    def create(self, scope, properties):
        name = properties.setdefault("LaunchTemplateName", scope.name(128))
        made = scope.client("ec2").create_launch_template(**arguments("ec2", "CreateLaunchTemplate", properties))["LaunchTemplate"]
        versions = {"DefaultVersionNumber": str(made["DefaultVersionNumber"]), "LatestVersionNumber": str(made["LatestVersionNumber"])}
        return Made(made["LaunchTemplateId"], {"LaunchTemplateId": made["LaunchTemplateId"], "LaunchTemplateName": name, **versions})

    def delete(self, scope, physical_id, properties):
        scope.client("ec2").delete_launch_template(LaunchTemplateId=physical_id)
