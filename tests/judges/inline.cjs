"use strict";
// Runs the functions whose code stands in templates, with a stubbed SDK and network: what they publish is what is so, and what they could
// not find out they do not publish.
//
//     inline.cjs FOLDER

const fs = require("fs");
const path = require("path");
const vm = require("vm");
const { EventEmitter } = require("events");
const { verdict } = require("./common.cjs");

/** Every function with code of its own: its place, its code, and what its schedule gives it. */
function functions(out) {
  const found = [];
  for (const name of fs.readdirSync(out, { recursive: true }).filter((name) => name.endsWith(".template.json")).sort()) {
    const resources = JSON.parse(fs.readFileSync(path.join(out, name), "utf8")).Resources;
    for (const [id, { Type, Properties }] of Object.entries(resources)) {
      if (Type !== "AWS::Scheduler::Schedule" || Properties.Target.Input === undefined) continue;
      const target = resources[Properties.Target.Arn["Fn::GetAtt"]?.[0]];
      if (typeof target?.Properties.Code?.ZipFile !== "string") continue;
      const input = Properties.Target.Input["Fn::Sub"] ?? Properties.Target.Input;
      found.push({ place: `${name}: ${id}`, code: target.Properties.Code.ZipFile, event: JSON.parse(input) });
    }
  }
  return found;
}

/** Runs a handler; gives what it published, or the error that it ended with. */
async function run({ code, event }, { item, pages }) {
  const published = [];
  const client = (answer) => class {
    async send({ name, given }) {
      return answer(name, given);
    }
  };
  const command = (name) => class {
    constructor(given) {
      Object.assign(this, { name, given });
    }
  };
  const modules = {
    "@aws-sdk/client-cloudwatch": {
      CloudWatchClient: client((_, given) => published.push(given)),
      PutMetricDataCommand: command("PutMetricData"),
    },
    "@aws-sdk/client-dynamodb": { DynamoDBClient: client((_, given) => item(given)), GetItemCommand: command("GetItem") },
    "node:https": {
      get(url, { signal }, answered) {
        const request = new EventEmitter();
        const status = pages(url);
        if (status > 0) setImmediate(() => answered({ statusCode: status, resume() {} }));
        else if (status < 0) setImmediate(() => request.emit("error", new Error("refused")));
        else signal.addEventListener("abort", () => request.emit("error", signal.reason));
        return request;
      },
    },
  };
  const sandbox = { exports: {}, require: (name) => modules[name], process: { env: {} }, AbortSignal, Promise, Object };
  vm.runInNewContext(code, sandbox);
  try {
    await sandbox.exports.handler(event);
    return { published };
  } catch (error) {
    return { published, error };
  }
}

/** What one function has to do: each case with the values that it publishes, the first of them for all; `undefined` is an error and nothing. */
function cases({ event }) {
  const all = (status) => () => status;
  if (event.table !== undefined) {
    const answer = (item) => ({ item: (given) => ({ Item: given.ConsistentRead && given.Key.region.S === event.region ? item : undefined }) });
    return [
      ["nothing was ever wanted", answer(undefined), [0]],
      ["the switch is wanted", answer({ taken: { N: "1" } }), [1]],
      ["it is not wanted any more", answer({ taken: { N: "0" } }), [0]],
      ["the table does not answer", { item: () => { throw new Error("no answer"); } }, undefined],
    ];
  }
  const patient = { ...event, patience: 20 };
  return [
    ["all pages answer", { pages: all(200) }, [1, ...event.pages.map(() => 1)]],
    ["they lead elsewhere", { pages: all(302) }, [1, ...event.pages.map(() => 1)]],
    ["they are ill", { pages: all(503) }, [0, ...event.pages.map(() => 0)]],
    ["nobody is there", { pages: all(-1) }, [0, ...event.pages.map(() => 0)]],
    ["nobody answers", { pages: all(0), event: patient }, [0, ...event.pages.map(() => 0)]],
    ["the first page is ill", { pages: (url) => (url === event.pages[0].url ? 500 : 200) }, [0, ...event.pages.map((_, at) => (at === 0 ? 0 : 1))]],
  ];
}

async function main() {
  // A timer of an AbortSignal does not keep the process alive; the connection that it ends would.
  const alive = setInterval(() => {}, 1000);
  const findings = [];
  const known = functions(process.argv[2]);
  let runs = 0;
  for (const one of known) {
    for (const [said, stubs, wanted] of cases(one)) {
      runs += 1;
      const { published, error } = await run({ ...one, event: stubs.event ?? one.event }, stubs);
      const values = published.flatMap((given) => given.MetricData.map((datum) => datum.Value));
      const right = wanted === undefined ? error !== undefined && values.length === 0 : !error && JSON.stringify(values) === JSON.stringify(wanted);
      if (!right) findings.push(`${one.place}: ${said}: published ${JSON.stringify(values)}${error ? `, ended with ${error.message}` : ""}`);
      for (const given of published) {
        const names = given.MetricData[0].Dimensions.map(({ Name, Value }) => [Name, Value]);
        if (given.Namespace !== one.event.namespace || JSON.stringify(names) !== JSON.stringify(Object.entries(one.event.dimensions))) {
          findings.push(`${one.place}: publishes in ${given.Namespace} with ${JSON.stringify(names)}`);
        }
      }
    }
  }
  clearInterval(alive);
  verdict("inline functions", { functions: known.length, runs }, findings);
}

main();
