// Bundles what a browser loads: the widget's and the page's modules and their style into the Python package,
// and the Lab plugin, which JupyterLab's own builder then wraps (`npm run build`).
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

const PACKAGE = "../table_copilot_jupyter/static";
const BUNDLED = ["dompurify", "highlight.js", "marked", "preact", "temml"];

/** Parts of the math renderer that an answer has no use for, or must not use: pictures, HTML, definitions, diagrams. */
const UNUSED =
  /temml[\\/]src[\\/](functions[\\/](includegraphics|html|def|bordermatrix)|environments[\\/](cd|borderTree))\.js$/;
const INSTEAD = `
  const unsupported = () => { throw new Error("not supported here"); };
  export { unsupported as parseCD, unsupported as bordermatrixParseTree };
`;
const withoutUnused = {
  name: "without-unused",
  setup: (bundle) => bundle.onLoad({ filter: UNUSED }, () => ({ contents: INSTEAD })),
};

/** Of the Markdown parser only the lexer is used; the rest of its one file is kept by how it is put together at the end. */
const lexerOnly = {
  name: "lexer-only",
  setup: (bundle) =>
    bundle.onLoad({ filter: /[\\/]marked\.esm\.js$/ }, ({ path }) => {
      const source = readFileSync(path, "utf8");
      const end = source.search(/var (\w+)=new \w+;function \w+\(\w+,\w+\)\{return \1\.parse\(/);
      const exported = source.slice(source.lastIndexOf("export{"));
      const names = ["Lexer", "Tokenizer"].map((name) => new RegExp(`[\\w$]+ as ${name}\\b`).exec(exported)?.[0]);
      if (end < 0 || names.includes(undefined)) throw new Error(`${path} is made otherwise now: see build.mjs`);
      return { contents: `${source.slice(0, end)}export{${names}};` };
    }),
};

/** A table of colours by the names that LaTeX has for them; those that browsers know stay. */
const withoutColours = {
  name: "without-colours",
  setup: (bundle) =>
    bundle.onLoad({ filter: /temml[\\/]src[\\/]functions[\\/]color\.js$/ }, ({ path }) => ({
      contents: readFileSync(path, "utf8").replace(/(?<=const xcolors = )JSON\.parse\(`[^`]*`\)/, "{}"),
    })),
};

const common = {
  bundle: true,
  plugins: [withoutUnused, lexerOnly, withoutColours],
  format: "esm",
  target: "es2022",
  minify: true,
  charset: "utf8",
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
  build({
    ...common,
    entryPoints: { widget: "src/widget/index.ts", loader: "src/widget/loader.ts", page: "src/page/index.ts" },
    outdir: PACKAGE,
  }),
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
