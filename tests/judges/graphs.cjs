"use strict";
// The pictures of every platform: Mermaid reads them, Graphviz draws them, and both have the stacks and the arrows that the
// manifest has - no fewer and no more.

const fs = require("fs");
const path = require("path");
const { execFileSync } = require("child_process");
const { pathToFileURL } = require("url");
const { verdict } = require("./common.cjs");

const [out, pictures] = process.argv.slice(2);

/** What the manifest says: labels of stacks by Region, and which of them wait for which. */
function wanted(manifest) {
  const stacks = new Set(manifest.stacks.map((stack) => stack.id));
  const arrows = new Set(manifest.stacks.flatMap((stack) => stack.depends_on.map((other) => `${other} -> ${stack.id}`)));
  return { stacks, arrows };
}

/** What Mermaid reads: nodes carry the unit in their first line, and stand in the subgraph of their Region. */
async function read(mermaid, text) {
  await mermaid.parse(text);
  const diagram = await mermaid.mermaidAPI.getDiagramFromText(text);
  const regions = new Map();
  for (const graph of diagram.db.getSubGraphs()) {
    const code = /\(([a-z0-9-]+)\)$/.exec(graph.title)?.[1] ?? graph.title;
    graph.nodes.forEach((node) => regions.set(node, code));
  }
  const id = (node) => `${regions.get(node)}/${diagram.db.getVertices().get(node).text.split("<br/>")[0]}`;
  const stacks = new Set([...diagram.db.getVertices().keys()].map(id));
  const arrows = diagram.db.getEdges().map((edge) => `${id(edge.start)} -> ${id(edge.end)}`);
  const silent = diagram.db.getEdges().filter((edge) => !edge.text);
  return { stacks, arrows: new Set(arrows), count: arrows.length, silent: silent.length };
}

/** What Graphviz reads: its plain output has a line for each node and edge. */
function draw(file) {
  const plain = execFileSync("dot", ["-Tplain", file], { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  const words = plain.split("\n").map((line) => line.match(/"(?:[^"\\]|\\.)*"|\S+/g) ?? []);
  const name = (word) => (word.startsWith('"') ? JSON.parse(word) : word);
  const stacks = new Set(words.filter(([kind]) => kind === "node").map(([, id]) => name(id)));
  const arrows = words.filter(([kind]) => kind === "edge").map(([, from, to]) => `${name(from)} -> ${name(to)}`);
  return { stacks, arrows: new Set(arrows), count: arrows.length, silent: 0 };
}

function compare(name, language, found, expected, findings) {
  for (const what of ["stacks", "arrows"]) {
    for (const one of expected[what]) if (!found[what].has(one)) findings.push(`${name}: ${language} lacks ${one}`);
    for (const one of found[what]) if (!expected[what].has(one)) findings.push(`${name}: ${language} has ${one}, the manifest has not`);
  }
  if (found.count !== found.arrows.size) findings.push(`${name}: ${language} has an arrow twice`);
  if (found.silent > 0) findings.push(`${name}: ${language} has ${found.silent} arrows that say nothing`);
}

async function main() {
  // Modules of this kind are not looked for in NODE_PATH.
  const load = async (file) => (await import(pathToFileURL(path.join(process.env.NODE_PATH, file)))).default;
  // Mermaid makes its texts safe for a page; here is none.
  const purify = await load("dompurify/dist/purify.es.mjs");
  purify.addHook = () => {};
  purify.sanitize = (text) => text;
  const mermaid = await load("mermaid/dist/mermaid.core.mjs");
  const findings = [];
  const counts = { pictures: 0, arrows: 0 };
  for (const name of fs.existsSync(out) ? fs.readdirSync(out).sort() : []) {
    const expected = wanted(JSON.parse(fs.readFileSync(path.join(out, name, "manifest.json"), "utf8")));
    for (const [language, ending] of [["Mermaid", "mmd"], ["Graphviz", "dot"]]) {
      const file = path.join(pictures, `${name}.${ending}`);
      try {
        const found = language === "Mermaid" ? await read(mermaid, fs.readFileSync(file, "utf8")) : draw(file);
        compare(name, language, found, expected, findings);
        counts.pictures += 1;
        counts.arrows += found.count;
      } catch (error) {
        findings.push(`${name}: ${language} cannot read it: ${String(error.stderr ?? error.message ?? error).split("\n")[0]}`);
      }
    }
  }
  verdict("graphs", counts, findings);
}

main();
