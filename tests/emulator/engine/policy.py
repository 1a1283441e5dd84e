"""Stack policies: what an update may not do to a resource."""

import fnmatch
import json

from gaps import Gap

from .errors import Invalid


def check(text):
    """Refuses what is no stack policy."""
    try:
        document = json.loads(text)
        statements = document["Statement"]
    except (ValueError, KeyError, TypeError) as error:
        raise Invalid(f"Error validating stack policy: {error}") from error
    for statement in statements if isinstance(statements, list) else [statements]:
        if unknown := set(statement) - {"Effect", "Action", "NotAction", "Principal", "Resource", "NotResource", "Condition", "Sid"}:
            raise Invalid(f"Error validating stack policy: Unknown field {sorted(unknown)[0]}")
        if statement.get("Effect") not in {"Allow", "Deny"} or statement.get("Principal") != "*":
            raise Invalid("Error validating stack policy: Effect is Allow or Deny, Principal is *")
        if not {"Resource", "NotResource"} & set(statement) or not {"Action", "NotAction"} & set(statement):
            raise Invalid("Error validating stack policy: a statement names actions and resources")


def allows(text, action, logical_id, kind):
    """Whether the policy lets the action happen. Without a policy everything may; with one, what it does not allow may not."""
    if not text:
        return True
    statements = json.loads(text)["Statement"]
    allowed = False
    for statement in statements if isinstance(statements, list) else [statements]:
        if _applies(statement, action, logical_id, kind):
            if statement["Effect"] == "Deny":
                return False
            allowed = True
    return allowed


def _listed(value):
    return value if isinstance(value, list) else [value]


def _applies(statement, action, logical_id, kind):
    def match(key, value):
        if key in statement:
            return any(fnmatch.fnmatchcase(value, pattern) for pattern in _listed(statement[key]))
        return not any(fnmatch.fnmatchcase(value, pattern) for pattern in _listed(statement[f"Not{key}"]))

    for operator, tests in statement.get("Condition", {}).items():
        if operator not in {"StringEquals", "StringLike"} or set(tests) != {"ResourceType"}:
            raise Gap(f"the engine does not know the stack policy condition {operator} of {', '.join(tests)}")
        compare = fnmatch.fnmatchcase if operator == "StringLike" else str.__eq__
        if not any(compare(kind, wanted) for wanted in _listed(tests["ResourceType"])):
            return False
    return match("Action", action) and match("Resource", f"LogicalResourceId/{logical_id}")
