"""How CloudFormation says no."""

from botocore.exceptions import ClientError


class Invalid(ClientError):
    """CloudFormation refuses a call or a template."""

    def __init__(self, message, code="ValidationError", operation="CloudFormation"):
        super().__init__({"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": 400}}, operation)
        self.message, self.code = message, code
        self.rule = f"cloudformation.{code}"

    def of(self, operation):
        """The same, as the answer to a call."""
        return Invalid(self.message, self.code, operation)
