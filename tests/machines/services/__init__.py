"""What the machines' calls find: one module for each group of services. Importing them registers their answers."""

from . import compute, messages, replicas, stores, traffic  # noqa: F401
