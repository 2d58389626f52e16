// Bundles what a browser loads: the widget's and the page's modules and their style into the Python package,
// and the Lab plugin, which JupyterLab's own builder then wraps (`npm run build`).
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

const PACKAGE = "../table_copilot_jupyter/static";
const BUNDLED = ["dompurify", "highlight.js", "marked", "preact", "temml"];
const common = {
  bundle: true,
  format: "esm",
  target: "es2022",
  minify: true,
  legalComments: "none",
  jsx: "automatic",
  jsxImportSource: "preact",
  logLevel: "warning",
};

/** The licences of what is bundled, as they ask to be passed on. */
function licences() {
  return BUNDLED.map((name) => {
    const folder = `node_modules/${name}`;
    const { version, license } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8"));
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
    return `${name} ${version} (${license})\n\n${readFileSync(`${folder}/${file}`, "utf8").trim()}\n`;
  }).join(`\n${"-".repeat(80)}\n\n`);
}

await Promise.all([
  build({ ...common, entryPoints: { widget: "src/widget/index.ts", page: "src/page/index.ts" }, outdir: PACKAGE }),
  build({ ...common, entryPoints: { chat: "style/chat.css", page: "style/page.css" }, outdir: PACKAGE }),
  build({
    ...common,
    entryPoints: { panel: "src/panel/index.ts" },
    outdir: "lib",
    external: ["@jupyterlab/*", "@lumino/*"],
    loader: { ".svg": "text" },
  }),
]);
mkdirSync(PACKAGE, { recursive: true });
writeFileSync(`${PACKAGE}/licences.txt`, licences());
