"""Texts that a pattern admits, and texts that it refuses. What is made is checked by `regex`, as cfn-lint reads patterns."""

import re
import warnings
from re import _constants as op
from re import _parser

import regex

# Some patterns are written so that a later Python might read them differently.
warnings.filterwarnings("ignore", category=FutureWarning)

# Characters in the order in which they are preferred where a pattern leaves the choice.
ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-_./:@ =+,#*!$%&'()?;<>[]{}|~^\"`\\\n\t\u00e9\u4e2d"
# The classes of Unicode and POSIX that the schemas name, in characters of the alphabet above.
CLASSES = {
    "L": "a-zA-Z", "Lu": "A-Z", "Ll": "a-z", "Lo": "\u4e2d", "Lt": "A-Z", "Lm": "a-z", "N": "0-9", "Nd": "0-9", "Nl": "0-9", "No": "0-9",
    "M": "\u0301", "Mn": "\u0301", "Mc": "\u0301", "Z": " ", "Zs": " ", "Zl": " ", "Zp": " ", "P": "\\-_.,:!?", "Pd": "\\-", "Pc": "_", "Po": ".,:!?",
    "Ps": "(", "Pe": ")", "Pi": "\u00ab", "Pf": "\u00bb", "S": "+=$", "Sm": "+=", "Sc": "$", "Sk": "\\^", "So": "\u00a9", "C": "\t", "Cc": "\t", "Cf": "\u200d",
    "Alpha": "a-zA-Z", "Alnum": "a-zA-Z0-9", "Digit": "0-9", "Upper": "A-Z", "Lower": "a-z", "Graph": "!-~", "Print": " -~", "Punct": "\\-_.,:!?",
    "Space": " ", "ASCII": " -~", "XDigit": "0-9a-fA-F", "IsAlphabetic": "a-zA-Z", "IsDigit": "0-9", "IsLatin": "a-zA-Z",
    "print": " -~", "alpha": "a-zA-Z", "alnum": "a-zA-Z0-9", "digit": "0-9", "upper": "A-Z", "lower": "a-z", "punct": "\\-_.,:!?", "space": " ", "xdigit": "0-9a-f",
}  # fmt: skip
# A text for each format that names something; those of cfn-lint's own rules among them.
FORMATS = {
    "date-time": "2026-01-02T03:04:05Z", "date": "2026-01-02", "time": "03:04:05Z", "timestamp": "2026-01-02T03:04:05Z",
    "email": "orders@example.com", "uri": "https://example.com/orders", "ipv4": "192.0.2.1", "ipv4-network": "192.0.2.0/24",
    "ipv6": "2001:db8::1", "ipv6-network": "2001:db8::/56", "regex": "a+", "json": "{}",
    "AWS::IAM::Role.Arn": "arn:aws:iam::123456789012:role/orders",
    "AWS::KMS::Key.Arn": "arn:aws:kms:us-east-1:123456789012:key/12345678-1234-1234-1234-123456789012",
    "AWS::KMS::Key.Id": "12345678-1234-1234-1234-123456789012", "AWS::KMS::Alias.AliasName": "alias/orders",
    "AWS::EC2::SecurityGroup.Id": "sg-12345678", "AWS::EC2::SecurityGroup.Name": "orders", "AWS::EC2::Subnet.Id": "subnet-12345678",
    "AWS::EC2::VPC.Id": "vpc-12345678", "AWS::EC2::Image.Id": "ami-12345678", "AWS::S3::Bucket.Name": "orders-bucket",
    "AWS::Lambda::Function.Arn": "arn:aws:lambda:us-east-1:123456789012:function:orders", "AWS::SNS::Topic.Arn": "arn:aws:sns:us-east-1:123456789012:orders",
    "AWS::SQS::Queue.Arn": "arn:aws:sqs:us-east-1:123456789012:orders", "AWS::Logs::LogGroup.Name": "/orders",
    "AWS::ACM::Certificate.Arn": "arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012",
    "AWS::Route53::HostedZone.Id": "Z0123456789ABCDEFGHIJ", "AWS::Route53::AliasTarget.HostedZoneId": "Z2FDTNDATAQYW2",
}  # fmt: skip
# What is often meant where a pattern cannot be parsed or looks around too much to be met by chance.
USUAL = [
    *FORMATS.values(), "a", "A", "1", "0", "aa", "orders", "Orders", "1.0.0", "12345678", "123456789012", "us-east-1", "us-east-1a", "https://example.com",
    "s3://orders/key", "12345678-1234-1234-1234-123456789012", "example.com", "/orders", "$LATEST", "orders.fifo", "rate(1 hour)", "orders@1", "AAAA",
    "aA1!aA1!aA1!", "+12065550100", "2026-01-02", "03:04", "mon:03:00-mon:04:00", "10", "true", "192.0.2.1/32", "arn:aws:s3:::orders", "arn:aws:fsx:us-east-1:123456789012:volume/orders",
]  # fmt: skip


def matches(pattern, text):
    """Whether the pattern is found in the text. One that `regex` does not read, or not in a second, admits nothing, as with cfn-lint."""
    try:
        return regex.search(pattern, text, timeout=1) is not None
    except (TimeoutError, regex.error):
        return False


def _parsed(pattern):
    """The pattern as Python's parser reads it; None where it reads it differently."""

    def unicode_class(found):
        inside = CLASSES.get(found[2] or found[3])
        if inside is None or found[1] == "P":
            raise ValueError
        before = pattern[: found.start()]
        in_class = before.count("[") - before.count("\\[") > before.count("]") - before.count("\\]")
        return inside if in_class else f"[{inside}]"

    try:
        text = re.sub(r"\\([pP])(?:\{\^?([A-Za-z]+)\}|([A-Z]))", unicode_class, pattern)
        text = re.sub(r"\[:(\w+):\]", lambda found: CLASSES[found[1]], text)
        text = text.replace("(?i)", "").replace("\\z", "\\Z").replace("(?<", "(?P<").replace("(?P<=", "(?<=").replace("(?P<!", "(?<!")
        return _parser.parse(text)
    except (ValueError, KeyError, re.error, RecursionError, OverflowError):
        return None


def _members(items):
    """The characters of the alphabet in a class, and others that the class names."""
    negated = bool(items) and items[0][0] is op.NEGATE
    chosen, named = set(), []
    for kind, value in items:
        if kind is op.LITERAL:
            named.append(chr(value))
        elif kind is op.RANGE:
            named.append(chr(value[0]))
            chosen.update(each for each in ALPHABET if value[0] <= ord(each) <= value[1])
        elif kind is op.CATEGORY:
            chosen.update(each for each in ALPHABET if _in_category(value, each))
    chosen.update(named)
    if negated:
        return [each for each in ALPHABET if each not in chosen]
    return [each for each in ALPHABET if each in chosen] + sorted(set(named) - set(ALPHABET))


def _in_category(category, each):
    # As in AWS's services (Java), these classes are ASCII; `regex` has more in them.
    if not each.isascii():
        return "NOT" in str(category)
    name = str(category)
    inside = {"DIGIT": each.isdigit(), "SPACE": each.isspace(), "WORD": each.isalnum() or each == "_"}[name.rsplit("_", 1)[1]]
    return inside != ("NOT" in name)


def _text(parsed, rng, grow, groups):
    """A text for the parsed pattern; `grow` is how many more repetitions than necessary there may be. Look-around is left to the check."""
    out = []
    for kind, value in parsed:
        if kind is op.LITERAL:
            out.append(chr(value))
        elif kind is op.NOT_LITERAL:
            out.append(next(each for each in ALPHABET if ord(each) != value))
        elif kind is op.ANY:
            out.append(rng.choice(ALPHABET[:36]))
        elif kind is op.IN:
            members = _members(value)
            if not members:
                raise ValueError("an empty class")
            # Mostly a common character of the class, now and then any.
            out.append(rng.choice(members[:26]) if rng.random() < 0.9 else rng.choice(members))
        elif kind is op.BRANCH:
            out.append(_text(rng.choice(value[1]), rng, grow, groups))
        elif kind is op.SUBPATTERN:
            text = _text(value[3], rng, grow, groups)
            groups[value[0]] = text
            out.append(text)
        elif kind is op.ATOMIC_GROUP:
            out.append(_text(value, rng, grow, groups))
        elif kind is op.GROUPREF:
            out.append(groups.get(value, ""))
        elif kind in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
            low, high, inner = value
            more = min(grow, 70_000 if high is op.MAXREPEAT else high - low)
            out.extend(_text(inner, rng, grow if len(out) < 4 else min(grow, 4), groups) for _ in range(low + (rng.randint(0, more) if more else 0)))
    return "".join(out)


def valid(rng, patterns=(), least=0, most=None, formats=()):
    """A text that all patterns, lengths and formats admit, or None if none was found."""
    most = max(least, 200) if most is None else most

    def fits(text):
        return least <= len(text) <= most and all(matches(pattern, text) for pattern in patterns)

    candidates = [FORMATS[each] for each in formats if each in FORMATS]
    if not patterns and not candidates:
        candidates = [(f"orders{rng.randrange(1000)}" + "x" * least)[: max(least, min(most, 9))]]
    for text in candidates:
        if fits(text):
            return text
    for pattern in patterns:
        parsed = _parsed(pattern)
        if parsed is None:
            continue
        for grow, tries in ((0, 6), (1, 10), (3, 15), (8, 15), (20, 10), (40, 10), (70, 5), (max(least, 1), 5)):
            for _ in range(tries):
                try:
                    text = _text(parsed, rng, grow, {})
                except (ValueError, StopIteration, RecursionError):
                    break
                # A pattern without anchors admits more before and behind.
                for each in (text, text + "a" * (least - len(text)), text[:most]):
                    if fits(each):
                        return each
    return next((text for each in USUAL for text in (each, each + "a" * (least - len(each))) if fits(text)), None)


def refused(pattern, text, least, most):
    """A text near this one that the pattern refuses, of a length that is allowed, or None if none was found."""
    most = len(text) + 8 if most is None else most
    middle = len(text) // 2
    for odd in ("!", " ", "\u00a7", "/", "_", "A", "a", "1", "-", "~\u00a7~"):
        for each in (text[:middle] + odd + text[middle + 1 :], text + odd, odd + text, text[: len(text) - 1], text[1:], odd * max(least, 1), ""):
            if least <= len(each) <= most and not matches(pattern, each) and "{{" not in each:
                return each
    return None
