/** The words of the transcript, and of numbers and times everywhere. */
import type { Decision } from "../state";
import { asked as inChinese } from "./server";

export interface Units {
  ms(count: number): string;
  s(count: string): string;
  min(minutes: number, seconds: number): string;
  h(hours: number, minutes: number): string;
}

export interface Times {
  readonly justNow: string;
  readonly soon: string;
  readonly today: string;
  readonly yesterday: string;
  readonly tomorrow: string;
  /** Between a day and a time. */
  readonly separator: string;
  minutesAgo(count: number): string;
  inMinutes(count: number): string;
  hoursAgo(count: number): string;
  inHours(count: number): string;
}

/** What the buttons say, and what is said afterwards. */
export interface DecisionWords {
  readonly ask: Readonly<Record<Decision, string>>;
  readonly said: Readonly<Record<Decision, string>>;
}

export interface TranscriptWords {
  readonly units: Units;
  readonly times: Times;

  readonly conversation: string;
  readonly earlier: string;
  readonly newBelow: string;
  readonly waitingBelow: string;

  readonly you: string;
  /** Where a message came from. */
  from(surface: string): string;
  readonly edit: string;
  readonly editing: string;
  readonly retry: string;
  readonly send: string;
  readonly cancel: string;
  readonly sending: string;
  readonly queued: string;
  readonly withdraw: string;

  readonly thinking: string;
  readonly working: string;
  readonly writing: string;
  readonly waiting: string;
  readonly reasoning: string;
  readonly cutOff: string;
  readonly copy: string;

  readonly ok: string;
  readonly failed: string;
  readonly running: string;
  readonly notFinished: string;
  readonly arguments: string;
  readonly result: string;
  readonly noResult: string;
  readonly started: string;
  readonly picture: string;
  more(count: string): string;

  readonly yourAnswer: string;
  readonly somethingElse: string;
  readonly answer: string;
  until(when: string): string;
  readonly notAnswered: string;
  readonly notInTime: string;
  /** Where a question was answered, or an approval decided. */
  answeredBy(surface: string): string;

  readonly approval: string;
  runsIn(notebook: string): string;
  kernel(id: string): string;
  /** `said` is in English, as the server has it. */
  asksToRun(said: string): string;
  /** `what` is in English: `3 rows of q1: 2 columns, 1 of text`. */
  asksToSee(what: string): string;
  askedToSee(what: string): string;
  readonly showWhat: string;
  /** By tool. */
  readonly decisions: Readonly<Record<string, DecisionWords>>;
  /** Of all others. */
  readonly allowing: DecisionWords;
  readonly notDecided: string;

  readonly details: string;
  readonly openSettings: string;
  readonly warning: string;

  readonly reminder: string;
  readonly late: string;
  readonly done: string;
  readonly snooze: string;
  readonly isDone: string;
  readonly isSnoozed: string;
  next(when: string): string;

  tokens(input: string, output: string): string;
  readonly ends: Readonly<Record<"cancelled" | "limit" | "interrupted", string>>;
  readonly goOn: string;
  /** What is said for the user when they press `goOn`. */
  readonly goOnMessage: string;
  readonly choicesSeparator: string;
}

const SURFACES_EN: Readonly<Record<string, [from: string, answered: string]>> = {
  magic: ["from a cell", "answered in a cell"],
  widget: ["from the notebook", "answered in the notebook"],
  panel: ["from the side panel", "answered in the side panel"],
  page: ["from the chat page", "answered on the chat page"],
};

const SURFACES_ZH: Readonly<Record<string, [from: string, answered: string]>> = {
  magic: ["来自单元格", "已在单元格中回答"],
  widget: ["来自笔记本", "已在笔记本中回答"],
  panel: ["来自侧边栏", "已在侧边栏中回答"],
  page: ["来自聊天页面", "已在聊天页面中回答"],
};

export const en: TranscriptWords = {
  units: {
    ms: (count) => `${count} ms`,
    s: (count) => `${count} s`,
    min: (minutes, seconds) => (seconds === 0 ? `${minutes} min` : `${minutes} min ${seconds} s`),
    h: (hours, minutes) => (minutes === 0 ? `${hours} h` : `${hours} h ${minutes} min`),
  },
  times: {
    justNow: "just now",
    soon: "in a moment",
    today: "today",
    yesterday: "yesterday",
    tomorrow: "tomorrow",
    separator: ", ",
    minutesAgo: (count) => `${count} min ago`,
    inMinutes: (count) => `in ${count} min`,
    hoursAgo: (count) => `${count} h ago`,
    inHours: (count) => `in ${count} h`,
  },

  conversation: "Conversation",
  earlier: "Show earlier messages",
  newBelow: "New messages ↓",
  waitingBelow: "A question waits for you ↓",

  you: "You",
  from: (surface) => SURFACES_EN[surface]?.[0] ?? "from another program",
  edit: "Edit",
  editing: "Edit your message",
  retry: "Retry",
  send: "Send",
  cancel: "Cancel",
  sending: "Sending…",
  queued: "Queued",
  withdraw: "Take back",

  thinking: "Thinking…",
  working: "Working…",
  writing: "Writing…",
  waiting: "Waiting for your answer",
  reasoning: "Reasoning",
  cutOff: "The answer ends here, before it was finished.",
  copy: "Copy",

  ok: "ok",
  failed: "failed",
  running: "running",
  notFinished: "not finished",
  arguments: "Arguments",
  result: "Result",
  noResult: "No result",
  started: "Started",
  picture: "Picture",
  more: (count) => `… ${count} more characters`,

  yourAnswer: "Your answer",
  somethingElse: "Something else",
  answer: "Answer",
  until: (when) => `Without an answer, the copilot goes on ${when}.`,
  notAnswered: "not answered",
  notInTime: "not answered in time",
  answeredBy: (surface) => SURFACES_EN[surface]?.[1] ?? "answered elsewhere",

  approval: "Permission needed",
  runsIn: (notebook) => `Runs in the kernel of ${notebook}`,
  kernel: (id) => `kernel ${id}`,
  asksToRun: (said) => said,
  asksToSee: (what) => `The model asks to see ${what}.`,
  askedToSee: (what) => `The model asked to see ${what}`,
  showWhat: "Show what",
  decisions: {
    run_code: {
      ask: { once: "Run once", session: "Allow this code in this session", deny: "Don’t run" },
      said: { once: "run once", session: "this code is allowed in this session", deny: "not run" },
    },
    share_data: {
      ask: { once: "Once", session: "This session", deny: "No" },
      said: { once: "shown once", session: "allowed in this session", deny: "not shown" },
    },
  },
  allowing: {
    ask: { once: "Allow once", session: "Allow in this session", deny: "Don’t allow" },
    said: { once: "allowed once", session: "allowed in this session", deny: "not allowed" },
  },
  notDecided: "nobody decided in time",

  details: "Details",
  openSettings: "Open settings",
  warning: "Warning",

  reminder: "Reminder",
  late: "late",
  done: "Done",
  snooze: "Snooze 10 min",
  isDone: "done",
  isSnoozed: "snoozed",
  next: (when) => `Next ${when}`,

  tokens: (input, output) => `${input} → ${output} tokens`,
  ends: {
    cancelled: "Stopped.",
    limit: "The step limit was reached.",
    interrupted: "The server went away in mid-answer.",
  },
  goOn: "Continue",
  goOnMessage: "Go on.",
  choicesSeparator: ", ",
};

export const zh: TranscriptWords = {
  units: {
    ms: (count) => `${count} 毫秒`,
    s: (count) => `${count} 秒`,
    min: (minutes, seconds) => (seconds === 0 ? `${minutes} 分钟` : `${minutes} 分 ${seconds} 秒`),
    h: (hours, minutes) => (minutes === 0 ? `${hours} 小时` : `${hours} 小时 ${minutes} 分`),
  },
  times: {
    justNow: "刚刚",
    soon: "马上",
    today: "今天",
    yesterday: "昨天",
    tomorrow: "明天",
    separator: " ",
    minutesAgo: (count) => `${count} 分钟前`,
    inMinutes: (count) => `${count} 分钟后`,
    hoursAgo: (count) => `${count} 小时前`,
    inHours: (count) => `${count} 小时后`,
  },

  conversation: "对话",
  earlier: "显示更早的消息",
  newBelow: "有新消息 ↓",
  waitingBelow: "有问题等你回答 ↓",

  you: "你",
  from: (surface) => SURFACES_ZH[surface]?.[0] ?? "来自其他程序",
  edit: "修改",
  editing: "修改这条消息",
  retry: "重试",
  send: "发送",
  cancel: "取消",
  sending: "正在发送…",
  queued: "排队中",
  withdraw: "撤回",

  thinking: "思考中…",
  working: "处理中…",
  writing: "正在回答…",
  waiting: "等你回答",
  reasoning: "思考过程",
  cutOff: "回答到这里中断了。",
  copy: "复制",

  ok: "完成",
  failed: "失败",
  running: "运行中",
  notFinished: "未完成",
  arguments: "参数",
  result: "结果",
  noResult: "没有结果",
  started: "开始于",
  picture: "图片",
  more: (count) => `… 还有 ${count} 个字符`,

  yourAnswer: "你的回答",
  somethingElse: "其他回答",
  answer: "回答",
  until: (when) => `若无人回答，${when}将自行继续。`,
  notAnswered: "未回答",
  notInTime: "超时未答",
  answeredBy: (surface) => SURFACES_ZH[surface]?.[1] ?? "已在别处回答",

  approval: "需要你的许可",
  runsIn: (notebook) => `将在 ${notebook} 的内核中运行`,
  kernel: (id) => `内核 ${id}`,
  asksToRun: () => "助手想在你的内核中运行这段代码。",
  asksToSee: (what) => `模型想看${inChinese(what)}。`,
  askedToSee: (what) => `模型想看${inChinese(what)}`,
  showWhat: "查看内容",
  decisions: {
    run_code: {
      ask: { once: "运行一次", session: "本次会话都允许这段代码", deny: "不运行" },
      said: { once: "运行一次", session: "本次会话都允许这段代码", deny: "未运行" },
    },
    share_data: {
      ask: { once: "仅此一次", session: "本次会话", deny: "不行" },
      said: { once: "看了一次", session: "本次会话都允许", deny: "没有给看" },
    },
  },
  allowing: {
    ask: { once: "允许一次", session: "本次会话都允许", deny: "不允许" },
    said: { once: "允许一次", session: "本次会话都允许", deny: "未允许" },
  },
  notDecided: "超时，无人决定",

  details: "详情",
  openSettings: "打开设置",
  warning: "注意",

  reminder: "提醒",
  late: "迟到",
  done: "完成",
  snooze: "10 分钟后再提醒",
  isDone: "已完成",
  isSnoozed: "已推迟",
  next: (when) => `下次：${when}`,

  tokens: (input, output) => `${input} → ${output} 词元`,
  ends: {
    cancelled: "已停止。",
    limit: "已达到步数上限。",
    interrupted: "服务器在回答途中断开了。",
  },
  goOn: "继续",
  goOnMessage: "继续。",
  choicesSeparator: ", ",
};
