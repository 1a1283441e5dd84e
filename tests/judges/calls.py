"""The machines' calls against the models of the services: names as Step Functions spells them, types, errors, answers.

Step Functions spells services, operations and members as the Java SDK does. The rules were derived from that SDK's naming; they are not
written down by AWS in one place. Members with an acronym inside (`SourceDBClusterIdentifier`) keep it.
"""

import gzip
import json
import re
import sys
from functools import cache
from pathlib import Path

import botocore
from botocore.loaders import Loader
from botocore.model import ServiceModel

from common import PLACEHOLDER, machines, read, verdict

RESOURCE = re.compile(r"arn:[a-z-]+:states:::aws-sdk:([^:]+):([^.:]+)(\.waitForTaskToken)?")
# Services and operations that Step Functions cannot call: Step Functions developer guide, "AWS SDK service integrations".
NO_SERVICES = {"globalaccelerator", "apigatewaymanagementapi", "neptunedata", "iotdataplane"}
NO_OPERATIONS = {
    "lambda": {"invokeAsync", "invokeWithResponseStream"},
    "sts": {"assumeRole", "assumeRoleWithSAML", "assumeRoleWithWebIdentity"},
    "s3": {"selectObjectContent"},
    "efs": {"createTags"},
    "kinesis": {"subscribeToShard"},
    "cloudwatchlogs": {"startLiveTail"},
    "rdsdata": {"executeSql"},
}
# Names that no rule over the service's id gives.
ERROR_PREFIXES = {"dynamodb": "DynamoDb", "docdb": "DocDb", "fsx": "FSx", "memorydb": "MemoryDb"}


def uncapitalised(name):
    """The leading run of capitals in lower case, but the one that starts the next word: `DBCluster` -> `dbCluster`."""
    end = 1
    while end < len(name) and name[end].isupper() and not (end + 1 < len(name) and name[end + 1].islower()):
        end += 1
    return name[:end].lower() + name[end:]


def member_name(name):
    """A member as Step Functions spells it: `DBClusterIdentifier` -> `DbClusterIdentifier`."""
    lowered = uncapitalised(name)
    return lowered[:1].upper() + lowered[1:]


def service_name(identity):
    """A service as Step Functions spells it: `CloudWatch Logs` -> `cloudwatchlogs`."""
    short = re.sub(r"^(Amazon|AWS) ?", "", identity)
    short = re.sub(r" ?Service$", "", short)
    return re.sub(r"[^a-z0-9]", "", short.lower())


def error_name(shape):
    """An error as Step Functions spells it: `DBClusterNotFoundFault` -> `DbClusterNotFoundException`."""
    base = re.sub(r"(Fault|Exception)$", "", shape)
    words = re.findall(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z0-9]+|[A-Z]+|[0-9]+", base)
    return "".join(word[:1].upper() + word[1:].lower() for word in words) + "Exception"


@cache
def services():
    """Step Functions' names of all services, and botocore's folders."""
    found = {}
    for folder in (Path(botocore.__file__).parent / "data").iterdir():
        versions = sorted(folder.glob("*/service-2.json.gz")) if folder.is_dir() else []
        if versions:
            with gzip.open(versions[-1], "rt", encoding="utf-8") as file:
                head = file.read(4096)
            if identity := re.search(r'"serviceId"\s*:\s*"([^"]+)"', head):
                found[service_name(identity[1])] = folder.name
    return found


@cache
def model(service):
    """The model of a service, and its operations by Step Functions' names."""
    folder = services().get(service)
    if folder is None:
        return None, {}
    loaded = ServiceModel(Loader().load_service_model(folder, "service-2"))
    return loaded, {uncapitalised(name): name for name in loaded.operation_names}


def nearest(name, names):
    """The same name in another case."""
    same = [known for known in names if known.lower() == name.lower()]
    return f"; it is spelled `{same[0]}`" if same else ""


def dynamic(value):
    """Known only when the machine runs, or when it is deployed."""
    return isinstance(value, str) and (value.startswith("{%") or PLACEHOLDER.search(value) is not None)


def check_value(place, value, shape, findings):
    """A value of an argument against its shape."""
    kind = shape.type_name
    if isinstance(value, str) and value.startswith("{%"):
        return
    if kind == "structure":
        if not isinstance(value, dict):
            if not getattr(shape, "is_document_type", False):
                findings.append(f"{place}: a structure is wanted")
            return
        known = {member_name(name): inner for name, inner in shape.members.items()}
        for name, inner in value.items():
            if name not in known:
                findings.append(f"{place}: no member `{name}`{nearest(name, known)}")
            else:
                check_value(f"{place}.{name}", inner, known[name], findings)
        for name in shape.required_members:
            filled = shape.members[name].metadata.get("idempotencyToken") or shape.members[name].serialization.get("idempotencyToken")
            if member_name(name) not in value and not filled:
                findings.append(f"{place}: the required member `{member_name(name)}` is missing")
        if getattr(shape, "is_tagged_union", False) and len(value) != 1:
            findings.append(f"{place}: exactly one member is wanted")
    elif kind == "list":
        if not isinstance(value, list):
            findings.append(f"{place}: a list is wanted")
            return
        for at, inner in enumerate(value):
            check_value(f"{place}[{at}]", inner, shape.member, findings)
    elif kind == "map":
        if not isinstance(value, dict):
            findings.append(f"{place}: a map is wanted")
            return
        for name, inner in value.items():
            check_value(f"{place}[{name}]", inner, shape.value, findings)
    else:
        check_scalar(place, value, shape, findings)


def check_scalar(place, value, shape, findings):
    kind = shape.type_name
    wanted = {"boolean": bool, "integer": int, "long": int, "float": (int, float), "double": (int, float), "string": str}.get(kind)
    if wanted and (not isinstance(value, wanted) or (isinstance(value, bool) and wanted is not bool)):
        findings.append(f"{place}: {json.dumps(value)} is no {kind}")
        return
    if dynamic(value):
        return
    allowed = getattr(shape, "enum", None)
    if allowed and value not in allowed:
        findings.append(f"{place}: {json.dumps(value)} is none of {', '.join(allowed)}")
    size = len(value) if isinstance(value, str) else value
    if isinstance(size, (int, float)) and not isinstance(size, bool):
        least, most = shape.metadata.get("min"), shape.metadata.get("max")
        if (least is not None and size < least) or (most is not None and size > most):
            findings.append(f"{place}: {json.dumps(value)} is not within {least}..{most}")


def check_errors(place, state, service, loaded, operation, findings):
    """The names of errors that a task tolerates or catches."""
    # Every service of the SDK also has one general error, and the errors which are not modelled.
    general = {"ThrottlingException", "AccessDeniedException", "ValidationException"}
    known = {error_name(shape.name) for shape in operation.error_shapes} | general
    prefix = ERROR_PREFIXES.get(service)
    for handler in [*state.get("Retry", []), *state.get("Catch", [])]:
        for error in handler["ErrorEquals"]:
            if error.startswith("States."):
                continue
            first, _, name = error.partition(".")
            if service_name(loaded.metadata["serviceId"]) != first.lower() or (prefix and prefix != first):
                findings.append(f"{place}: `{error}` is no error of {service}")
            elif name not in known and name != f"{first}Exception":
                findings.append(f"{place}: `{operation.name}` has no error `{name}`{nearest(name, known)}")


def states_of(scope):
    """All states, those of branches too."""
    for name, state in scope["States"].items():
        yield name, state
        for branch in state.get("Branches", []):
            yield from states_of(branch)
        for key in ("ItemProcessor", "Iterator"):
            if key in state:
                yield from states_of(state[key])


def check_call(place, state, findings):
    """One task. Gives the shape of its answer."""
    found = RESOURCE.fullmatch(state["Resource"])
    if not found:
        findings.append(f"{place}: `{state['Resource']}` is no call that this judge knows")
        return None
    service, name = found[1], found[2]
    if service in NO_SERVICES or name in NO_OPERATIONS.get(service, set()):
        findings.append(f"{place}: Step Functions cannot call {service}:{name}")
        return None
    loaded, operations = model(service)
    if loaded is None:
        findings.append(f"{place}: there is no service `{service}`{nearest(service, services())}")
        return None
    if name not in operations:
        findings.append(f"{place}: {service} has no operation `{name}`{nearest(name, operations)}")
        return None
    operation = loaded.operation_model(operations[name])
    if operation.has_event_stream_output or operation.has_event_stream_input:
        findings.append(f"{place}: Step Functions cannot call an operation that streams events")
    if "Arguments" not in state:
        findings.append(f"{place}: a call needs `Arguments`, even if they are empty")
    elif operation.input_shape is not None:
        check_value(f"{place}: {name}", state["Arguments"], operation.input_shape, findings)
    elif state["Arguments"]:
        findings.append(f"{place}: {name} takes no arguments")
    check_errors(place, state, service, loaded, operation, findings)
    return operation.output_shape


def check_read(shape, members):
    """The first member of the path that the answer has not, and the names that it has."""
    for member in members:
        while shape is not None and shape.type_name == "list":
            shape = shape.member
        if shape is None or shape.type_name != "structure":
            return (None, []) if shape is not None and shape.type_name == "map" else (member, [])
        known = {member_name(name): inner for name, inner in shape.members.items()}
        if member not in known:
            return member, known
        shape = known[member]
    return None, []


def main(out, reads_file):
    findings, calls, read_count = [], 0, 0
    reads = json.loads(Path(reads_file).read_text(encoding="utf-8"))
    for path in machines(out):
        name = str(path.relative_to(out))
        answers = {}
        for title, state in states_of(read(path)):
            if state["Type"] != "Task":
                continue
            calls += 1
            answer = check_call(f"{name}: {title}", state, findings)
            for variable, value in state.get("Assign", {}).items():
                if value == "{% $states.result %}" and answer is not None:
                    answers.setdefault(variable, []).append(answer)
        for entry in reads:
            if entry["machine"] != name or entry["root"] not in answers or not entry["members"]:
                continue
            read_count += 1
            for answer in answers[entry["root"]]:
                wrong, known = check_read(answer, entry["members"])
                if wrong:
                    findings.append(f"{name}: {entry['place']}: the answer has no member `{wrong}`{nearest(wrong, known)}")
    verdict("calls", {"calls": calls, "members of answers": read_count}, findings)


if __name__ == "__main__":
    main(*sys.argv[1:])
