"""Functions: every call that is found in the code is allowed by the function's role, and every grant of the role is used by one."""

import fnmatch
import re
import sys
import zipfile
from pathlib import Path

from common import read, templates, verdict

# Names of the SDK's packages, and the prefix of the actions of IAM. A package that is not here fails the judge.
PREFIXES = {
    "cloudwatch": "cloudwatch",
    "dynamodb": "dynamodb",
    "eventbridge": "events",
    "lambda": "lambda",
    "rds": "rds",
    "rds-data": "rds-data",
    "s3": "s3",
    "secrets-manager": "secretsmanager",
    "sns": "sns",
    "sqs": "sqs",
}
# Commands whose action has another name: service authorization reference.
ACTIONS = {"lambda:Invoke": "lambda:InvokeFunction"}
# What a function needs beside its code: log, trace, environment, undelivered calls, its network.
FIXED = {"WriteLog", "Trace", "ReadEnvironment", "PutAside", "AttachToNetwork", "KeepCodeOffInterfaces"}
# What Lambda does with a queue by the role of the function: Lambda developer guide, "Using Lambda with Amazon SQS".
CONSUMES = {"sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"}
# What AWS's own policies allow, as far as it is asked here.
MANAGED = {
    "AWSLambdaBasicExecutionRole": {"logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"},
    "AWSLambdaSQSQueueExecutionRole": CONSUMES,
}
IMPORT = re.compile(r"(?:import\s*\{([^}]*)\}\s*from|const\s*\{([^}]*)\}\s*=\s*require\()\s*[\"']@aws-sdk/client-([a-z0-9-]+)[\"']")


def listed(value):
    return value if isinstance(value, list) else [value]


def sources(code, folder, archives):
    """The texts of a function's code: of its archive, or what stands in the template; nothing if it is somewhere else."""
    if "ZipFile" in code:
        inline = code["ZipFile"]
        return [inline["Fn::Sub"] if isinstance(inline, dict) else inline]
    if code.get("S3Key") not in archives:
        return []
    with zipfile.ZipFile(folder / archives[code["S3Key"]]["file"]) as file:
        return [file.read(name).decode() for name in file.namelist() if name.endswith((".mjs", ".cjs", ".js"))]


def commands(texts):
    """The calls that the code makes: actions of IAM by the commands that it imports and makes."""
    found = set()
    for text in texts:
        for first, second, package in IMPORT.findall(text):
            for command in re.findall(r"\b(\w+)Command\b", first or second):
                if re.search(rf"new {command}Command\(", text):
                    action = f"{PREFIXES[package]}:{command}"
                    found.add(ACTIONS.get(action, action))
    return found


def statements(template, function):
    role = function["Properties"]["Role"]
    identity = role["Fn::GetAtt"][0] if isinstance(role, dict) and "Fn::GetAtt" in role else None
    properties = template["Resources"].get(identity, {}).get("Properties", {})
    found = [statement for policy in properties.get("Policies", []) for statement in listed(policy["PolicyDocument"]["Statement"])]
    for arn in properties.get("ManagedPolicyArns", []):
        name = (arn["Fn::Sub"] if isinstance(arn, dict) else arn).rsplit("/", 1)[-1]
        found.append({"Sid": name, "Effect": "Allow", "Action": sorted(MANAGED.get(name, ()))})
    return found


def check(name, template, identity, texts, findings):
    """One function. Gives the number of calls in its code."""
    function = template["Resources"][identity]
    needed = commands(texts)
    made = len(needed)
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Lambda::EventSourceMapping" and resource["Properties"]["FunctionName"] == {"Ref": identity}:
            needed |= CONSUMES
    used = set()
    for action in sorted(needed):
        allowed = False
        for number, statement in enumerate(statements(template, function)):
            if statement["Effect"] == "Allow" and any(fnmatch.fnmatchcase(action, one) for one in listed(statement["Action"])):
                allowed = True
                used.add(number)
        if not allowed:
            findings.append(f"{name}: {identity} calls {action}, which its role does not allow")
    if made == 0:
        return 0
    found = statements(template, function)
    sids = {statement.get("Sid") for number, statement in enumerate(found) if number in used}
    for number, statement in enumerate(found):
        sid = statement.get("Sid", "")
        # The use of a key belongs to the grant of what it encrypts.
        if number not in used and sid not in FIXED and sid not in MANAGED and sid.removesuffix("Key") not in sids:
            findings.append(f"{name}: {identity} has the grant {sid}, of which its code uses nothing")
    return made


def main(out):
    findings, functions, calls = [], 0, 0
    for folder in sorted(path for path in Path(out).iterdir() if path.is_dir()):
        manifest = read(folder / "manifest.json")
        archives = manifest.get("archives", {})
        for path in templates(folder):
            template = read(path)
            for identity, resource in template["Resources"].items():
                if resource["Type"] != "AWS::Lambda::Function":
                    continue
                texts = sources(resource["Properties"]["Code"], folder, archives)
                functions += bool(texts)
                calls += check(str(path.relative_to(out)), template, identity, texts, findings) if texts else 0
    verdict("functions", {"functions": functions, "calls in their code": calls}, findings)


if __name__ == "__main__":
    main(*sys.argv[1:])
