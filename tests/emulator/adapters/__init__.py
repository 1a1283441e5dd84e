"""One file per service: its preconditions, and how its resource types are made through its own API.

A type is *created* where moto keeps all of it, *adapted* where we keep or answer what moto does not, *simulated* where an entry of
`simulated.toml` lets it pass without a service behind it.
"""

import importlib
import pkgutil

from botocore.exceptions import ClientError

from . import base

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")


def create(kind, scope, properties):
    """Makes a resource through its service's API."""
    found = base.find(kind)
    scope.counts[found.how, kind] += 1
    return found.create(scope, base.given(properties))


def update(kind, scope, physical_id, old, new):
    """Changes a resource in place."""
    return base.find(kind).update(scope, physical_id, base.given(old), base.given(new)) or base.Made(physical_id)


def delete(kind, scope, physical_id, properties):
    """Deletes a resource. One that is gone already is deleted, as for CloudFormation, whose handlers answer `NotFound` then."""
    try:
        base.find(kind).delete(scope, physical_id, base.given(properties))
    except ClientError as error:
        if not base.gone(error):
            raise
