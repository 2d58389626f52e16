/** The words of what tools show of tables, and of the evidence behind an answer. Numbers come in written out. */
import type { Check } from "../chat";
import { head, title } from "./server";

export interface TableWords {
  /** Of a list or a description of tables, as the server has them: in English. */
  readonly title: (said: string) => string;
  readonly head: (name: string) => string;
  /** The name of a result; both may be "". */
  readonly result: (ref: string, title: string) => string;
  readonly rows: (count: string) => string;
  readonly firstRows: (shown: string, total: string) => string;
  readonly foundRows: (found: string, of: string) => string;
  readonly noneFound: (query: string) => string;
  readonly empty: string;
  readonly search: string;
  readonly range: (from: string, to: string, of: string) => string;
  readonly previous: string;
  readonly next: string;
  readonly insert: string;
  readonly copyCode: string;
  readonly copy: string;
  readonly sql: string;
  readonly spec: string;
  readonly chart: string;
  readonly output: string;
  readonly errorOutput: string;
  readonly traceback: string;
  readonly variables: Readonly<Record<"new" | "changed" | "removed", (names: string) => string>>;

  readonly mark: (ref: string, stale: boolean) => string;
  readonly states: Readonly<Record<Check["state"], string>>;
  /** `reason` is in English, as the server has it. */
  because(reason: string): string;
  readonly runAgain: string;
  readonly evidence: string;
  readonly unproved: (count: number, numbers: string) => string;
}

export const en: TableWords = {
  title: (said) => said,
  head: (name) => name,
  result: (ref, title) => ["Result", ref, title].filter(Boolean).join(" "),
  rows: (count) => (count === "1" ? "1 row" : `${count} rows`),
  firstRows: (shown, total) => `first ${shown} of ${total} rows`,
  foundRows: (found, of) => `${found} of ${of} rows`,
  noneFound: (query) => `No row has “${query}” in it.`,
  empty: "No rows",
  search: "Find in this table",
  range: (from, to, of) => `${from}–${to} of ${of}`,
  previous: "Previous rows",
  next: "Next rows",
  insert: "Insert as cell",
  copyCode: "Copy code",
  copy: "Copy",
  sql: "SQL",
  spec: "Vega-Lite specification",
  chart: "Chart",
  output: "Output",
  errorOutput: "Error output",
  traceback: "Traceback",
  variables: {
    new: (names) => `new: ${names}`,
    changed: (names) => `changed: ${names}`,
    removed: (names) => `removed: ${names}`,
  },

  mark: (ref, stale) => (stale ? `Evidence ${ref}, out of date` : `Evidence ${ref}`),
  states: {
    checking: "Checking…",
    running: "Running…",
    fresh: "The tables are as they were.",
    stale: "Out of date.",
    unknown: "Can’t be checked now.",
  },
  because: (reason) => reason,
  runAgain: "Run again",
  evidence: "Evidence:",
  unproved: (count, numbers) =>
    count === 1 ? `1 number without evidence: ${numbers}` : `${count} numbers without evidence: ${numbers}`,
};

export const zh: TableWords = {
  title,
  head,
  result: (ref, title) => ["结果", ref, title].filter(Boolean).join(" "),
  rows: (count) => `${count} 行`,
  firstRows: (shown, total) => `共 ${total} 行，这里是前 ${shown} 行`,
  foundRows: (found, of) => `${of} 行中有 ${found} 行`,
  noneFound: (query) => `没有哪一行包含“${query}”。`,
  empty: "没有数据行",
  search: "在表中查找",
  range: (from, to, of) => `第 ${from}–${to} 行，共 ${of} 行`,
  previous: "前面的行",
  next: "后面的行",
  insert: "插入为单元格",
  copyCode: "复制代码",
  copy: "复制",
  sql: "SQL",
  spec: "Vega-Lite 图表定义",
  chart: "图表",
  output: "输出",
  errorOutput: "错误输出",
  traceback: "调用栈",
  variables: {
    new: (names) => `新变量：${names}`,
    changed: (names) => `有改动：${names}`,
    removed: (names) => `已删除：${names}`,
  },

  mark: (ref, stale) => (stale ? `依据 ${ref}，已过时` : `依据 ${ref}`),
  states: {
    checking: "正在核对…",
    running: "正在运行…",
    fresh: "表格没有变过。",
    stale: "已过时。",
    unknown: "暂时无法核对。",
  },
  because: (reason) =>
    reason
      .replace(/^(\S+) has changed since\.$/, "$1 之后有过改动。")
      .replace(/^There is no table (\S+) any more\.$/, "表 $1 已不存在。"),
  runAgain: "重新运行",
  evidence: "依据：",
  unproved: (count, numbers) => `${count} 个数字没有依据：${numbers}`,
};
