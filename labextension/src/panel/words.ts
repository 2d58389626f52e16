/** The words of the panel around the chat: commands, reminders, and what a failed cell's buttons say to the model. */
import type { Language } from "../chat/host";

export interface PanelWords {
  readonly name: string;
  readonly caption: string;
  readonly open: string;
  readonly newSession: string;
  readonly askCell: string;
  readonly explain: string;
  readonly explainError: string;
  readonly fix: string;
  readonly fixError: string;
  readonly sendsError: string;
  readonly stop: string;
  readonly checking: string;
  readonly missing: string;
  readonly missingHint: string;
  readonly checkAgain: string;
  readonly reminder: (content: string, late: boolean) => string;
  readonly done: string;
  readonly snooze: string;
  readonly openSession: string;
  readonly readOnly: string;
  /** To the model. */
  readonly pleaseExplain: string;
  readonly pleaseFix: string;
  readonly theError: (type: string) => string;
  readonly leftOut: (characters: number) => string;
}

const en: PanelWords = {
  name: "Table Copilot",
  caption: "Table Copilot: ask about your tables",
  open: "Table Copilot panel",
  newSession: "New session",
  askCell: "Ask about this cell",
  explain: "Explain",
  explainError: "Explain this cell's error",
  fix: "Fix",
  fixError: "Fix this cell's error",
  sendsError: "Sends this cell's code and the type of its error to the model",
  stop: "Stop the answer",
  checking: "Connecting…",
  missing: "The copilot is not part of this Jupyter server.",
  missingHint: "Install it where the server runs, switch it on, and start Jupyter again:",
  checkAgain: "Check again",
  reminder: (content, late) => (late ? `Reminder, late: ${content}` : `Reminder: ${content}`),
  done: "Done",
  snooze: "Snooze 10 min",
  openSession: "Open session",
  readOnly: "This notebook is read-only, so no cell was changed.",
  pleaseExplain: "Explain the error of this cell.",
  pleaseFix:
    "Fix the error of this cell. Give the whole corrected cell in one code block, and say in a sentence what was wrong.",
  theError: (type) => `It ended with \`${type}\`.`,
  leftOut: (characters) => `… ${characters} characters left out …`,
};

const zh: PanelWords = {
  name: "Table Copilot",
  caption: "Table Copilot：询问你的表格",
  open: "Table Copilot 面板",
  newSession: "新建会话",
  askCell: "就此单元格提问",
  explain: "解释",
  explainError: "解释此单元格的报错",
  fix: "修复",
  fixError: "修复此单元格的报错",
  sendsError: "会把此单元格的代码和报错类型发送给模型",
  stop: "停止回答",
  checking: "正在连接…",
  missing: "这个 Jupyter 服务器上没有 Table Copilot。",
  missingHint: "请在服务器所在的环境中安装并启用，然后重启 Jupyter：",
  checkAgain: "重新检查",
  reminder: (content, late) => (late ? `提醒（迟到）：${content}` : `提醒：${content}`),
  done: "完成",
  snooze: "10 分钟后再提醒",
  openSession: "打开会话",
  readOnly: "这个笔记本是只读的，单元格没有改动。",
  pleaseExplain: "请解释这个单元格的报错。",
  pleaseFix: "请修复这个单元格的报错。把改好的整个单元格放进一个代码块，并用一句话说明原因。",
  theError: (type) => `它以 \`${type}\` 结束。`,
  leftOut: (characters) => `…… 省略 ${characters} 个字符 ……`,
};

export const PANEL_WORDS: Readonly<Record<Language, PanelWords>> = { en, zh };
