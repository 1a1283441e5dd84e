"""Roles: what IAM says of a request, and which permissions no request needs."""

import fnmatch
import json
from urllib.parse import unquote

from calls import client
from gaps import Gap

# Statements of every machine's role, for Step Functions itself: log and trace.
OF_EVERY_MACHINE = {"DeliverLogs", "Trace"}


def _listed(value):
    return value if isinstance(value, list) else [value]


def statements(region, role_arn):
    """The statements of a role's own policies."""
    iam, name = client("iam", region), role_arn.rsplit("/", 1)[-1]
    found = []
    for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
        document = iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
        document = document if isinstance(document, dict) else json.loads(unquote(document))
        found.extend(_listed(document["Statement"]))
    return found


def _holds(condition, context):
    for operator, tests in condition.items():
        plain = operator.removeprefix("ForAnyValue:")
        if plain not in {"StringEquals", "StringLike", "ArnEquals", "ArnLike"}:
            raise Gap(f"no answer to the condition {operator}")
        for key, wanted in tests.items():
            given = _listed(context.get(key, []))
            if plain == "StringEquals":
                matched = any(one in _listed(wanted) for one in given)
            else:
                matched = any(fnmatch.fnmatchcase(one, pattern) for one in given for pattern in _listed(wanted))
            if not matched:
                return False
    return True


def _takes(patterns, value):
    return any(fnmatch.fnmatchcase(value, pattern) for pattern in _listed(patterns))


class Role:
    """The statements of a role, and which of its permissions were used."""

    def __init__(self, found):
        self.statements = found
        self.used = set()

    def allows(self, action, resource, context):
        """Whether a request is allowed: by some statement, and denied by none."""
        allowed = False
        for number, statement in enumerate(self.statements):
            actions = [one for one in _listed(statement["Action"]) if fnmatch.fnmatchcase(action.lower(), one.lower())]
            resources = [one for one in _listed(statement["Resource"]) if _takes(one, resource)]
            if not actions or not resources or not _holds(statement.get("Condition", {}), context):
                continue
            if statement["Effect"] == "Deny":
                return False
            allowed = True
            self.used.update((number, one) for one in (*actions, *resources))
        return allowed

    def superfluous(self):
        """Actions and resources of statements that no request has used."""
        for number, statement in enumerate(self.statements):
            if statement.get("Sid") in OF_EVERY_MACHINE:
                continue
            for one in (*_listed(statement["Action"]), *_listed(statement["Resource"])):
                if (number, one) not in self.used:
                    yield f"{statement.get('Sid')}: {one}"
