"""Systems Manager: parameters."""

from calls import ACCOUNT, partition

from .base import Adapter, Made, arguments


class Parameter(Adapter):
    kind = "AWS::SSM::Parameter"

    def create(self, scope, properties):
        name = properties.setdefault("Name", scope.name(128))
        scope.client("ssm").put_parameter(**arguments("ssm", "PutParameter", properties))
        arn = f"arn:{partition(scope.region)}:ssm:{scope.region}:{ACCOUNT}:parameter/{name.removeprefix('/')}"
        return Made(name, {"Arn": arn, "Type": properties["Type"], "Value": properties["Value"]})

    def update(self, scope, physical_id, old, new):
        scope.client("ssm").put_parameter(**arguments("ssm", "PutParameter", {**new, "Name": physical_id, "Overwrite": True}))

    def delete(self, scope, physical_id, properties):
        scope.client("ssm").delete_parameter(Name=physical_id)
