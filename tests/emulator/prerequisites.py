"""What is in the account before a platform is deployed: zones, certificates, images; and the values of its parameters."""

import json
import tomllib
from pathlib import Path

from calls import client

VALUES = tomllib.loads((Path(__file__).parent / "values.toml").read_text(encoding="utf-8"))


def _hosted_zone(_region, name):
    found = client("route53", "us-east-1").create_hosted_zone(Name=name, CallerReference=name)
    return found["HostedZone"]["Id"].rsplit("/", 1)[-1]


def _certificate(region, name):
    return client("acm", region).request_certificate(DomainName=name)["CertificateArn"]


def _image(region, name):
    return client("ec2", region).register_image(Name=name, Architecture="arm64", RootDeviceName="/dev/xvda")["ImageId"]


def _network(region, name):
    """The network of that name, which older stacks have made."""
    ec2 = client("ec2", region)
    found = ec2.describe_vpcs(Filters=[{"Name": "tag:Name", "Values": [name]}])["Vpcs"]
    if found:
        return found[0]["VpcId"]
    tags = [{"ResourceType": "vpc", "Tags": [{"Key": "Name", "Value": name}]}]
    return ec2.create_vpc(CidrBlock="10.0.0.0/16", TagSpecifications=tags)["Vpc"]["VpcId"]


def _subnet(region, argument):
    """A subnet of such a network: `NETWORK ZONE`."""
    name, zone = argument.split()
    block = f"10.0.{ord(zone) - ord('a')}.0/24"
    return client("ec2", region).create_subnet(VpcId=_network(region, name), CidrBlock=block, AvailabilityZone=region + zone)["Subnet"]["SubnetId"]


def _group(region, name):
    """The security group of the endpoints of such a network."""
    return client("ec2", region).create_security_group(GroupName=f"{name} endpoints", Description="endpoints", VpcId=_network(region, name))["GroupId"]


def _api_log_role(region):
    """The account lets API Gateway write logs in this Region."""
    iam, trust = client("iam", region), {"Effect": "Allow", "Principal": {"Service": "apigateway.amazonaws.com"}, "Action": "sts:AssumeRole"}
    arn = iam.create_role(RoleName=f"api-logs-{region}", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}))["Role"]["Arn"]
    client("apigateway", region).update_account(patchOperations=[{"op": "replace", "path": "/cloudwatchRoleArn", "value": arn}])


BEFORE = {"api_log_role": _api_log_role}

MAKE = {"network": _network, "subnet": _subnet, "group": _group, "hosted_zone": _hosted_zone, "certificate": _certificate, "image": _image}


def values(platform, manifest):
    """The values of a platform's parameters, as the deployer takes them. Makes what they stand for."""
    wanted = {**VALUES["all"], **VALUES.get(platform, {})}
    for what in wanted.pop("before", []):
        for region in manifest["artifacts"]:
            BEFORE[what](region)
    found = {}
    for name, declared in manifest["parameters"].items():
        value = wanted.get(name)
        if value is None:
            if "default" not in declared:
                raise SystemExit(f"{platform}: values.toml has no value for the parameter {name}")
        elif not isinstance(value, dict):
            found[name] = value
        else:
            (kind, argument), = value.items()
            for region in declared.get("regions", [""]):
                found[f"{name}@{region}" if region else name] = MAKE[kind](region or "us-east-1", argument)
    return found
