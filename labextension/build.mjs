// Bundles what a browser loads: the widget's and the page's modules and their style into the Python package,
// and the Lab plugin, which JupyterLab's own builder then wraps (`npm run build`).
import { build } from "esbuild";

const PACKAGE = "../table_copilot_jupyter/static";
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
