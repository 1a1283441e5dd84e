"use strict";
// Runs one function once: `node runner.cjs FOLDER MODULE EXPORT NOW`. The first line of the input is the event; then each line answers one
// question. What it asks and what comes of it go to the output; what the function prints goes where errors go.

const { EventEmitter } = require("node:events");
const https = require("node:https");
const path = require("node:path");
const readline = require("node:readline");
const fs = require("node:fs");
const { pathToFileURL } = require("node:url");

const [folder, file, exported, now] = process.argv.slice(2);
for (const level of ["log", "info", "warn", "debug"]) console[level] = console.error;

// The clock of the account: it began at another time, and goes on from there.
const real = Date.now;
const shift = Number(now) - real();
Date.now = () => real() + shift;

const waiting = new Map();
const write = (message) => fs.writeSync(1, `${JSON.stringify(message)}\n`);

const ask = (question) => new Promise((resolve, reject) => {
  const id = waiting.size + 1;
  waiting.set(id, { resolve, reject });
  write({ ...question, id });
});

const answer = ({ id, result, error }) => {
  if (error) waiting.get(id).reject(Object.assign(new Error(error.message), { name: error.name }));
  else waiting.get(id).resolve(result);
};

/** A package of the SDK: a command keeps its input, a client asks. */
globalThis.sdkOf = (package_) => new Proxy({}, {
  get: (_, name) => (name.endsWith("Command")
    ? class {
      constructor(input) {
        this.operation = name.slice(0, -"Command".length);
        this.input = input;
      }
    }
    : class {
      constructor({ region = process.env.AWS_REGION } = {}) {
        this.region = region;
      }

      send({ operation, input }) {
        return ask({ package: package_, operation, region: this.region, input });
      }
    }),
});

globalThis.fetch = async (url) => {
  const { status, body } = await ask({ url: String(url) });
  return new Response(body, { status });
};

https.get = (url, _options, then) => {
  const request = new EventEmitter();
  ask({ url: String(url) }).then(({ status }) => then({ statusCode: status, resume() {} }), (error) => request.emit("error", error));
  return request;
};

const end = (message) => {
  write(message);
  process.exit(0);
};

const failed = (error) => end({ error: { errorType: error.name, errorMessage: error.message, trace: String(error.stack).split("\n") } });

async function run(event) {
  const found = [".mjs", ".js", ".cjs"].map((ending) => path.join(folder, `${file}${ending}`)).find((one) => fs.existsSync(one));
  // Lambda takes `.js` for CommonJS, as Node does.
  const module_ = found.endsWith(".mjs") ? await import(pathToFileURL(found).href) : require(found);
  return module_[exported](event, {});
}

let begun = false;
readline.createInterface({ input: process.stdin }).on("line", (line) => {
  const message = JSON.parse(line);
  if (begun) return answer(message);
  begun = true;
  return run(message).then((result) => end({ result: result ?? null }), failed);
});
