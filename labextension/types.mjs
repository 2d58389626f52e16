// Writes src/chat/protocol.ts from the server's own models; with --check it only says whether it is up to date.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { compile } from "json-schema-to-typescript";

const OUT = "src/chat/protocol.ts";
const python = process.env.PYTHON ?? "../.venv/bin/python";
const { constants, ...schema } = JSON.parse(
  execFileSync(python, ["../scripts/protocol_schema.py"], { encoding: "utf8" }),
);
const types = await compile(schema, "Frames", {
  additionalProperties: false,
  bannerComment:
    "/* The wire's frames. Made from table_copilot_jupyter/protocol by `npm run types`; not edited by hand. */",
});
const values = Object.entries(constants).map(([name, value]) => `export const ${name} = ${JSON.stringify(value)};`);
const text = `${types}\n${values.join("\n")}\n`;
if (!process.argv.includes("--check")) {
  writeFileSync(OUT, text);
} else if (readFileSync(OUT, "utf8") !== text) {
  console.error(`${OUT} does not fit the protocol any more. Run: npm run types`);
  process.exit(1);
}
