/** Code as elements with classes for its words. */
import hljs from "highlight.js/lib/core";
import bash from "highlight.js/lib/languages/bash";
import diff from "highlight.js/lib/languages/diff";
import ini from "highlight.js/lib/languages/ini";
import json from "highlight.js/lib/languages/json";
import julia from "highlight.js/lib/languages/julia";
import markdown from "highlight.js/lib/languages/markdown";
import python from "highlight.js/lib/languages/python";
import r from "highlight.js/lib/languages/r";
import shell from "highlight.js/lib/languages/shell";
import xml from "highlight.js/lib/languages/xml";
import yaml from "highlight.js/lib/languages/yaml";
import css from "./css-grammar";
import javascript from "./javascript-grammar";
import { grammarOf } from "./languages";
import sql from "./sql-grammar";
import { sanitised } from "./sanitise";
import { visible } from "./visible";

/** Longer code is shown plain: highlighting it would stop the page for a while. */
const LONGEST = 60_000;

const highlighter = hljs.newInstance();
for (const [name, grammar] of Object.entries({
  bash,
  css,
  diff,
  ini,
  javascript,
  json,
  julia,
  markdown,
  python,
  r,
  shell,
  sql,
  typescript: javascript,
  xml,
  yaml,
})) {
  highlighter.registerLanguage(name, grammar);
}

/** `code` highlighted, its hidden characters visible; plain for a language that is not known. */
export function highlighted(code: string, language: string): DocumentFragment {
  const text = visible(code);
  const grammar = grammarOf(language);
  if (grammar !== null && text.length <= LONGEST) {
    try {
      return sanitised(highlighter.highlight(text, { language: grammar, ignoreIllegals: true }).value, "code");
    } catch {
      // A grammar that fails on this code leaves it plain.
    }
  }
  const plain = document.createDocumentFragment();
  plain.append(text);
  return plain;
}
