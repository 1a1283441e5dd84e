"""How the engine says no."""

from botocore.exceptions import ClientError


class Invalid(ClientError):
    """CloudFormation refuses a call or a template."""

    def __init__(self, message, code="ValidationError"):
        super().__init__({"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": 400}}, "CloudFormation")
        self.message = message
        self.rule = f"cloudformation.{code}"


class Gap(Exception):
    """The emulator itself does not know something. Never taken for an answer of AWS: it ends the run."""
