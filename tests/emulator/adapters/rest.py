"""REST APIs of API Gateway."""

from botocore.exceptions import ClientError

from calls import precondition, unread
from gaps import Gap

from .base import Adapter, Made, arguments, tag_list
from .iam import assumable

LOGGING = "https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html"
INTEGRATION = "https://docs.aws.amazon.com/apigateway/latest/api/API_PutIntegration.html"
DOMAIN = "https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-regional-api-custom-domain-create.html"


@precondition("apigateway.account-role", LOGGING, "apigateway", "UpdateAccount")
def account_role(call):
    """The role with which API Gateway writes logs is there and trusts it."""
    for change in call.params["patchOperations"]:
        if change["path"] == "/cloudwatchRoleArn" and not assumable(call, change["value"], "apigateway.amazonaws.com"):
            raise call.refuse("BadRequestException", "The role ARN does not have required permissions set to API Gateway")


@precondition("apigateway.log-role", LOGGING, "apigateway", "UpdateStage")
def log_role(call):
    """Who lets a stage log has told the account the role for it."""
    logs = any("logging/loglevel" in change["path"] or change["path"].startswith("/accessLogSettings") for change in call.params["patchOperations"])
    if logs and not call.client("apigateway").get_account().get("cloudwatchRoleArn"):
        raise call.refuse("BadRequestException", "CloudWatch Logs role ARN must be set in account settings to enable logging")


@precondition("apigateway.integration-role", INTEGRATION, "apigateway", "PutIntegration")
def integration_role(call):
    """The role in whose name a service is called is there and trusts API Gateway."""
    role = call.params.get("credentials")
    if role and not assumable(call, role, "apigateway.amazonaws.com"):
        raise call.refuse("BadRequestException", "API Gateway does not have permission to assume the provided role")


@precondition("apigateway.certificate", DOMAIN, "apigateway", "CreateDomainName")
def certificate(call):
    """The certificate of a Regional name is there, in that Region."""
    arn = call.params.get("regionalCertificateArn", "")
    try:
        call.client("acm").describe_certificate(CertificateArn=arn)
        found = arn.split(":")[3] == call.region
    except ClientError:
        found = False
    if not found:
        raise call.refuse("BadRequestException", f"The certificate {arn} is not in {call.region}")


@precondition("apigateway.deployment", unread("https://docs.aws.amazon.com/apigateway/latest/api/API_CreateDeployment.html"), "apigateway", "CreateDeployment")
def deployment(call):
    """What is deployed has a method, and each method leads somewhere."""
    resources = call.client("apigateway").get_resources(restApiId=call.params["restApiId"], embed=["methods"], limit=500)["items"]
    methods = [method for resource in resources for method in resource.get("resourceMethods", {}).values()]
    if not methods:
        raise call.refuse("BadRequestException", "The REST API doesn't contain any methods")
    if any("methodIntegration" not in method for method in methods):
        raise call.refuse("BadRequestException", "No integration defined for method")


class RestApi(Adapter):
    kind = "AWS::ApiGateway::RestApi"

    def create(self, scope, properties):
        tags = {tag["Key"]: tag["Value"] for tag in tag_list(scope, properties)}
        gateway = scope.client("apigateway")
        found = gateway.create_rest_api(**arguments("apigateway", "CreateRestApi", properties), tags=tags)["id"]
        root = next(item["id"] for item in gateway.get_resources(restApiId=found)["items"] if item["path"] == "/")
        return Made(found, {"RestApiId": found, "RootResourceId": root})

    def delete(self, scope, physical_id, properties):
        scope.client("apigateway").delete_rest_api(restApiId=physical_id)


class Resource(Adapter):
    kind = "AWS::ApiGateway::Resource"

    def create(self, scope, properties):
        found = scope.client("apigateway").create_resource(**arguments("apigateway", "CreateResource", properties))["id"]
        return Made(found, {"ResourceId": found})

    def delete(self, scope, physical_id, properties):
        scope.client("apigateway").delete_resource(restApiId=properties["RestApiId"], resourceId=physical_id)


class Method(Adapter):
    kind = "AWS::ApiGateway::Method"

    def create(self, scope, properties):
        gateway = scope.client("apigateway")
        integration, responses = properties.take("Integration"), properties.take("MethodResponses", default=[])
        answers = integration.pop("IntegrationResponses", [])
        place = {key: properties[key] for key in ("RestApiId", "ResourceId", "HttpMethod")}
        gateway.put_method(**arguments("apigateway", "PutMethod", properties))
        for response in responses:
            gateway.put_method_response(**arguments("apigateway", "PutMethodResponse", {**place, **response}))
        gateway.put_integration(**arguments("apigateway", "PutIntegration", {**place, **integration}))
        for answer in answers:
            gateway.put_integration_response(**arguments("apigateway", "PutIntegrationResponse", {**place, **answer}))
        return Made(f"{place['RestApiId']}|{place['ResourceId']}|{place['HttpMethod']}")

    def delete(self, scope, physical_id, properties):
        api, resource, method = physical_id.split("|")
        scope.client("apigateway").delete_method(restApiId=api, resourceId=resource, httpMethod=method)


class Deployment(Adapter):
    kind = "AWS::ApiGateway::Deployment"

    def create(self, scope, properties):
        found = scope.client("apigateway").create_deployment(**arguments("apigateway", "CreateDeployment", properties))["id"]
        return Made(found, {"DeploymentId": found})

    def delete(self, scope, physical_id, properties):
        scope.client("apigateway").delete_deployment(restApiId=properties["RestApiId"], deploymentId=physical_id)


class Account(Adapter):
    kind = "AWS::ApiGateway::Account"

    def create(self, scope, properties):
        self.update(scope, None, {}, properties)
        name = scope.name(64)
        return Made(name, {"Id": name})

    def update(self, scope, physical_id, old, new):
        change = {"op": "replace", "path": "/cloudwatchRoleArn", "value": new.take("CloudWatchRoleArn")}
        scope.client("apigateway").update_account(patchOperations=[change])
        new.done(self.kind)

    def delete(self, scope, physical_id, properties):
        """CloudFormation leaves the role: there are other APIs in the account."""


# The names that a stage's settings have in a patch.
SETTINGS = {
    "LoggingLevel": "logging/loglevel", "DataTraceEnabled": "logging/dataTrace", "MetricsEnabled": "metrics/enabled",
    "ThrottlingRateLimit": "throttling/rateLimit", "ThrottlingBurstLimit": "throttling/burstLimit",
}


class Stage(Adapter):
    kind = "AWS::ApiGateway::Stage"

    def create(self, scope, properties):
        tags = {tag["Key"]: tag["Value"] for tag in tag_list(scope, properties)}
        logs, settings = properties.take("AccessLogSetting"), properties.take("MethodSettings", default=[])
        gateway, name = scope.client("apigateway"), properties["StageName"]
        gateway.create_stage(**arguments("apigateway", "CreateStage", properties), tags=tags)
        changes = self._changes(logs, settings)
        if changes:
            gateway.update_stage(restApiId=properties["RestApiId"], stageName=name, patchOperations=changes)
        return Made(name)

    def _changes(self, logs, settings):
        changes = []
        for key, value in (logs or {}).items():
            changes.append((f"/accessLogSettings/{key[0].lower()}{key[1:]}", value))
        for setting in settings:
            if setting["ResourcePath"] != "/*":
                raise Gap(f"settings of one path: {setting['ResourcePath']}")
            for key, value in setting.items():
                if key not in {"ResourcePath", "HttpMethod"}:
                    text = str(value).lower() if isinstance(value, bool) else str(value)
                    changes.append((f"/*/{setting['HttpMethod']}/{SETTINGS[key]}", text))
        return [{"op": "replace", "path": path, "value": value} for path, value in changes]

    def update(self, scope, physical_id, old, new):
        change = {"op": "replace", "path": "/deploymentId", "value": new["DeploymentId"]}
        if {**old, "DeploymentId": ""} != {**new, "DeploymentId": ""}:
            super().update(scope, physical_id, old, new)
        scope.client("apigateway").update_stage(restApiId=new["RestApiId"], stageName=physical_id, patchOperations=[change])

    def delete(self, scope, physical_id, properties):
        scope.client("apigateway").delete_stage(restApiId=properties["RestApiId"], stageName=physical_id)


class DomainName(Adapter):
    kind = "AWS::ApiGateway::DomainName"

    def create(self, scope, properties):
        made = scope.client("apigateway").create_domain_name(**arguments("apigateway", "CreateDomainName", properties))
        name = made["domainName"]
        hosted = {"RegionalDomainName": f"d-{name.replace('.', '')}.execute-api.{scope.region}.amazonaws.com", "RegionalHostedZoneId": "Z2FDTNDATAQYW2"}
        return Made(name, {**hosted, "DomainNameArn": f"arn:{scope.partition}:apigateway:{scope.region}::/domainnames/{name}"})

    def delete(self, scope, physical_id, properties):
        scope.client("apigateway").delete_domain_name(domainName=physical_id)


class BasePathMapping(Adapter):
    kind = "AWS::ApiGateway::BasePathMapping"

    def create(self, scope, properties):
        scope.client("apigateway").create_base_path_mapping(**arguments("apigateway", "CreateBasePathMapping", properties))
        return Made(f"{properties['DomainName']}|{properties.get('BasePath', '(none)')}")

    def delete(self, scope, physical_id, properties):
        name, path = physical_id.split("|")
        scope.client("apigateway").delete_base_path_mapping(domainName=name, basePath=path)
