/** Words of Markdown and code. */
export interface CodeWords {
  readonly copy: string;
  readonly copied: string;
  readonly notCopied: string;
  readonly insertBelow: string;
  readonly intoCell: string;
  /** The name of a block of code; `language` may be "". */
  readonly codeIn: (language: string) => string;
  /** The name of a table that scrolls; `columns` may be "". */
  readonly table: (number: number, columns: string) => string;
  /** What stands for an image that is not loaded; `alt` may be "". */
  readonly image: (alt: string) => string;
}

export const en: CodeWords = {
  copy: "Copy",
  copied: "Copied",
  notCopied: "Not copied",
  insertBelow: "Insert below",
  intoCell: "Into cell",
  codeIn: (language) => (language === "" ? "Code" : `Code, ${language}`),
  table: (number, columns) => (columns === "" ? `Table ${number}` : `Table ${number}: ${columns}`),
  image: (alt) => (alt === "" ? "Image" : `Image: ${alt}`),
};

export const zh: CodeWords = {
  copy: "复制",
  copied: "已复制",
  notCopied: "没有复制成功",
  insertBelow: "插入到下方",
  intoCell: "放进单元格",
  codeIn: (language) => (language === "" ? "代码" : `${language} 代码`),
  table: (number, columns) => (columns === "" ? `表格 ${number}` : `表格 ${number}：${columns}`),
  image: (alt) => (alt === "" ? "图片" : `图片：${alt}`),
};
