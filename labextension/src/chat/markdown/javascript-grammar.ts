/** A grammar of JavaScript and TypeScript for highlight.js, without its lists of globals and its markup in code. */
import type { HLJSApi, Language, Mode } from "highlight.js";

const KEYWORDS =
  "abstract as async await break case catch class const continue debugger declare default delete do else enum export " +
  "extends finally for from function get if implements import in instanceof interface keyof let namespace new of " +
  "override private protected public readonly return satisfies set static switch this throw try type typeof var void " +
  "while with yield";
const TYPES = "any bigint boolean never number object string symbol unknown";

export default function javascript(hljs: HLJSApi): Language {
  const keywords = { keyword: KEYWORDS, literal: "true false null undefined NaN Infinity", built_in: TYPES };
  const inside: (Mode | "self")[] = [];
  const template: Mode = {
    scope: "string",
    begin: "`",
    end: "`",
    contains: [
      hljs.BACKSLASH_ESCAPE,
      { scope: "subst", begin: /\$\{/, end: /\}/, keywords, contains: inside as Mode[] },
    ],
  };
  const all: Mode[] = [
    hljs.APOS_STRING_MODE,
    hljs.QUOTE_STRING_MODE,
    template,
    hljs.C_LINE_COMMENT_MODE,
    hljs.C_BLOCK_COMMENT_MODE,
    { scope: "number", begin: /\b(?:0[xXbBoO][\da-fA-F_]+|\d[\d_]*(?:\.[\d_]+)?(?:[eE][+-]?\d+)?)n?\b/ },
    // After something that can't be divided.
    {
      scope: "regexp",
      begin: /\/(?<=(?:^|[=(,:;!&|?{}[]|\breturn)\s*\/)(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n])+\/[a-z]*/,
    },
    { scope: "meta", begin: /@[A-Za-z_$][\w$.]*/ },
    { scope: "title class_", begin: /\b(?=[A-Za-z_$])(?<=\b(?:class|extends|interface|enum|new|type)\s+)[\w$]+/ },
    {
      scope: "title function_",
      begin: /\b(?!(?:if|for|while|switch|catch|return|typeof|await|with|super)\b)[A-Za-z_$][\w$]*(?=\s*\()/,
    },
    { scope: "attr", begin: /\b(?=[A-Za-z_$])(?<=[{,]\s*)[\w$]+(?=\s*:)/ },
  ];
  inside.push({ begin: /\{/, end: /\}/, contains: inside as Mode[], keywords }, ...all);
  return { name: "JavaScript", keywords, contains: all };
}
