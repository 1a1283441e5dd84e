"use strict";
// Runs every machine in a healthy world and in worlds that fail in one way, and asks: does it end as it should, within its own time,
// does it say why, and does a second run find the work done?

const fs = require("fs");
const { expressionIn, machines, verdict } = require("./common.cjs");
const { Broken, execute } = require("./interpreter.cjs");
const { SCENARIOS } = require("./scenarios.cjs");
const { World, looks, orders, tells } = require("./world.cjs");

function tasks(scope) {
  return Object.values(scope.States).flatMap((state) => [
    ...(state.Type === "Task" ? [state] : []),
    ...(state.Branches ?? []).flatMap(tasks),
  ]);
}

function factsOf(machine) {
  const calls = tasks(machine).map((state) => state.Resource.replace(/\.waitForTaskToken$/, "").split(":").slice(-2));
  return {
    looks: calls.some(([, operation]) => looks(operation)),
    orders: calls.some(([service, operation]) => orders(`${service}:${operation}`)),
    tells: calls.some(([service, operation]) => tells(`${service}:${operation}`)),
  };
}

async function judge(name, machine, findings) {
  const facts = factsOf(machine);
  if (!(machine.TimeoutSeconds > 0)) return findings.push(`${name}: no bound on the whole machine`);
  for (const state of tasks(machine)) {
    // What an expression gives is known when it runs: the interpreter looks.
    if (expressionIn(state.TimeoutSeconds) === undefined && !(state.TimeoutSeconds > 0)) findings.push(`${name}: a call of ${state.Resource} has no time-out`);
  }
  let runs = 0;
  for (const [scenario, { alter, ends }] of Object.entries(SCENARIOS)) {
    const world = new World();
    const answers = alter((...call) => world.answer(...call));
    const attempt = async () => {
      runs += 1;
      const result = await execute(machine, answers);
      const place = `${name}: ${scenario}`;
      const wanted = ends(facts) ?? result.status;
      const shown = `${result.status} after ${result.seconds} s${result.Error ? ` (${result.Error}: ${result.Cause})` : ""}`;
      if (result.status !== wanted || result.status === "TIMED_OUT") findings.push(`${place}: ${shown}, not ${wanted}`);
      if (result.status === "FAILED" && (!result.Error.startsWith("Drc.") || !/^step .+: \S/.test(result.Cause))) {
        findings.push(`${place}: ${shown} does not say which step failed and why`);
      }
      if (process.env.JUDGES_VERBOSE) console.log(`${place}: ${shown}`);
      return result;
    };
    await attempt();
    if (scenario === "healthy") {
      // The second run looks, finds the work done, and orders nothing.
      world.settle();
      await attempt();
      const again = world.log.filter(({ key }) => orders(key));
      if (again.length > 0) findings.push(`${name}: a second run calls ${again[0].key} again`);
    }
  }
  return runs;
}

async function main() {
  const findings = [];
  const all = machines(process.argv[2]);
  let runs = 0;
  for (const { name, file } of all) {
    try {
      runs += (await judge(name, JSON.parse(fs.readFileSync(file, "utf8")), findings)) ?? 0;
    } catch (error) {
      findings.push(`${name}: ${error instanceof Broken ? error.message : error.stack}`);
    }
  }
  verdict("execution", { machines: all.length, runs }, findings);
}

main();
