"""A valid resource of a type, made from its schema: what is required, at random more, and for every place the schema that it met."""

import copy

from texts import matches, valid

JSON_TYPES = ("string", "object", "array", "boolean", "integer", "number")
# Below this depth nothing is added that is not required.
DEEPEST = 4


class Impossible(Exception):
    """No value was found; another choice of branches may have one."""


def merge(one, two):
    """The schema of what meets both. Keywords that are no restriction are left out."""
    out = dict(one)
    for key, value in two.items():
        if key not in out:
            out[key] = value
        elif key in ("properties", "patternProperties"):
            out[key] = {**out[key], **{name: {"allOf": [out[key][name], inner]} if name in out[key] else inner for name, inner in value.items()}}
        elif key == "required":
            out[key] = [*out[key], *(name for name in value if name not in out[key])]
        elif key == "type":
            both = [each for each in _types(out[key]) if each in _types(value) or (each == "integer" and "number" in _types(value))]
            both += [each for each in _types(value) if each == "integer" and "number" in _types(out[key]) and each not in both]
            if not both:
                raise Impossible("no type is left")
            out[key] = both
        elif key == "enum":
            out[key] = [each for each in out[key] if each in value]
        elif key in ("minLength", "minItems", "minimum", "exclusiveMinimum", "minProperties"):
            out[key] = max(out[key], value)
        elif key in ("maxLength", "maxItems", "maximum", "exclusiveMaximum", "maxProperties"):
            out[key] = min(out[key], value)
        elif key == "items":
            out[key] = {"allOf": [out[key], value]}
        elif key == "additionalProperties":
            out[key] = out[key] and value
        elif key in ("patterns", "formats", "xor", "or", "nots", "choices", "if"):
            out[key] = [*out[key], *value]
        elif key in ("dependentRequired", "dependentExcluded"):
            out[key] = {**out[key], **{name: [*out[key].get(name, []), *each] for name, each in value.items()}}
    return out


def _types(value):
    return list(value) if isinstance(value, list) else [value]


def _own(node):
    """The restrictions of a node itself, in the form in which they can be merged."""
    out = {}
    for key, value in node.items():
        match key:
            case "pattern":
                out["patterns"] = [value]
            case "format":
                out["formats"] = [value]
            case "requiredXor":
                out["xor"] = [value]
            case "requiredOr":
                out["or"] = [value]
            case "not":
                out["nots"] = [value]
            case "const":
                out["enum"] = [value]
            case "dependencies":
                lists = {name: each for name, each in value.items() if isinstance(each, list)}
                out = merge(out, {"dependentRequired": lists}) if lists else out
            case "allOf" | "anyOf" | "oneOf" | "$ref" | "then" | "else":
                pass
            case "if":
                out["if"] = [(value, node.get("then", True), node.get("else", True))]
            case "items" if not isinstance(value, dict):
                pass
            case _:
                out[key] = value
    return out


class Maker:
    """Makes values for one schema. `met` holds for every place the merged schema of what was made there."""

    def __init__(self, schema, rng, more=0.0, bold=False):
        self.schema, self.rng, self.more, self.bold = schema, rng, more, bold
        self.met = {}
        self.read_only = {tuple(pointer.split("/")[2:]) for pointer in schema.get("readOnlyProperties", [])}

    def resource(self):
        """Properties of a resource."""
        self.met = {}
        return self.value(self.schema, ())

    def flat(self, node, depth=0):
        """The node with everything it refers to and one branch of each choice, as one schema."""
        if node is True:
            return {}
        if node is False or depth > 40:
            raise Impossible("nothing fits here")
        if "$ref" in node:
            out = self.flat(self.resolve(node["$ref"]), depth + 1)
            siblings = {key: value for key, value in node.items() if key != "$ref"}
            return merge(out, self.flat(siblings, depth + 1)) if siblings else out
        out = _own(node)
        for inner in node.get("allOf", []):
            out = merge(out, self.flat(inner, depth + 1))
        for key in ("oneOf", "anyOf"):
            if branches := node.get(key):
                out = self.choose(out, key, branches, depth)
        return out

    def choose(self, out, key, branches, depth):
        """One branch that fits to what is known already; which one it was is kept for mutations."""
        order = list(range(len(branches)))
        self.rng.shuffle(order)
        for at in order:
            try:
                merged = merge(out, self.told_apart(branches, at, self.flat(branches[at], depth + 1)) if key == "oneOf" else self.flat(branches[at], depth + 1))
                return merge(merged, {"choices": [(key, branches, at)]})
            except Impossible:
                continue
        raise Impossible("no branch fits")

    def told_apart(self, branches, at, found):
        """The branch with a property that no other one has, where nothing else would tell it from the others."""
        others = {name for other, branch in enumerate(branches) if other != at for name in branch.get("properties", {})}
        own = [name for name in found.get("properties", {}) if name not in others]
        return merge(found, {"required": [self.rng.choice(own)]}) if own and not found.get("required") else found

    def resolve(self, pointer):
        node = self.schema
        for part in pointer.removeprefix("#/").split("/"):
            node = node[part.replace("~1", "/").replace("~0", "~")]
        return node

    def value(self, node, path):
        """A value for the node at this place."""
        if len(path) > 24:
            raise Impossible("too deep")
        found = self.flat(node)
        made = self.of(found, path)
        for condition, then, otherwise in found.get("if", []):
            # Conditions are few: what they ask is merged in, and the judge says whether it was right.
            extra = then if self.holds(condition, made) else otherwise
            if extra is not True:
                found = merge(found, self.flat(extra))
                made = self.of(found, path)
        self.met[path] = found
        return made

    def holds(self, condition, made):
        """A rough reading of an `if`: which properties are there, and their constants."""
        if not isinstance(made, dict) or not all(name in made for name in condition.get("required", [])):
            return False
        return all(made.get(name) == inner["const"] for name, inner in condition.get("properties", {}).items() if "const" in inner)

    def of(self, found, path):
        if "enum" in found or "enumCaseInsensitive" in found:
            return self.member(found)
        kinds = _types(found["type"]) if "type" in found else self.kinds(found)
        kind = kinds[0] if self.rng.random() < 0.7 else self.rng.choice(kinds)
        if kind not in JSON_TYPES:
            kind = "string"
        return getattr(self, f"{kind}_")(found, path)

    def kinds(self, found):
        """What a schema without a type is about."""
        if any(key in found for key in ("properties", "required", "patternProperties", "xor", "or", "minProperties")):
            return ["object"]
        if any(key in found for key in ("items", "prefixItems", "minItems", "maxItems")):
            return ["array"]
        if any(key in found for key in ("minimum", "maximum")):
            return ["integer"]
        return ["string"]

    def member(self, found):
        members = [each for each in found.get("enum", found.get("enumCaseInsensitive")) if each is not None]
        members = [each for each in members if all(matches(pattern, str(each)) for pattern in found.get("patterns", []))]
        members = [each for each in members if not isinstance(each, str) or "minLength" not in found or len(each) >= found["minLength"]]
        if not members:
            raise Impossible("no member of the enumeration fits")
        return self.rng.choice(members)

    def string_(self, found, path):
        text = valid(self.rng, found.get("patterns", []), found.get("minLength", 0), found.get("maxLength"), found.get("formats", []))
        if text is None:
            raise Impossible(f"no text for {found.get('patterns')}")
        return text

    def boolean_(self, found, path):
        return self.rng.random() < 0.5

    def integer_(self, found, path):
        return int(self.number(found, 1))

    def number_(self, found, path):
        number = self.number(found, found.get("multipleOf", 1))
        return int(number) if number == int(number) else round(number, 4)

    def number(self, found, step):
        low = max(found.get("minimum", float("-inf")), found.get("exclusiveMinimum", float("-inf")) + step)
        high = min(found.get("maximum", float("inf")), found.get("exclusiveMaximum", float("inf")) - step)
        if low > high:
            raise Impossible("no number fits")
        if low == float("-inf"):
            low = min(high, 1) if high != float("inf") else 1
        high = min(high, low + 20 * step)
        return low + step * self.rng.randint(0, max(0, int((high - low) / step)))

    def array_(self, found, path):
        least, most = found.get("minItems", 0), found.get("maxItems", 1_000)
        if least > 2_000:
            raise Impossible("too many items")
        count = least
        if self.more and least == 0 and most > 0 and len(path) < DEEPEST:
            count = 1
        prefix, made = found.get("prefixItems", []), []
        for at in range(count):
            node = prefix[at] if at < len(prefix) else True
            node = {"allOf": [node, found["items"]]} if "items" in found and node is not True else found.get("items", {"type": "string"})
            for _ in range(30):
                each = self.value(node, (*path, at))
                if not found.get("uniqueItems") or each not in made:
                    if not same_keys(found.get("uniqueKeys"), [*made, each]):
                        break
            else:
                raise Impossible("no more different items")
            made.append(each)
        return made

    def object_(self, found, path):
        known = found.get("properties", {})
        names = list(found.get("required", []))
        for group in found.get("xor", []):
            if not any(name in names for name in group):
                names.append(self.rng.choice(group))
        for group in found.get("or", []):
            if not any(name in names for name in group):
                names.append(self.rng.choice(group))
        if self.more and len(path) < DEEPEST:
            names.extend(name for name in sorted(known) if name not in names and self.free(found, names, path, name))
        names = self.closed(found, names)
        # cfn-lint does not look at `maxProperties`; a valid resource keeps to it all the same.
        most = found.get("maxProperties", len(names))
        names = [name for at, name in enumerate(names) if at < most or name in found.get("required", [])]
        made = {}
        for name in names:
            try:
                made[name] = self.value(self.property(found, name), (*path, name))
            except Impossible:
                if name in found.get("required", []):
                    raise
        while len(made) < found.get("minProperties", 0):
            name = self.further(found, made, path)
            made[name] = self.value(self.property(found, name), (*path, name))
        return made

    def property(self, found, name):
        """The schema of a property by its name."""
        if name in found.get("properties", {}):
            return found["properties"][name]
        for pattern, node in found.get("patternProperties", {}).items():
            if matches(pattern, name):
                return node
        rest = found.get("additionalProperties", True)
        return {"type": "string"} if rest is True or rest == {} else rest

    def free(self, found, names, path, name):
        """Whether an optional property is added: at random, and only where nothing else is decided by it."""
        pattern = tuple("*" if isinstance(part, int) else part for part in (*path, name))
        if pattern in self.read_only or self.rng.random() >= self.more / (1 + len(path)):
            return False
        if any(name in group for group in found.get("xor", [])):
            return False
        if not self.bold and any(_mentions(branches, name) for _, branches, _ in found.get("choices", [])):
            return False
        excluded = found.get("dependentExcluded", {})
        return not any(other in names for other in excluded.get(name, [])) and not any(name in excluded.get(other, []) for other in names)

    def closed(self, found, names):
        """The names with those that they ask for."""
        names, asked = list(dict.fromkeys(names)), found.get("dependentRequired", {})
        for name in names:
            names.extend(other for other in asked.get(name, []) if other not in names)
        return names

    def further(self, found, made, path):
        """One more property, for a least number of them."""
        for name in sorted(found.get("properties", {})):
            if name not in made and (*path, name) not in self.read_only:
                return name
        if found.get("additionalProperties", True) is not False:
            return f"Key{len(made)}"
        for pattern in found.get("patternProperties", {}):
            name = valid(self.rng, [pattern], 1, 60)
            if name and name not in made:
                return name
        raise Impossible("no more properties")


def _mentions(node, name):
    """Whether a name stands anywhere in a schema: as a property or in a list of required ones."""
    if isinstance(node, dict):
        return name in node or any(_mentions(inner, name) for inner in node.values())
    if isinstance(node, list):
        return any(inner == name or _mentions(inner, name) for inner in node)
    return False


def same_keys(keys, items):
    """Whether two of the items are the same in all of the keys."""
    if not keys:
        return False
    seen = [[item.get(key) for key in keys] for item in items if isinstance(item, dict)]
    return any(each in seen[:at] for at, each in enumerate(seen))


def make(schema, rng, more=0.0, bold=False):
    """The properties of a resource and the schema met at each place, or None. `bold` also adds what a choice of branches may hang on."""
    maker = Maker(schema, rng, more, bold)
    try:
        made = maker.resource()
    except (Impossible, KeyError, RecursionError):
        return None
    return copy.deepcopy(made), maker
