/** The words of what models may see, and of what was sent to them. Numbers come in written out. */
import type { Level, RuleLevel } from "../fold/fields";

export interface PrivacyWords {
  readonly levels: Readonly<Record<Level | RuleLevel, { readonly name: string; readonly detail: string }>>;
  /** What the button in the header is called. */
  readonly button: (level: string) => string;
  /** Of a table in a list. */
  readonly seen: (level: string) => string;
  readonly title: string;
  readonly tooHigh: string;
  readonly masked: string;
  readonly mask: string;
  readonly maskDetail: string;
  readonly rules: string;
  readonly rulesDetail: string;
  readonly remove: (rule: string) => string;
  readonly table: string;
  readonly column: string;
  readonly wholeTable: string;
  readonly mostSeen: string;
  readonly add: string;
  readonly noTables: string;

  readonly sentTitle: string;
  readonly sentNothing: string;
  readonly loading: string;
  readonly request: (model: string, host: string) => string;
  readonly sentTable: (name: string, level: string, columns: string, rows: string) => string;
  /** Of a table of which only the name was said, as of one that code made. */
  readonly sentName: (name: string) => string;
  readonly sentNoTable: string;
  readonly exportLines: string;
  readonly back: string;
  readonly payload: string;
  readonly notKept: string;
}

const plural = (count: string, one: string): string => (count === "1" ? `1 ${one}` : `${count} ${one}s`);

export const en: PrivacyWords = {
  levels: {
    hidden: { name: "hidden", detail: "Nothing, not even the name" },
    names: { name: "names", detail: "Names of tables and columns, and how many rows there are" },
    schema: { name: "schema", detail: "Names and types, no values" },
    aggregates: { name: "aggregates", detail: "Also statistics that stand for at least 5 rows" },
    rows: { name: "rows", detail: "Everything, single values too" },
  },
  button: (level) => `Privacy: ${level}`,
  seen: (level) => `models see: ${level}`,
  title: "What models may see",
  tooHigh: "limited by this server’s administrator",
  masked: "masked",
  mask: "Mask names",
  maskDetail: "Models are told made-up names of tables and columns. You read the real ones.",
  rules: "Rules",
  rulesDetail: "A rule lowers what models may see of one table or column.",
  remove: (rule) => `Remove the rule for ${rule}`,
  table: "Table",
  column: "Column",
  wholeTable: "whole table",
  mostSeen: "At most",
  add: "Add",
  noTables: "There are no tables in the kernel to make a rule for.",

  sentTitle: "What was sent",
  sentNothing: "Nothing was sent to a model in this session.",
  loading: "Loading…",
  request: (model, host) => (host ? `${model} @ ${host}` : model),
  sentTable: (name, level, columns, rows) =>
    `${name}: ${level} · ${plural(columns, "column")} · ${plural(rows, "row")}`,
  sentName: (name) => `${name}: only its name`,
  sentNoTable: "nothing of a table",
  exportLines: "Export as JSON Lines",
  back: "All requests",
  payload: "The request, word for word",
  notKept: "The text of this request is not kept any more.",
};

export const zh: PrivacyWords = {
  levels: {
    hidden: { name: "隐藏", detail: "什么都看不到，包括名称" },
    names: { name: "名称", detail: "表名、列名和行数" },
    schema: { name: "结构", detail: "名称和类型，不含数据" },
    aggregates: { name: "汇总", detail: "另有至少涵盖 5 行的统计值" },
    rows: { name: "数据行", detail: "全部内容，包括单个数据" },
  },
  button: (level) => `隐私：${level}`,
  seen: (level) => `模型可见：${level}`,
  title: "模型可以看到什么",
  tooHigh: "受本服务器管理员限制",
  masked: "代称",
  mask: "隐去名称",
  maskDetail: "告诉模型的表名和列名是代称，你看到的仍是原名。",
  rules: "规则",
  rulesDetail: "规则会降低某个表或某一列对模型的可见程度。",
  remove: (rule) => `删除 ${rule} 的规则`,
  table: "表",
  column: "列",
  wholeTable: "整个表",
  mostSeen: "最多",
  add: "添加",
  noTables: "内核中没有可设规则的表。",

  sentTitle: "发送了什么",
  sentNothing: "此会话还没有向模型发送任何内容。",
  loading: "正在载入…",
  request: (model, host) => (host ? `${model} @ ${host}` : model),
  sentTable: (name, level, columns, rows) => `${name}：${level} · ${columns} 列 · ${rows} 行`,
  sentName: (name) => `${name}：仅名称`,
  sentNoTable: "不含表格内容",
  exportLines: "导出为 JSON Lines",
  back: "全部请求",
  payload: "请求原文",
  notKept: "这次请求的原文已不再保存。",
};
