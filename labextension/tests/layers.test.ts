// @vitest-environment node
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, it } from "vitest";

const IMPORT = /^(?:import|export)\b[^;]*?from "(\.[^"]+)";/gm;
/** What each folder may import, besides itself. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  chat: [],
  browser: ["chat"],
  page: ["browser", "chat"],
  widget: ["browser", "chat"],
  panel: ["browser", "chat"],
};

function imports(folder: string): string[] {
  return readdirSync(`src/${folder}`, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tsx?$/.test(name))
    .flatMap((name) =>
      [...readFileSync(`src/${folder}/${name}`, "utf8").matchAll(IMPORT)].map((found) =>
        normalize(join(folder, dirname(name), found[1]!)),
      ),
    );
}

describe("imports run one way", () => {
  it.each(Object.entries(ALLOWED))("src/%s imports itself and %j only", (folder, allowed) => {
    const found = new Set(imports(folder).map((path) => path.split("/")[0]!));
    expect([...found].filter((other) => other !== folder && other !== ".." && !allowed.includes(other))).toEqual([]);
  });
});
