"""Resources as a `.dr` file, one on each line, and what drc finds on the lines."""

import json
import re
import subprocess
from decimal import Decimal

WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
HEAD = 'platform cases {{ rto = 1d, rpo = 1d }}\nregion primary = {region}\n'
HEAD_LINES = HEAD.count("\n")
# Below CloudFormation's limits of a stack, beyond which drc has something else to say.
MOST_RESOURCES, MOST_BYTES = 300, 500_000
# What is found before resources are held against their schemas, and ends the run.
BEFORE = {"DR0502"}
ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


class Unwritable(Exception):
    """A value that the language has no literal for."""


def text(value):
    """A text as a literal."""
    out = "".join(ESCAPES.get(each) or (each if each.isprintable() else f"\\u{{{ord(each):x}}}") for each in value)
    return '"' + out.replace("${", "$${") + '"'


def literal(value):
    """A JSON value as an expression."""
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            if abs(value) >= 10**15:
                raise Unwritable("a number of more than 15 digits")
            return format(Decimal(repr(value)), "f")
        case str():
            return text(value)
        case list():
            return "[" + ", ".join(map(literal, value)) + "]"
        case dict():
            return "{ " + ", ".join(f"{key(name)}: {literal(inner)}" for name, inner in value.items()) + " }" if value else "{}"
    raise Unwritable(f"{value!r} is no value of the language")


def key(name):
    return name if WORD.match(name) else text(name)


def resource(name, kind, properties):
    """A resource on one line."""
    inner = ", ".join(f"{key(each)} = {literal(value)}" for each, value in properties.items())
    return f"resource {name}: {kind} in primary {{ {inner} }}"


def files(region, lines):
    """The lines as files, each below the limits of a stack: pairs of text and the numbers of its cases."""
    part, size = [], 0
    for at, line in enumerate(lines):
        if part and (len(part) == MOST_RESOURCES or size + len(line) > MOST_BYTES):
            yield _file(region, part)
            part, size = [], 0
        part.append((at, line))
        size += len(line)
    if part:
        yield _file(region, part)


def _file(region, part):
    return HEAD.format(region=region) + "".join(f"{line}\n" for _, line in part), [at for at, _ in part]


def check(drc, region, lines, folder):
    """What drc says about each line: lists of code and message. Findings about no line are an error of this script."""
    found = [[] for _ in lines]
    for number, (content, cases) in enumerate(files(region, lines)):
        path = folder / f"{region}-{number}.dr"
        path.write_text(content, encoding="utf-8")
        command = [drc, "check", str(path), "--format", "json", "--max-errors", "0"]
        result = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
        if result.returncode not in (0, 1) or not result.stdout:
            raise RuntimeError(f"drc ends with {result.returncode} on {path}: {result.stderr[:2000]}")
        for finding in json.loads(result.stdout)["diagnostics"]:
            line = finding["range"] and finding["range"]["start"]["line"] - HEAD_LINES - 1
            if line is None or not 0 <= line < len(cases):
                raise RuntimeError(f"drc: {finding['code']} is about no case: {finding['message']}")
            # What the rules of recovery say comes after the schemas, and is no concern of theirs.
            if "/" in finding["code"] or finding["code"].startswith("DR04"):
                continue
            if not finding["code"].startswith("DR05") or finding["code"] in BEFORE:
                raise RuntimeError(f"drc: {finding['code']} on {path}:{line + HEAD_LINES + 1}, and so resources were not looked at: {finding['message']}")
            found[cases[line]].append((finding["code"], finding["message"]))
    return found
