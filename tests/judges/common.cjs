"use strict";
// What the judges in Node share: where the machines are, what is an expression, and how a verdict is given.

const fs = require("fs");
const path = require("path");

/** All state machines below the folder. */
function machines(out) {
  if (!fs.existsSync(out)) return [];
  return fs
    .readdirSync(out, { recursive: true })
    .filter((name) => name.endsWith(".asl.json"))
    .sort()
    .map((name) => ({ name, file: path.join(out, name) }));
}

/** The JSONata in `{% ... %}`, or undefined if the value is none. */
function expressionIn(value) {
  if (typeof value !== "string") return undefined;
  const found = /^\{%([\s\S]*)%\}$/.exec(value);
  return found ? found[1] : undefined;
}

/** Prints the findings, notes what was judged, and ends the process. Nothing judged is a failure. */
function verdict(judge, counts, findings) {
  let failed = findings.length > 0;
  findings.forEach((finding) => console.log(finding));
  for (const [what, count] of Object.entries(counts)) {
    fs.appendFileSync(process.env.JUDGES_COUNTS, `${judge}: ${count} ${what} judged\n`);
    if (count === 0) {
      console.log(`${judge}: no ${what} to judge`);
      failed = true;
    }
  }
  console.log(`${judge}: ${findings.length} findings`);
  process.exitCode = failed ? 1 : 0;
}

module.exports = { expressionIn, machines, verdict };
