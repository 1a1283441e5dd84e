// The AWS SDK for the functions under test, which Lambda brings with its runtime: every command goes to `aws.answer`, and is noted. With
// RECORDED the notes go to that file as well, a line of JSON each: tests/judges holds them against AWS's models of its APIs.
//
//     node --import ./tests/functions/sdk.mjs --test tests/functions

import { appendFileSync, readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { fileURLToPath } from "node:url";

const made = (service, name) => name.endsWith("Command")
  ? `export class ${name} { constructor(input) { this.input = input; } }`
  : `export class ${name} {
      constructor(config = {}) { this.region = config.region ?? process.env.AWS_REGION; }
      async send(command, options = {}) {
        return globalThis.aws.send(${JSON.stringify(service)}, command.constructor.name.replace(/Command$/, ""), this.region, command.input, options);
      }
    }`;

registerHooks({
  resolve(specifier, context, next) {
    const service = specifier.match(/^@aws-sdk\/client-(.*)$/)?.[1];
    if (service === undefined) return next(specifier, context);
    // A module says what it exports: that is what whoever imports it asks for.
    const text = readFileSync(fileURLToPath(context.parentURL), "utf8");
    const [, names] = text.match(new RegExp(`import \\{([^}]*)\\} from "${specifier}"`));
    const source = names.split(",").map((name) => made(service, name.trim())).join("\n");
    return { url: `data:text/javascript,${encodeURIComponent(source)}`, shortCircuit: true };
  },
});

/// What the functions called: service, operation, Region, input.
globalThis.aws = {
  called: [],
  answer: () => ({}),
  async send(service, operation, region, input, { abortSignal } = {}) {
    const call = { service, operation, region, input };
    this.called.push(call);
    if (process.env.RECORDED) appendFileSync(process.env.RECORDED, `${JSON.stringify(call)}\n`);
    const given = await this.answer(call);
    if (abortSignal?.aborted) throw Object.assign(new Error("Request aborted"), { name: "AbortError" });
    return given;
  },
};

/// An error as the SDK throws it.
export const refused = (name, message = name) => Object.assign(new Error(message), { name });

/// Begins anew: what was called is forgotten, and answers come from here. The keys are operations.
export function answers(table) {
  aws.called.length = 0;
  aws.answer = async (call) => {
    const given = table[call.operation];
    return typeof given === "function" ? given(call) : given ?? {};
  };
}

/// The calls of an operation.
export const calls = (operation) => aws.called.filter((call) => call.operation === operation);

/// A function of the trading platform, loaded with this environment.
export async function load(name, environment) {
  Object.assign(process.env, { AWS_REGION: "us-east-1" }, environment);
  return (await import(`../../examples/trading-platform/functions/${name}`)).handler;
}
