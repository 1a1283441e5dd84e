"""What the engine remembers of stacks, resources, change sets and events."""

import dataclasses
import hashlib

from calls import ACCOUNT, partition


@dataclasses.dataclass
class Resource:
    """One deployed resource. Dynamic references stay unresolved in `properties`, as in CloudFormation."""

    logical_id: str
    type: str
    physical_id: str
    properties: dict
    attributes: dict
    metadata: dict
    deletion_policy: str
    replace_policy: str
    status: str
    reason: str = ""
    time: object = None


@dataclasses.dataclass
class ChangeSet:
    """A change set: what would become of the stack."""

    name: str
    id: str
    kind: str
    template: object
    parameters: dict
    tags: list
    capabilities: list
    description: str
    changes: list
    status: str
    reason: str
    created: object
    on_failure: str
    execution: str = "AVAILABLE"
    seen: bool = False


@dataclasses.dataclass
class Stack:
    """A stack of one Region."""

    name: str
    region: str
    id: str
    created: object
    status: str = "REVIEW_IN_PROGRESS"
    reason: str = ""
    updated: object = None
    deleted: object = None
    template: object = None
    parameters: dict = dataclasses.field(default_factory=dict)
    tags: list = dataclasses.field(default_factory=list)
    capabilities: list = dataclasses.field(default_factory=list)
    resources: dict = dataclasses.field(default_factory=dict)
    outputs: dict = dataclasses.field(default_factory=dict)
    events: list = dataclasses.field(default_factory=list)
    change_sets: dict = dataclasses.field(default_factory=dict)
    policy: str = ""
    protected: bool = False
    disable_rollback: bool = False
    # What has been started and is not done: it is done when somebody looks for the second time.
    pending: object = None
    looks: int = 0
    # Which of our preconditions, or which error code, stopped the last operation.
    stopped_by: str = ""

    @property
    def partition(self):
        return partition(self.region)

    @property
    def busy(self):
        return self.status.endswith("_IN_PROGRESS") and self.status != "REVIEW_IN_PROGRESS"

    def note(self, now, logical_id, physical_id, kind, status, reason="", properties=None):
        """Adds an event."""
        event = {
            "StackId": self.id, "StackName": self.name, "EventId": f"{logical_id}-{status}-{len(self.events):05}",
            "LogicalResourceId": logical_id, "PhysicalResourceId": physical_id, "ResourceType": kind, "Timestamp": now,
            "ResourceStatus": status,
        }
        if reason:
            event["ResourceStatusReason"] = reason
        if properties:
            event["ResourceProperties"] = properties
        self.events.append(event)

    def turn(self, now, status, reason=""):
        """The stack takes another status."""
        self.status, self.reason = status, reason
        self.note(now, self.name, self.id, "AWS::CloudFormation::Stack", status, reason)


def arn(region, kind, name, salt):
    """The id of a stack or of a change set."""
    digest = hashlib.sha256(f"{region}/{name}/{salt}".encode()).hexdigest()
    unique = f"{digest[:8]}-{digest[8:12]}-{digest[12:16]}-{digest[16:20]}-{digest[20:32]}"
    return f"arn:{partition(region)}:cloudformation:{region}:{ACCOUNT}:{kind}/{name}/{unique}"
