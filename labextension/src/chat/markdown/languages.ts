/** Names of languages: what a fence says, what it means, and how it is called. */

const MEANINGS: Readonly<Record<string, readonly string[]>> = {
  python: ["py", "python3", "py3", "ipython", "ipython3", "pycon"],
  sql: ["postgresql", "postgres", "mysql", "sqlite", "duckdb", "plsql", "tsql"],
  json: ["jsonc", "json5", "jsonl", "ndjson"],
  bash: ["sh", "zsh", "shell", "shellscript"],
  shell: ["console", "shellsession"],
  r: ["rscript"],
  javascript: ["js", "jsx", "mjs", "cjs"],
  typescript: ["ts", "tsx", "mts", "cts"],
  markdown: ["md", "mdown"],
  yaml: ["yml"],
  xml: ["html", "xhtml", "svg", "xsl", "rss", "atom"],
  css: [],
  diff: ["patch"],
  julia: ["jl"],
  ini: ["toml", "cfg", "conf", "properties"],
};

const BY_NAME = new Map(
  Object.entries(MEANINGS).flatMap(([name, aliases]) => [name, ...aliases].map((alias) => [alias, name] as const)),
);

const TITLES: Readonly<Record<string, string>> = {
  text: "",
  python: "Python",
  sql: "SQL",
  json: "JSON",
  bash: "Shell",
  shell: "Console",
  sh: "Shell",
  r: "R",
  javascript: "JavaScript",
  typescript: "TypeScript",
  markdown: "Markdown",
  yaml: "YAML",
  xml: "XML",
  html: "HTML",
  svg: "SVG",
  css: "CSS",
  diff: "Diff",
  julia: "Julia",
  ini: "INI",
  toml: "TOML",
};

const NO_LANGUAGE = new Set(["text", "txt", "plain", "plaintext", "none", "output"]);

/** The language that a fence's info string names, in lower case; "text" where it names none on purpose, "" for none. */
export function languageOf(info: string): string {
  const name = /[\w+#.-]{1,32}/.exec(info)?.[0].replace(/^\.+/, "").toLowerCase() ?? "";
  return NO_LANGUAGE.has(name) ? "text" : name;
}

/** The grammar for `language`; null where there is none. */
export function grammarOf(language: string): string | null {
  return BY_NAME.get(language.toLowerCase()) ?? null;
}

/** What a reader calls `language`; "" for none. */
export function titleOf(language: string): string {
  const grammar = grammarOf(language);
  return TITLES[language] ?? (grammar === null ? language : (TITLES[grammar] ?? language));
}

const RUNS_IN_CELLS = new Set(["python", "sql", "r", "julia"]);

/** Whether code in `language` may be for a notebook's cell. */
export function runsInCell(language: string): boolean {
  return language === "" || RUNS_IN_CELLS.has(grammarOf(language) ?? "");
}
