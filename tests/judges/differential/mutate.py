"""Single changes of a valid resource: each breaks one thing, or goes as far as is allowed."""

import copy
import re

from generate import Impossible, same_keys
from texts import matches, refused

# Longer texts and lists are not written: a template would be beyond its limits.
LONGEST_TEXT, LONGEST_LIST = 70_000, 300


# Texts for a format: some that do not have it, and some that just have it.
FORMS = {
    "date-time": [
        ("a text of another format", "value"), ("a date without a time", "2026-01-02"), ("a time without an offset", "2026-01-02T03:04:05"),
        ("a time with an offset", "2026-01-02T03:04:05+02:00"), ("a time with a fraction", "2026-01-02T03:04:05.678Z"),
    ],
    "ipv4-network": [
        ("a text of another format", "value"), ("a network with bits of a host", "10.0.0.18/18"), ("an address", "10.0.0.0"),
        ("a network with a length that cannot be", "10.0.0.0/33"), ("all addresses", "0.0.0.0/0"),
    ],
    "ipv6-network": [
        ("a text of another format", "value"), ("a network with bits of a host", "2001:db8::1/56"),
        ("a network with a length that cannot be", "2001:db8::/129"), ("all addresses", "::/0"),
    ],
}  # fmt: skip


class Mutation:
    """A change: the rule that it is meant to break, in words what it does, and the changed properties."""

    def __init__(self, rule, what, path, properties):
        self.rule, self.what, self.path, self.properties = rule, what, path, properties

    @property
    def place(self):
        """The place of the change, with `*` for an item."""
        return "/".join("*" if isinstance(part, int) else str(part) for part in self.path)


def mutations(properties, maker):
    """All changes of the resource, in a fixed order. Pairs with None instead of properties count what could not be made."""
    found = []
    for path in sorted(maker.met, key=str):
        try:
            value = _at(properties, path)
        except (KeyError, IndexError, TypeError):
            continue
        for rule, what, changed in _of(value, maker.met[path], maker, path):
            if changed is None:
                found.append(Mutation(rule, what, path, None))
                continue
            place, new = changed
            whole = _with(properties, place, new)
            if whole != properties or isinstance(new, bool):
                found.append(Mutation(rule, what, place, whole))
    found.extend(_read_only(properties, maker))
    return found


def _at(value, path):
    for part in path:
        value = value[part]
    return value


REMOVED = object()


def _with(properties, path, new):
    whole = copy.deepcopy(properties)
    if not path:
        return new
    inside = _at(whole, path[:-1])
    if new is REMOVED:
        del inside[path[-1]]
    else:
        inside[path[-1]] = new
    return whole


def _of(value, found, maker, path):
    """The changes at one place: rule, words, and place with new value."""
    if path:
        yield from _kind(value, found, path)
        yield from _member(value, found, path)
    if isinstance(value, dict):
        yield from _object(value, found, maker, path)
    elif isinstance(value, list):
        yield from _array(value, found, path)
    elif isinstance(value, str):
        yield from _string(value, found, path)
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        yield from _number(value, found, path)


def _kind(value, found, path):
    """A value of another type; and texts that CloudFormation reads as the number or the truth value that they spell."""
    types = found.get("type")
    if types is None:
        return
    types = set(types if isinstance(types, list) else [types])
    for kind, wrong in (("a map", {"Key": "value"}), ("a list", ["value"]), ("a text", "value")):
        fits = {"a map": "object", "a list": "array", "a text": "string"}[kind] in types
        if not fits and type(wrong) is not type(value):
            yield "E3012", kind, (path, wrong)
    if "enum" in found or "patterns" in found or "formats" in found:
        return
    if isinstance(value, (bool, int)) and "string" not in types:
        yield "E3012", "a number or truth value as a text", (path, str(value).lower())
    if isinstance(value, int) and not isinstance(value, bool) and types == {"integer"}:
        # Inside of what is allowed, so that nothing else is wrong with it.
        inside = next((each for each in (value + 0.5, value - 0.5) if found.get("minimum", each) <= each <= found.get("maximum", each)), None)
        if inside is not None:
            yield "E3012", "a fraction for an integer", (path, inside)
    if isinstance(value, str) and types == {"string"} and found.get("minLength", 0) <= 1:
        yield "E3012", "a number for a text", (path, 7)
    if isinstance(value, (int, float)) and "boolean" not in types and not isinstance(value, bool):
        yield "E3012", "a truth value for a number", (path, True)


def _member(value, found, path):
    if "enum" in found:
        members = found["enum"]
        if isinstance(value, str):
            yield "E3030", "no member of the enumeration", (path, "NoSuchMember")
            if value.swapcase() not in members:
                yield "E3030", "a member in another case", (path, value.swapcase())
        elif not isinstance(value, bool):
            yield "E3030", "no member of the enumeration", (path, next(each for each in range(7, 10_000) if each not in members))
    if "enumCaseInsensitive" in found and isinstance(value, str):
        yield "E3030", "no member of the enumeration", (path, "nosuchmember")
        yield "E3030", "a member in another case", (path, value.swapcase())


def _string(value, found, path):
    if "enum" in found or "enumCaseInsensitive" in found:
        return
    patterns = found.get("patterns", [])
    least, most = found.get("minLength", 0), found.get("maxLength")
    for pattern in patterns:
        text = refused(pattern, value, least, most)
        yield "E3031", f"a text that {_described(pattern)} refuses", None if text is None else (path, text)
    if "minLength" in found and least > 0:
        yield "E3033", "a text that is too short", (path, value[: least - 1])
    if most is not None:
        if most >= LONGEST_TEXT:
            yield "E3033", "a text that is too long", None
        else:
            filler = value[-1:] or "a"
            # cfn-lint measures JSON only where it is JSON.
            longer = '{"a":"' + "a" * (most - 7) + '"}' if "json" in found.get("formats", []) else value + filler * (most + 1 - len(value))
            yield "E3033", "a text that is too long", (path, longer)
            longest = value + filler * (most - len(value))
            if "formats" not in found and all(matches(pattern, longest) for pattern in patterns):
                yield "E3033", "a text as long as can be", (path, longest)
    for kind in found.get("formats", []):
        for what, text in FORMS.get(kind, []):
            if all(matches(pattern, text) for pattern in patterns):
                yield "E3002", what, (path, text)


def _described(pattern):
    """What a pattern has that not every reader of patterns can read."""
    if re.search(r"\(\?[=!<]", pattern):
        return "a pattern with look-around"
    if re.search(r"\\[pP]\{|\[:|\\u", pattern):
        return "a pattern with classes of Unicode"
    return "the pattern"


def _number(value, found, path):
    if "minimum" in found:
        yield "E3034", "a number below the least", (path, found["minimum"] - 1)
        yield "E3034", "the least number", (path, found["minimum"])
    if "maximum" in found:
        yield "E3034", "a number above the greatest", (path, found["maximum"] + 1)
        yield "E3034", "the greatest number", (path, found["maximum"])
    if "exclusiveMinimum" in found:
        yield "E3034", "a number that is excluded", (path, found["exclusiveMinimum"])
    if "exclusiveMaximum" in found:
        yield "E3034", "a number that is excluded", (path, found["exclusiveMaximum"])
    if "multipleOf" in found:
        yield "E3002", "no multiple", (path, value + found["multipleOf"] / 2)


def _array(value, found, path):
    least, most = found.get("minItems", 0), found.get("maxItems")
    if least > 0 and len(value) == least:
        yield "E3032", "too few items", (path, value[: least - 1])
    if most is not None:
        more = _different(value, most + 1, found.get("uniqueItems"))
        yield "E3032", "too many items", None if more is None else (path, more)
    if value and (most is None or len(value) < most):
        yield "E3037", "an item twice", (path, [*value, value[-1]])
    if found.get("uniqueKeys") and value and isinstance(value[0], dict) and not same_keys(found["uniqueKeys"], value):
        spare = next((name for name, inner in value[0].items() if name not in found["uniqueKeys"] and isinstance(inner, str)), None)
        if spare:
            yield "E3002", "two items with the same keys", (path, [*value, {**value[0], spare: value[0][spare] + "x"}])


def _different(items, count, unique):
    """That many items, made by repeating; different ones where they must be."""
    if not items or count > LONGEST_LIST or (unique and not isinstance(items[-1], str)):
        return None
    out = list(items)
    while len(out) < count:
        out.append(f"{items[-1]}{len(out)}" if unique else items[-1])
    return out


def _object(value, found, maker, path):
    if found.get("additionalProperties") is False:
        yield "E3002", "an unknown property", ((*path, "NoSuchProperty"), "value")
        if name := next((name for name in sorted(value) if len(name) > 3), None):
            yield "E3002", "a misspelt property", ((*path, name[:-2] + name[-1] + name[-2]), copy.deepcopy(value[name]))
    for name in found.get("required", []):
        if name in value:
            yield "E3003", "a required property is missing", ((*path, name), REMOVED)
    yield from _groups(value, found, maker, path)
    yield from _choices(value, found, maker, path)
    if found.get("maxProperties", 60) < 60:
        yield "E3002", "too many properties", _more(value, found, maker, path, found["maxProperties"] + 1)
    if found.get("minProperties") and path:
        yield "E3002", "too few properties", (path, {})


def _groups(value, found, maker, path):
    """Properties that need or exclude each other."""
    for rule, groups in (("E3014", found.get("xor", [])), ("E3058", found.get("or", []))):
        for group in groups:
            yield rule, "none of a group", (path, {name: inner for name, inner in value.items() if name not in group})
            other = next((name for name in group if name not in value), None)
            if other is not None:
                yield rule, "two of a group", _added(value, found, maker, path, other)
    for name, others in sorted(found.get("dependentExcluded", {}).items()):
        for other in others:
            yield "E3020", "properties that exclude each other", _added(value, found, maker, path, name, other)
    for name, others in sorted(found.get("dependentRequired", {}).items()):
        lacking = {each: inner for each, inner in value.items() if each not in others}
        yield "E3021", "a property without the one it needs", _added(lacking, found, maker, path, name)


def _choices(value, found, maker, path):
    """No branch of a choice, and two branches."""
    for kind, branches, at in found.get("choices", []):
        rule = "E3018" if kind == "oneOf" else "E3017"
        sets = [branch.get("required", []) if isinstance(branch, dict) else [] for branch in branches]
        named = {name for names in sets for name in names}
        if any(name in value for name in named):
            yield rule, "no branch of a choice", (path, {name: inner for name, inner in value.items() if name not in named})
        for other, names in enumerate(sets):
            if other != at and any(name not in value for name in names):
                yield rule, "another branch of a choice too", _added(value, found, maker, path, *names)


def _more(value, found, maker, path, count):
    """The object with that many properties."""
    whole = dict(value)
    while len(whole) < count:
        try:
            name = maker.further(found, whole, path)
            whole[name] = maker.value(maker.property(found, name), (*path, name))
        except Impossible:
            return None
    return path, whole


def _added(value, found, maker, path, *names):
    """The object with properties that it does not have yet."""
    whole = dict(value)
    for name in names:
        if name not in whole:
            try:
                whole[name] = maker.value(maker.property(found, name), (*path, name))
            except Impossible:
                return None
    return path, whole


def _read_only(properties, maker):
    """A property that can be read only is set; what stands around it is there already, or is the property itself."""
    for pointer in sorted(maker.read_only):
        for path in _places(properties, pointer):
            try:
                value = maker.value(maker.property(maker.met.get(path[:-1], {}), path[-1]), path)
            except Impossible:
                continue
            yield Mutation("E3040", "a property that can only be read", path, _with(properties, path, value))
            break


def _places(value, pointer, path=()):
    """Where the last part of the pointer can be set."""
    if len(pointer) == 1:
        if isinstance(value, dict) and pointer[0] != "*" and pointer[0] not in value:
            yield (*path, pointer[0])
    elif pointer[0] == "*" and isinstance(value, list):
        for at, inner in enumerate(value):
            yield from _places(inner, pointer[1:], (*path, at))
    elif isinstance(value, dict) and pointer[0] in value:
        yield from _places(value[pointer[0]], pointer[1:], (*path, pointer[0]))
