"""Systems Manager: parameters."""

from .base import Adapter, Made, arguments


class Parameter(Adapter):
    kind = "AWS::SSM::Parameter"

    def create(self, scope, properties):
        name = properties.setdefault("Name", scope.name(128))
        scope.client("ssm").put_parameter(**arguments("ssm", "PutParameter", properties))
        return Made(name, {"Type": properties["Type"], "Value": properties["Value"]})

    def update(self, scope, physical_id, old, new):
        scope.client("ssm").put_parameter(**arguments("ssm", "PutParameter", {**new, "Name": physical_id, "Overwrite": True}))

    def delete(self, scope, physical_id, properties):
        scope.client("ssm").delete_parameter(Name=physical_id)
