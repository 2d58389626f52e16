/** In Chinese what the server says in English, once for every reader. What is worded in another way stays as it is. */
const COUNT = "([\\d,]+)";

const WORDINGS: readonly [RegExp, (...parts: (string | undefined)[]) => string][] = [
  [
    RegExp(`^${COUNT} rows? of (\\S+): ${COUNT} columns?(?:, ${COUNT} of text)?$`),
    (rows, of, columns, texts) =>
      ` ${of} 的 ${rows} 行（${columns} 列${texts === undefined ? "" : `，其中 ${texts} 列是文字`}）`,
  ],
  [
    RegExp(`^statistics of ${COUNT} columns? of (.+) \\(${COUNT} rows?\\)$`),
    (columns, of, rows) => ` ${of} 中 ${columns} 列的统计值（共 ${rows} 行）`,
  ],
  [/^the message and traceback of the error$/, () => "错误信息及其调用堆栈"],
  [/^the output of the code: (.+)$/, (quantity) => `代码的输出：${quantities(quantity)}`],
  [
    /^the output of the code \((.+)\) and its error's message$/,
    (quantity) => `代码的输出（${quantities(quantity)}）和错误信息`,
  ],
];

const QUANTITIES: readonly [RegExp, string][] = [
  [/(\d+) lines? of text/, "$1 行文字"],
  [/(\d+) outputs?/, "$1 个输出"],
  [/ \((\d+) pictures? (?:is|are) not sent\)/, "（$1 张图片不发送）"],
  [/ and /, "和 "],
];

/** What a model asks to see. */
export function asked(what: string): string {
  for (const [pattern, worded] of WORDINGS) {
    const parts = pattern.exec(what);
    if (parts !== null) return worded(...parts.slice(1));
  }
  return `：${what}`;
}

function quantities(said = ""): string {
  return QUANTITIES.reduce((text, [pattern, chinese]) => text.replace(pattern, chinese), said);
}

const TITLES: readonly [RegExp, string][] = [
  [/^No tables$/, "没有表"],
  [/^([\d,]+) tables?$/, "$1 个表"],
  [/^(\S+): ([\d,]+) columns?$/, "$1：$2 列"],
  [/^(\S+): ([\d,]+) rows? × ([\d,]+) columns?/, "$1：$2 行 × $3 列"],
  [/; all figures from ([\d,]+) rows?, evenly spread$/, "；所有数字来自均匀抽取的 $1 行"],
  [
    /; distinct, quartiles, .+ from ([\d,]+) rows?, evenly spread$/,
    "；不同值、四分位数、最常见、长度和 Python 对象的数字来自均匀抽取的 $1 行",
  ],
];

const HEADS: Readonly<Record<string, string>> = {
  name: "名称",
  kind: "类型",
  rows: "行数",
  columns: "列数",
  memory: "内存",
  column: "列",
  type: "类型",
  missing: "缺失",
  distinct: "不同值",
  mean: "平均",
  std: "标准差",
  min: "最小",
  max: "最大",
  "most frequent": "最常见",
  length: "长度",
};

/** The title of a list or a description of tables. */
export function title(said: string): string {
  return TITLES.reduce((text, [pattern, chinese]) => text.replace(pattern, chinese), said);
}

/** The name of a column in one. */
export function head(name: string): string {
  return Object.hasOwn(HEADS, name) ? (HEADS[name] ?? name) : name;
}
