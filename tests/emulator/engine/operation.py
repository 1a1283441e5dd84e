"""Making, changing, rolling back and deleting what a stack holds, through the adapters."""

import copy

from botocore.exceptions import BotoCoreError, ClientError

import adapters
import schemas

from . import parameters as parameter_values
from . import policy
from .errors import Invalid
from .stack import Resource
from .values import Resolver, pseudo, resolve_dynamic


class _Stopped(Exception):
    """A resource could not be made, changed or deleted."""

    def __init__(self, name, error):
        super().__init__(name)
        self.name = name
        self.reason = getattr(error, "response", {}).get("Error", {}).get("Message") or str(error)
        self.rule = getattr(error, "rule", "") or getattr(error, "response", {}).get("Error", {}).get("Code") or type(error).__name__


class Operation:
    """One creation, update or deletion of a stack."""

    def __init__(self, engine, stack):
        self.engine, self.stack = engine, stack
        self.made, self.changed, self.replaced = [], [], []

    # ---- creating and updating

    def deploy(self, change_set):
        """Executes a change set: all of it, or (unless told otherwise) nothing."""
        stack, engine = self.stack, self.engine
        creating = stack.template is None
        before = (stack.template, stack.parameters, stack.tags, stack.capabilities)
        word = "CREATE" if creating else "UPDATE"
        stack.template, stack.parameters = change_set.template, change_set.parameters
        stack.tags, stack.capabilities, stack.stopped_by = change_set.tags, change_set.capabilities, ""
        names = {**pseudo(stack), **parameter_values.names(stack.template, stack.parameters)}
        self.resolver = Resolver(engine, stack, names, stack.resources)
        try:
            for name in stack.template.order:
                self._attempt(name, self._apply)
            self._attempt("Outputs", self._outputs)
        except _Stopped as stopped:
            stack.stopped_by = stopped.rule
            self._undo(creating, before, stopped, change_set.on_failure)
            return
        if not creating:
            stack.turn(engine.now(), "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
            self._clean_up(before[0])
        stack.turn(engine.now(), f"{word}_COMPLETE")

    def _attempt(self, name, function, *arguments):
        try:
            return function(name, *arguments)
        except (ClientError, BotoCoreError) as error:
            raise _Stopped(name, error) from error

    def _apply(self, name):
        declared = self.stack.template.resources[name]
        properties = self.resolver(declared.get("Properties", {}))
        present = self.stack.resources.get(name)
        if present is None:
            self._create(name, declared, properties)
            return
        if present.type != declared["Type"]:
            raise Invalid(f"Update of resource type is not permitted. The new template modifies resource type of the following resources: [{name}]")
        if present.properties != properties:
            recreated = schemas.replaced_by(self.stack.region, present.type, present.properties, properties)
            self._guard("Replace" if recreated else "Modify", name, present.type)
            self.changed.append(copy.deepcopy(present))
            if recreated:
                self._replace(name, declared, present, properties)
            else:
                self._update(present, properties)
        present = self.stack.resources[name]
        present.metadata = declared.get("Metadata", {})
        present.deletion_policy = declared.get("DeletionPolicy", "Delete")
        present.replace_policy = declared.get("UpdateReplacePolicy", "Delete")

    def _guard(self, action, name, kind):
        if not policy.allows(self.stack.policy, f"Update:{action}", name, kind):
            raise Invalid(f"Action denied by stack policy: nothing allows [Update:{action}] for resource [{name}]", "StackPolicy")

    def _create(self, name, declared, properties):
        kind, now = declared["Type"], self.engine.now
        self._note(name, "", kind, "CREATE_IN_PROGRESS")
        scope = self.engine.scope(self.stack, name)
        try:
            made = adapters.create(kind, scope, resolve_dynamic(properties, self.stack.region))
        except (ClientError, BotoCoreError) as error:
            self._note(name, "", kind, "CREATE_FAILED", str(error))
            raise
        self.stack.resources[name] = Resource(
            name, kind, made.physical_id, properties, made.attributes, declared.get("Metadata", {}),
            declared.get("DeletionPolicy", "Delete"), declared.get("UpdateReplacePolicy", "Delete"), "CREATE_COMPLETE", time=now(),
        )
        self.made.append(name)
        self._note(name, made.physical_id, kind, "CREATE_COMPLETE")

    def _update(self, resource, properties):
        name, kind = resource.logical_id, resource.type
        self._note(name, resource.physical_id, kind, "UPDATE_IN_PROGRESS")
        try:
            made = adapters.update(
                kind, self.engine.scope(self.stack, name), resource.physical_id,
                resolve_dynamic(resource.properties, self.stack.region), resolve_dynamic(properties, self.stack.region),
            )
        except (ClientError, BotoCoreError) as error:
            self._note(name, resource.physical_id, kind, "UPDATE_FAILED", str(error))
            raise
        resource.properties, resource.status, resource.time = properties, "UPDATE_COMPLETE", self.engine.now()
        resource.attributes = {**resource.attributes, **made.attributes}
        self._note(name, resource.physical_id, kind, "UPDATE_COMPLETE")

    def _replace(self, name, declared, present, properties):
        self.replaced.append(present)
        del self.stack.resources[name]
        try:
            self._create(name, declared, properties)
        except (ClientError, BotoCoreError):
            self.stack.resources[name] = self.replaced.pop()
            raise

    def _outputs(self, _name):
        self.stack.outputs = {name: self._output(name, declared) for name, declared in self.stack.template.outputs.items()}

    def _output(self, name, declared):
        value = self.resolver(declared["Value"])
        if not isinstance(value, (str, int, float)) or value == "":
            raise Invalid(f"Template format error: Output {name} is malformed: its value is no text")
        return str(value)

    # ---- what is left over

    def _clean_up(self, old_template):
        """After an update: what was replaced or removed goes, the last made first, unless its policy keeps it."""
        stack = self.stack
        for resource in reversed(self.replaced):
            self._dispose(resource, resource.replace_policy)
        for name in reversed(old_template.order):
            if name in stack.resources and name not in stack.template.resources:
                resource = stack.resources[name]
                self._dispose(resource, resource.deletion_policy)
                stack.resources.pop(name)

    def _dispose(self, resource, kept_by):
        """Deletes one resource; a failure while cleaning up does not stop an update, as in CloudFormation."""
        if kept_by in {"Retain", "RetainExceptOnCreate"}:
            self._note(resource.logical_id, resource.physical_id, resource.type, "DELETE_SKIPPED")
            return True
        try:
            self._delete(resource)
            return True
        except (ClientError, BotoCoreError):
            return False

    def _delete(self, resource):
        self._note(resource.logical_id, resource.physical_id, resource.type, "DELETE_IN_PROGRESS")
        scope = self.engine.scope(self.stack, resource.logical_id)
        try:
            adapters.delete(resource.type, scope, resource.physical_id, resolve_dynamic_quietly(resource.properties, self.stack.region))
        except (ClientError, BotoCoreError) as error:
            resource.status, resource.reason = "DELETE_FAILED", str(error)
            self._note(resource.logical_id, resource.physical_id, resource.type, "DELETE_FAILED", str(error))
            raise
        self._note(resource.logical_id, resource.physical_id, resource.type, "DELETE_COMPLETE")

    def _undo(self, creating, before, stopped, on_failure):
        stack, now = self.stack, self.engine.now
        if on_failure == "DO_NOTHING" or stack.disable_rollback:
            stack.turn(now(), "CREATE_FAILED" if creating else "UPDATE_FAILED", f"The following resource(s) failed: [{stopped.name}]. {stopped.reason}")
            return
        word = "ROLLBACK" if creating else "UPDATE_ROLLBACK"
        stack.turn(now(), f"{word}_IN_PROGRESS", f"The following resource(s) failed to {'create' if creating else 'update'}: [{stopped.name}]. {stopped.reason}")
        failed = False
        for name in reversed(self.made):
            resource = stack.resources.pop(name)
            # `Retain` keeps it here too; `RetainExceptOnCreate` is for this very moment.
            kept = resource.deletion_policy if resource.deletion_policy == "Retain" else "Delete"
            failed |= not self._dispose(resource, kept)
        if not creating:
            stack.template, stack.parameters, stack.tags, stack.capabilities = before
        for old in self.replaced:
            stack.resources[old.logical_id] = old
        for old in reversed(self.changed):
            present = stack.resources.get(old.logical_id)
            if present is not None and present.physical_id == old.physical_id and present.properties != old.properties:
                try:
                    self._update(present, old.properties)
                except (ClientError, BotoCoreError):
                    failed = True
        stack.turn(now(), f"{word}_FAILED" if failed else f"{word}_COMPLETE")
        if creating and not failed and on_failure == "DELETE":
            self.engine.forget(stack)

    # ---- deleting

    def delete(self, retained):
        """Deletes the stack: the resources in reverse order, each as its policy says."""
        stack, now = self.stack, self.engine.now
        stack.stopped_by = ""
        order = stack.template.order if stack.template else []
        # A failed creation or removal may have left resources that the template does not name any more.
        for name in [*reversed([name for name in order if name in stack.resources]), *[name for name in stack.resources if name not in order]]:
            resource = stack.resources[name]
            kept = "Retain" if name in retained else resource.deletion_policy
            if not self._dispose(resource, kept):
                stack.stopped_by = f"delete of {name}"
                stack.turn(now(), "DELETE_FAILED", f"The following resource(s) failed to delete: [{name}]. {resource.reason}")
                return
            del stack.resources[name]
        stack.outputs = {}
        self.engine.forget(stack)

    def _note(self, name, physical_id, kind, status, reason=""):
        self.stack.note(self.engine.now(), name, physical_id, kind, status, reason)


def resolve_dynamic_quietly(properties, region):
    """For deleting: a secret that is gone already does not matter any more."""
    try:
        return resolve_dynamic(properties, region)
    except ClientError:
        return properties
