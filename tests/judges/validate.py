"""AWS's own validator (cloudformation-validate) over every template, each for its own Region, with the exceptions of one file."""

import collections
import fnmatch
import sys

from cloudformation_validate import CompositeEngine, PseudoParameterOverrides, Severity, ValidateConfig
from common import templates, verdict
from lint import exceptions


def main(out, exceptions_file):
    ignored, hits = exceptions(exceptions_file), set()
    engine = CompositeEngine()
    findings, count = [], collections.Counter()
    for path in templates(out):
        region = path.parent.name
        # What is below a warning is advice that every template gets: which properties replace, which resources have no tags.
        config = ValidateConfig(severity_level=Severity.WARN, pseudo_parameter_overrides=PseudoParameterOverrides(region=region))
        for found in engine.validate_template(str(path), config).diagnostics:
            exception = next(((rule, regions) for rule, regions in ignored if rule == found.rule_id and fnmatch.fnmatchcase(region, regions)), None)
            if exception:
                hits.add(exception)
            else:
                findings.append(f"{path.relative_to(out)}: {found.severity.name} {found.rule_id}: {found.message}")
        count["templates"] += 1
    findings.extend(f"{exceptions_file}: {rule} is never hit in {regions}; remove it" for rule, regions in ignored if (rule, regions) not in hits)
    # A judge that lets everything pass is none.
    engine_finds(engine, findings)
    verdict("cloudformation-validate", {"templates": count["templates"]}, findings)


def engine_finds(engine, findings):
    """One template that is wrong, and one of a type that its Region lacks: both must be refused."""
    for region, body in (("us-east-1", BROKEN), ("eu-west-1", ELSEWHERE)):
        config = ValidateConfig(severity_level=Severity.ERROR, pseudo_parameter_overrides=PseudoParameterOverrides(region=region))
        if not engine.validate_template(body.encode(), config).diagnostics:
            findings.append(f"a broken template is not refused: {body}")


BROKEN = '{"Resources": {"Queue": {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": -1}}}}'
ELSEWHERE = '{"Resources": {"Cluster": {"Type": "AWS::Route53RecoveryControl::Cluster", "Properties": {"Name": "orders"}}}}'

if __name__ == "__main__":
    main(*sys.argv[1:])
