"""One account in one process: moto for the services, the engine for CloudFormation, ourselves between them and botocore."""

import contextlib
import functools
import os

# Moto would make thousands of images in each Region, for nobody.
os.environ["MOTO_EC2_LOAD_DEFAULT_AMIS"] = "false"

import moto
import moto.kms.models
from moto.core.base_backend import BackendDict

import calls
from engine.core import Engine

# Moto makes an RSA key for each KMS key, also for those that sign nothing, which takes longer than all the rest. One is enough here.
moto.kms.models.generate_private_key = functools.cache(moto.kms.models.generate_private_key)
calls.install()
_MOTO = moto.mock_aws(config={"lambda": {"use_docker": False}})
_MOTO.start()


@contextlib.contextmanager
def world():
    """A new, empty account in every Region. There is one at a time."""
    BackendDict.reset()
    engine = Engine()
    calls.reset(engine)
    yield engine
