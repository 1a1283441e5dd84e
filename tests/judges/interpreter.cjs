"use strict";
// Runs a state machine in JSONata mode against stubbed answers, with a clock of its own: what Amazon States Language says about
// order, variables, retries, catches and time, as far as our machines use it. Anything else is an error, not a guess.

const jsonata = require("jsonata");
const { expressionIn } = require("./common.cjs");

const MAXIMUM_EVENTS = 25_000;

/** An error that a state can catch. */
class StateError extends Error {
  constructor(error, cause) {
    super(`${error}: ${cause}`);
    this.output = { Error: error, Cause: cause };
  }
}

/** An end that nothing can catch, or a machine that AWS would refuse. */
class Broken extends Error {}

/**
 * `answer(service, operation, arguments, milliseconds, state, limit)` gives a result or throws a StateError; `seconds` on either says how long
 * it took, `limit` how long it may take, seconds. `watch(state, milliseconds)` is told each state that is entered.
 */
async function execute(machine, answer, input = {}, watch = () => {}) {
  const run = { answer, watch, events: 0, start: Date.UTC(2030, 0, 1), context: { Execution: { Id: "arn:execution", Name: "execution", Input: input } } };
  const limit = machine.TimeoutSeconds * 1000;
  const clock = { now: 0 };
  try {
    const output = await scope(machine, input, {}, clock, run);
    if (clock.now > limit) return { status: "TIMED_OUT", seconds: limit / 1000 };
    return { status: "SUCCEEDED", output, seconds: clock.now / 1000 };
  } catch (error) {
    if (!(error instanceof StateError)) throw error;
    if (clock.now > limit) return { status: "TIMED_OUT", seconds: limit / 1000 };
    return { status: "FAILED", ...error.output, seconds: clock.now / 1000 };
  }
}

async function scope(machine, input, outer, clock, run) {
  const variables = Object.create(outer);
  let name = machine.StartAt;
  for (;;) {
    if ((run.events += 1) > MAXIMUM_EVENTS) throw new Broken("more events than an execution may have");
    const state = machine.States[name];
    if (!state) throw new Broken(`there is no state \`${name}\``);
    run.watch(name, clock.now);
    const next = await enter(name, state, input, variables, clock, run);
    if (next.end) return next.output;
    input = next.output;
    name = next.to;
  }
}

async function enter(name, state, input, variables, clock, run) {
  const waits = state.Resource?.endsWith(".waitForTaskToken");
  const states = { input, context: { ...run.context, State: { Name: name }, ...(waits ? { Task: { Token: `token of ${name}` } } : {}) } };
  const evaluate = (value, more) => template(value, { ...states, ...more }, variables, clock, run, name);
  const leave = async (part, more, to) => {
    const assigned = part.Assign === undefined ? {} : await evaluate(part.Assign, more);
    const output = part.Output === undefined ? (more.result ?? more.errorOutput ?? input) : await evaluate(part.Output, more);
    Object.assign(variables, assigned);
    return { to, output, end: to === undefined };
  };
  switch (state.Type) {
    case "Succeed":
      return { end: true, output: state.Output === undefined ? input : await evaluate(state.Output, {}) };
    case "Fail":
      throw new StateError(await evaluate(state.Error, {}), await evaluate(state.Cause, {}));
    case "Pass":
      return leave(state, {}, state.Next);
    case "Wait":
      clock.now += (await evaluate(state.Seconds, {})) * 1000;
      return leave(state, {}, state.Next);
    case "Choice":
      for (const choice of state.Choices) {
        const holds = await evaluate(choice.Condition, {});
        if (typeof holds !== "boolean") throw new Broken(`${name}: a condition gives ${JSON.stringify(holds)}`);
        if (holds) return leave(choice, {}, choice.Next);
      }
      if (!state.Default) throw new StateError("States.NoChoiceMatched", name);
      return leave(state, {}, state.Default);
    case "Task":
    case "Parallel":
      return attempts(name, state, clock, leave, () => (state.Type === "Task" ? task(name, state, evaluate, clock, run) : parallel(state, input, variables, clock, run)));
    default:
      throw new Broken(`${name}: no state of type ${state.Type} is understood`);
  }
}

async function attempts(name, state, clock, leave, once) {
  const tried = new Map();
  for (;;) {
    let failure;
    try {
      const result = await once();
      return await leave(state, { result }, state.Next);
    } catch (error) {
      if (!(error instanceof StateError)) throw error;
      failure = error.output;
    }
    const retrier = (state.Retry ?? []).find((entry) => matches(entry.ErrorEquals, failure.Error));
    if (retrier) {
      const count = tried.get(retrier) ?? 0;
      if (count < (retrier.MaxAttempts ?? 3)) {
        tried.set(retrier, count + 1);
        const pause = (retrier.IntervalSeconds ?? 1) * (retrier.BackoffRate ?? 2) ** count;
        clock.now += Math.min(pause, retrier.MaxDelaySeconds ?? Infinity) * 1000;
        continue;
      }
    }
    const catcher = (state.Catch ?? []).find((entry) => matches(entry.ErrorEquals, failure.Error));
    if (!catcher) throw new StateError(failure.Error, failure.Cause);
    return leave(catcher, { errorOutput: failure }, catcher.Next);
  }
}

function matches(names, error) {
  return names.some((name) => name === error || name === "States.ALL" || (name === "States.TaskFailed" && error !== "States.Timeout"));
}

async function task(name, state, evaluate, clock, run) {
  const [, service, operation] = /:aws-sdk:([^:]+):([^:.]+)(?:\.waitForTaskToken)?$/.exec(state.Resource) ?? [];
  if (!service) throw new Broken(`no answer for ${state.Resource}`);
  const given = await evaluate(state.Arguments, {});
  const limit = state.TimeoutSeconds === undefined ? Infinity : await evaluate(state.TimeoutSeconds, {});
  if (!(limit > 0)) throw new Broken(`${name}: a time-out of ${limit}`);
  let result;
  try {
    result = run.answer(service, operation, given, clock.now, name, limit);
  } catch (error) {
    if (!(error instanceof StateError)) throw error;
    result = error;
  }
  const seconds = result.seconds ?? 1;
  clock.now += Math.min(seconds, limit) * 1000;
  if (clock.now === Infinity) throw new Broken("a call without a time-out gets no answer");
  if (seconds > limit) throw new StateError("States.Timeout", "the call got no answer in time");
  if (result instanceof StateError) throw result;
  return result.value;
}

async function parallel(state, input, variables, clock, run) {
  const results = [];
  let failed;
  for (const branch of state.Branches) {
    const own = { now: clock.now };
    try {
      results.push({ output: await scope(branch, input, variables, own, run), at: own.now });
    } catch (error) {
      if (!(error instanceof StateError)) throw error;
      if (!failed || own.now < failed.at) failed = { error, at: own.now };
    }
  }
  if (failed) {
    clock.now = failed.at;
    throw failed.error;
  }
  clock.now = Math.max(...results.map((result) => result.at));
  return results.map((result) => result.output);
}

async function template(value, states, variables, clock, run, name) {
  const source = expressionIn(value);
  if (source !== undefined) return evaluated(source, states, variables, clock, run, name);
  if (Array.isArray(value)) return Promise.all(value.map((inner) => template(inner, states, variables, clock, run, name)));
  if (value && typeof value === "object") {
    const entries = Object.entries(value).map(async ([key, inner]) => [key, await template(inner, states, variables, clock, run, name)]);
    return Object.fromEntries(await Promise.all(entries));
  }
  return value;
}

/** Expressions, parsed once. */
const parsed = new Map();

function expressionOf(source) {
  if (!parsed.has(source)) parsed.set(source, jsonata(source));
  return parsed.get(source);
}

async function evaluated(source, states, variables, clock, run, name) {
  const bindings = { states, millis: () => run.start + clock.now };
  for (const variable in variables) bindings[variable] = variables[variable];
  let result;
  try {
    result = await expressionOf(source).evaluate(undefined, bindings);
  } catch (error) {
    throw new StateError("States.QueryEvaluationError", `${name}: ${error.message} in ${source}`);
  }
  if (result === undefined || typeof result === "function") {
    throw new StateError("States.QueryEvaluationError", `${name}: ${source} gives nothing`);
  }
  return JSON.parse(JSON.stringify(result));
}

module.exports = { Broken, StateError, execute };
