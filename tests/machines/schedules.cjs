"use strict";
// Runs machines under random schedules on the judges' interpreter, which is faster than moto's: how long each call takes, whether it fails,
// and what a question is answered are drawn; the answers themselves are those that the world gave. Then looks for the longest schedule.
//
//     schedules.cjs FILE    FILE: {schedules, traces, machines: [{name, definition, bound, notices, answers, seed}]}
//
// `answers`: for each task {yes: the answer that lets the flow go on, no: [the others]}. Prints for each machine the longest times that
// were met, what broke a bound, and some schedules as they were run, so that moto's interpreter can run them too.

const fs = require("fs");
const path = require("path");
const judges = path.join(__dirname, "..", "judges");
const { StateError, execute } = require(path.join(judges, "interpreter.cjs"));

// Numbers like chance, the same each time: mulberry32.
function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const pick = (list, chance) => list[Math.floor(chance() * list.length)];

/** All states, those of branches too. */
function statesOf(scope) {
  return Object.entries(scope.States).flatMap(([name, state]) => [[name, state], ...(state.Branches ?? []).flatMap(statesOf)]);
}

/** The errors that a task catches by name: they mean that it is done already. */
const tolerated = (state) => (state.Catch ?? []).flatMap((entry) => entry.ErrorEquals).filter((name) => !name.startsWith("States."));

/** How a task fails: the service cannot be reached; one that waits for its token is refused by a person, too. */
function failures(state) {
  const service = state.Resource.split(":").at(-2);
  const unreached = `${service[0].toUpperCase()}${service.slice(1)}.SdkClientException`;
  return state.Resource.endsWith(".waitForTaskToken") ? [unreached, "No"] : [unreached];
}

/** A schedule by chance: how ill the services are today, and how soon polls are answered, is drawn first. */
function byChance(machine, seed) {
  const chance = random(seed);
  const ill = pick([0, 0.1, 0.3, 0.6], chance);
  const silent = pick([0, 0.05, 0.3], chance);
  const soon = pick([0.02, 0.1, 0.5, 0.9], chance);
  return (state, limit, answers) => {
    if (chance() < silent) return {};
    const where = chance();
    const part = where < 0.2 ? 0 : where > 0.8 ? 1 : chance();
    const milliseconds = Math.min(Math.round(part * limit * 1000), limit * 1000 - 1);
    if (chance() < ill) {
      const names = tolerated(state);
      const error = names.length > 0 && chance() < 0.3 ? pick(names, chance) : pick(failures(state), chance);
      return { milliseconds, error };
    }
    const no = answers?.no ?? [];
    if (no.length > 0 && chance() >= soon) return { milliseconds, value: pick(no, chance) };
    return { milliseconds, value: answers?.yes ?? {} };
  };
}

/**
 * A schedule that takes as long as it can: each call is silent until its time-out and is tried again as often as it may be; only the last
 * attempt is answered, just in time. A question is answered with no as often as `rounds` says, and the first time after `first`
 * milliseconds if that is given: so its rounds can be moved against the bound. What is in `silent` is never answered.
 */
function asLongAsItCan(questions, silent = new Set()) {
  const attempts = new Map();
  const asked = new Map();
  return (state, limit, answers, name) => {
    const retries = (state.Retry ?? []).reduce((sum, entry) => sum + (entry.ErrorEquals.includes("States.ALL") ? (entry.MaxAttempts ?? 3) : 0), 0);
    const { first, rounds = 0 } = questions.get(name) ?? {};
    const number = asked.get(name) ?? 0;
    const attempt = attempts.get(name) ?? 0;
    const quick = number === 0 ? first : undefined;
    if (silent.has(name) || (quick === undefined && attempt < retries)) {
      attempts.set(name, attempt + 1);
      return {};
    }
    attempts.set(name, 0);
    asked.set(name, number + 1);
    const milliseconds = quick ?? limit * 1000 - 1;
    // A call that waits for its token is made again only after an error of its own.
    if (number < rounds && state.Resource.endsWith(".waitForTaskToken")) return { milliseconds, error: failures(state)[0] };
    return { milliseconds, value: number < rounds ? (answers?.no?.[0] ?? {}) : (answers?.yes ?? {}) };
  };
}

async function run(machine, states, decide) {
  const decisions = {};
  const visits = [];
  const notices = new Set(machine.notices);
  let told;
  const answer = (service, operation, given, now, name, limit) => {
    const state = states.get(name);
    const decision = decide(state, limit, machine.answers[name], name);
    (decisions[name] ??= []).push(decision);
    if (decision.milliseconds === undefined) return { value: {}, seconds: Infinity };
    const seconds = decision.milliseconds / 1000;
    if (decision.error !== undefined) throw Object.assign(new StateError(decision.error, "drawn"), { seconds });
    return { value: decision.value, seconds };
  };
  const watch = (name, now) => {
    visits.push([name, Math.round(now)]);
    if (told === undefined && notices.has(name)) told = now;
  };
  // The machine's own bound is taken away: how long would it take?
  const result = await execute({ ...machine.definition, TimeoutSeconds: 1e9 }, answer, {}, watch);
  const total = result.seconds * 1000;
  return { status: result.status, error: result.Error, cause: result.Cause, total, steps: told ?? total, visits, decisions };
}

/** The states that come again: they can be reached from themselves. */
function loopsOf(definition) {
  const found = new Set();
  const walk = (scope) => {
    const next = (state) => [state.Next, state.Default, ...(state.Choices ?? []).map((one) => one.Next), ...(state.Catch ?? []).map((one) => one.Next)].filter(Boolean);
    for (const name of Object.keys(scope.States)) {
      const seen = new Set();
      const open = next(scope.States[name]);
      while (open.length > 0) {
        const state = open.pop();
        if (!seen.has(state)) {
          seen.add(state);
          open.push(...next(scope.States[state]));
        }
      }
      if (seen.has(name)) found.add(name);
    }
    for (const state of Object.values(scope.States)) (state.Branches ?? []).forEach(walk);
  };
  walk(definition);
  return found;
}

/** How many first answers to a question are tried. */
const FIRST_ANSWERS = 24;

/** Looks for the longest schedule: question by question, the first answer is moved until the rounds end as late as they can. */
async function longest(machine, states) {
  const loops = loopsOf(machine.definition);
  const chosen = new Map();
  let best = await run(machine, states, asLongAsItCan(chosen));
  for (const [name, state] of states) {
    if (state.Type !== "Task" || !loops.has(name) || typeof state.TimeoutSeconds !== "number") continue;
    let kept;
    for (let number = -1; number < FIRST_ANSWERS; number += 1) {
      const first = number < 0 ? undefined : Math.round((number / FIRST_ANSWERS) * state.TimeoutSeconds * 1000);
      const endless = await run(machine, states, asLongAsItCan(new Map(chosen).set(name, { first, rounds: Infinity })));
      const asked = endless.visits.filter(([visited]) => visited === name).length;
      if (asked === 0) break;
      // One no less than the bound lets it be asked: the last answer is yes.
      const question = { first, rounds: asked - 1 };
      const found = await run(machine, states, asLongAsItCan(new Map(chosen).set(name, question)));
      if (found.steps > best.steps) [best, kept] = [found, question];
    }
    if (kept) chosen.set(name, kept);
  }
  // The same, with a last call that is never answered, and nobody who can be told.
  const notices = new Set(machine.notices);
  const calls = best.visits.map(([name]) => name).filter((name) => states.get(name).Type === "Task" && !notices.has(name));
  const failing = await run(machine, states, asLongAsItCan(chosen, new Set([calls.at(-1), ...notices])));
  return [best, failing];
}

async function judge(machine, schedules, traces) {
  const states = new Map(statesOf(machine.definition));
  const limit = machine.definition.TimeoutSeconds * 1000;
  const found = { name: machine.name, steps: 0, total: 0, statuses: {}, findings: [], traces: [] };
  const hold = (what, result) => {
    if (result.steps > machine.bound) found.findings.push(`${what}: its steps take ${result.steps / 1000} s, more than ${machine.bound / 1000}`);
    if (result.total > limit) found.findings.push(`${what}: it takes ${result.total / 1000} s, more than ${limit / 1000}`);
  };
  for (let number = 0; number < schedules; number += 1) {
    const result = await run(machine, states, byChance(machine, machine.seed + number));
    found.steps = Math.max(found.steps, result.steps);
    found.total = Math.max(found.total, result.total);
    found.statuses[result.status] = (found.statuses[result.status] ?? 0) + 1;
    if (found.findings.length < 5) hold(`schedule ${machine.seed + number}`, result);
    if (number < traces) found.traces.push(result);
  }
  const [critical, failing] = await longest(machine, states);
  hold("the longest schedule", critical);
  hold("the longest schedule that fails", failing);
  found.longest = critical.steps;
  found.traces.push(critical, failing);
  return found;
}

async function main() {
  const { machines, schedules, traces } = JSON.parse(fs.readFileSync(process.argv[2], "utf8"));
  const found = [];
  for (const machine of machines) found.push(await judge(machine, schedules, traces));
  console.log(JSON.stringify(found));
}

main();
