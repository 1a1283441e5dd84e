"""Calls that the tests of functions recorded, held against AWS's models of its APIs: every member is one, has its type, and none is missing.

    recorded.py FILE
"""

import json
import sys
from pathlib import Path

import botocore.session
from botocore.validate import ParamValidator

from common import verdict

# Packages of the SDK whose service has another name in botocore.
NAMES = {"eventbridge": "events"}


def main(path):
    session, validator = botocore.session.get_session(), ParamValidator()
    findings, operations, calls = [], set(), 0
    for line in Path(path).read_text(encoding="utf-8").splitlines():
        call = json.loads(line)
        service = NAMES.get(call["service"], call["service"])
        model = session.get_service_model(service)
        name = f"{service}:{call['operation']}"
        if call["operation"] not in model.operation_names:
            findings.append(f"{name}: there is no such operation")
            continue
        report = validator.validate(call["input"], model.operation_model(call["operation"]).input_shape)
        if report.has_errors():
            findings.append(f"{name}: {report.generate_report()}")
        operations.add(name)
        calls += 1
    verdict("recorded", {"operations": len(operations), "calls that functions made": calls}, sorted(set(findings)))


if __name__ == "__main__":
    main(sys.argv[1])
