"use strict";
// asl-validator over every machine, then what it does not ask: expressions that parse, variables that exist, and scopes.
// Writes down which members of answers the expressions read, so that calls.py can compare them with the services' models.

const fs = require("fs");
const validate = require("asl-validator");
const jsonata = require("jsonata");
const { expressionIn, machines, verdict } = require("./common.cjs");

// Functions of JSONata 2.0 and those that Step Functions adds ($eval is refused there).
// Sources: docs.jsonata.org; Step Functions developer guide, "Transforming data with JSONata".
const FUNCTIONS = new Set(
  (
    "string length substring substringBefore substringAfter uppercase lowercase trim pad contains split join match replace " +
    "base64encode base64decode encodeUrlComponent encodeUrl decodeUrlComponent decodeUrl number abs floor ceil round power " +
    "sqrt random formatNumber formatBase formatInteger parseInteger sum max min average boolean not exists count append " +
    "sort reverse shuffle distinct zip keys lookup spread merge sift each error assert type now millis fromMillis toMillis " +
    "map filter single reduce partition range hash parse uuid"
  ).split(" "),
);
// Step Functions developer guide, "Passing data between states with variables" and "Service quotas".
const MAXIMUM_VARIABLE = 80;
const MAXIMUM_DEFINITION = 1_048_576;

/** Walks an expression: which variables are free, and which members are read below which variable. */
function inspect(node, bound, found) {
  if (Array.isArray(node)) return node.forEach((inner) => inspect(inner, bound, found));
  if (node === null || typeof node !== "object" || node instanceof RegExp) return;
  if (node.type === "variable") {
    if (node.value !== "" && !bound.has(node.value)) found.free.add(node.value);
    return;
  }
  const parameters = bound;
  if (node.type === "path") {
    const read = pathOf(node, bound);
    if (read) found.reads.push(read);
  }
  if (node.type === "bind") {
    bound.set(node.lhs.value, undefined);
    return inspect(node.rhs, bound, found);
  }
  if (node.type === "block") bound = new Map(bound);
  if (node.type === "lambda") {
    bound = new Map(bound);
    node.arguments.forEach((argument) => bound.set(argument.value, undefined));
    return inspect(node.body, bound, found);
  }
  if (node.type === "function") {
    inspect(node.procedure, bound, found);
    const [list, ...others] = node.arguments;
    if (list) inspect(list, bound, found);
    for (const argument of others) {
      if (argument.type === "lambda") {
        // The function's parameter is an element of the first argument.
        const inner = new Map(bound);
        argument.arguments.forEach((name, at) => inner.set(name.value, at === 0 && list ? pathOf(list, bound) : undefined));
        inspect(argument.body, inner, found);
      } else {
        inspect(argument, bound, found);
      }
    }
    return;
  }
  for (const key of ["lhs", "rhs", "expression", "expressions", "condition", "then", "else", "steps", "predicate", "stages", "expr", "terms"]) {
    if (node[key] !== undefined) inspect(node[key], node.type === "block" ? bound : parameters, found);
  }
}

/** `$seen.A.B` as a root and members; undefined if the path starts elsewhere. */
function pathOf(node, bound) {
  const steps = node.type === "path" ? node.steps : [node];
  const [first, ...rest] = steps;
  if (!first || first.type !== "variable") return undefined;
  const members = [];
  for (const step of rest) {
    if (step.type !== "name") break;
    members.push(step.value);
  }
  if (!bound.has(first.value)) return { root: first.value, members };
  const outer = bound.get(first.value);
  return outer && { root: outer.root, members: [...outer.members, ...members] };
}

/** All strings of a state that may be expressions, without the states inside of it. */
function* strings(value, place) {
  if (typeof value === "string") yield [place, value];
  else if (Array.isArray(value)) for (const [at, inner] of value.entries()) yield* strings(inner, `${place}/${at}`);
  else if (value && typeof value === "object") {
    for (const [key, inner] of Object.entries(value)) {
      if (key === "Branches" || key === "ItemProcessor" || key === "Iterator") continue;
      yield* strings(inner, `${place}/${key}`);
    }
  }
}

/** The variables that a state assigns, at its top, in its choices and in its catches. */
function assigned(state) {
  return [state, ...(state.Choices ?? []), ...(state.Catch ?? [])].flatMap((part) => Object.keys(part.Assign ?? {}));
}

function checkScope(name, scope, outer, findings, reads) {
  const own = new Set(Object.values(scope.States).flatMap(assigned));
  for (const variable of own) {
    if (outer.has(variable)) findings.push(`${name}: \`${variable}\` is assigned in a branch and around it; AWS refuses that`);
    if (variable.length > MAXIMUM_VARIABLE || variable === "states" || !/^[\p{ID_Start}_][\p{ID_Continue}]*$/u.test(variable)) {
      findings.push(`${name}: \`${variable}\` is no name for a variable`);
    }
  }
  const visible = new Set([...outer, ...own]);
  let expressions = 0;
  for (const [title, state] of Object.entries(scope.States)) {
    for (const [place, text] of strings(state, title)) {
      const source = expressionIn(text);
      if (source === undefined) {
        if (/\{%|%\}/.test(text)) findings.push(`${name}: ${place}: \`${text}\` is half an expression`);
        continue;
      }
      expressions += 1;
      let tree;
      try {
        tree = jsonata(source).ast();
      } catch (error) {
        findings.push(`${name}: ${place}: ${error.message} in ${source}`);
        continue;
      }
      const found = { free: new Set(), reads: [] };
      inspect(tree, new Map(), found);
      for (const variable of found.free) {
        if (variable !== "states" && !visible.has(variable) && !FUNCTIONS.has(variable)) {
          findings.push(`${name}: ${place}: nothing assigns \`$${variable}\``);
        }
      }
      for (const read of found.reads) reads.push({ machine: name, place, ...read });
    }
    for (const branch of [...(state.Branches ?? []), ...[state.ItemProcessor, state.Iterator].filter(Boolean)]) {
      expressions += checkScope(name, branch, visible, findings, reads);
    }
  }
  return expressions;
}

const [out, readsFile] = process.argv.slice(2);
const findings = [];
const reads = [];
const all = machines(out);
let expressions = 0;
for (const { name, file } of all) {
  const text = fs.readFileSync(file, "utf8");
  if (Buffer.byteLength(text) > MAXIMUM_DEFINITION) findings.push(`${name}: larger than AWS allows`);
  // The validator writes into what it is given.
  const result = validate(JSON.parse(text), { checkPaths: true, checkArn: true });
  if (!result.isValid) findings.push(`${name}: ${result.errorsText("; ")}`);
  expressions += checkScope(name, JSON.parse(text), new Set(), findings, reads);
}
fs.writeFileSync(readsFile, JSON.stringify(reads));
verdict("asl-validator", { machines: all.length, expressions }, findings);
