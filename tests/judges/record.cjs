"use strict";
// Runs machines in all worlds of the judges and prints every call that they make, each once: what their roles have to allow.
//
//     record.cjs FILE     FILE: definitions by name; the calls are printed by name, too

const fs = require("fs");
const { execute } = require("./interpreter.cjs");
const { SCENARIOS } = require("./scenarios.cjs");
const { World } = require("./world.cjs");

async function record(machine) {
  const calls = new Map();
  for (const { alter } of Object.values(SCENARIOS)) {
    const world = new World();
    const answers = alter((...call) => world.answer(...call));
    await execute(machine, (service, operation, given, now) => {
      calls.set(JSON.stringify([service, operation, given]), { service, operation, given });
      return answers(service, operation, given, now);
    });
  }
  return [...calls.values()];
}

async function main() {
  const machines = JSON.parse(fs.readFileSync(process.argv[2], "utf8"));
  const found = {};
  for (const [name, machine] of Object.entries(machines)) found[name] = await record(machine);
  console.log(JSON.stringify(found));
}

main();
