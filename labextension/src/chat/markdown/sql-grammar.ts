/** A grammar of SQL for highlight.js as DuckDB speaks it; the one that it brings knows all that standards reserve. */
import type { HLJSApi, Language } from "highlight.js";

const KEYWORDS =
  "add all alter analyze and anti any as asc asof attach begin between both by cascade case check collate column " +
  "columns commit constraint copy create cross cube database default delete desc describe detach distinct do drop " +
  "else end escape except exclude exists explain extract fetch filter first following for foreign from full function " +
  "generated glob group grouping having if ignore ilike in index inner insert install intersect into is isnull join " +
  "key last lateral left like limit load macro match materialized merge minus name natural next no not notnull nulls " +
  "of offset on only or order outer over overlaps partition percent pivot pivot_longer pivot_wider positional pragma " +
  "preceding primary qualify range recursive references rename replace reset respect returning right rollback rollup " +
  "row rows sample schema select semi sequence set sets show similar some start summarize table tablesample temp " +
  "temporary then ties to trailing transaction trigger truncate try_cast unbounded union unique unnest unpivot update " +
  "using values view when where window with within without";
const TYPES =
  "array bigint binary bit blob bool boolean char date datetime decimal double enum float float4 float8 hugeint int " +
  "int1 int2 int4 int8 integer interval json list long map numeric real short signed smallint string struct text time " +
  "timestamp timestamptz tinyint ubigint uhugeint uinteger usmallint utinyint uuid varchar zone";
/** Keywords that a bracket may follow. */
const NO_FUNCTIONS =
  "in|as|and|or|not|over|using|values|filter|with|on|by|from|exists|all|any|some|exclude|replace|columns|select|where|when";

export default function sql(hljs: HLJSApi): Language {
  return {
    name: "SQL",
    case_insensitive: true,
    keywords: {
      keyword: KEYWORDS,
      type: TYPES,
      literal: "true false null",
      built_in: "cast current_date current_time",
    },
    contains: [
      hljs.COMMENT("--", "$"),
      hljs.C_BLOCK_COMMENT_MODE,
      { scope: "string", begin: /'[^']*(?:''[^']*)*'/ },
      { begin: /"[^"]*"/ }, // a name
      { scope: "variable", begin: /[@$]\w+/ },
      { scope: "number", begin: /\b\d[\d_]*(?:\.\d+)?(?:e[+-]?\d+)?\b/ },
      { scope: "built_in", begin: new RegExp(`\\b(?!(?:${NO_FUNCTIONS})\\b)[a-z_]\\w*(?=\\s*\\()`) },
      { scope: "operator", begin: /[-+*/%=<>!~^|&]+|::/ },
    ],
  };
}
