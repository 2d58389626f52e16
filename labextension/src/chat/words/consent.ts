/** In Chinese what the server says in English that a model asks to see. What is worded in another way stays as it is. */
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

export function inChinese(what: string): string {
  for (const [pattern, worded] of WORDINGS) {
    const parts = pattern.exec(what);
    if (parts !== null) return worded(...parts.slice(1));
  }
  return `：${what}`;
}

function quantities(said = ""): string {
  return QUANTITIES.reduce((text, [pattern, chinese]) => text.replace(pattern, chinese), said);
}
