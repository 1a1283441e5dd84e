"""One account in one process: moto for the services, the engine for CloudFormation, ourselves between them and botocore."""

import contextlib

import moto

import calls
from engine.core import Engine

# Moto's clients and ours are made while it runs only; the hook below it is installed once.
calls.install()


@contextlib.contextmanager
def world():
    """A new, empty account in every Region."""
    with moto.mock_aws(config={"lambda": {"use_docker": False}, "iam": {"load_aws_managed_policies": True}}):
        engine = Engine()
        calls.reset(engine)
        yield engine
