/** What is said about the connection itself. */
export interface ConnectionWords {
  readonly unreachable: Said;
  readonly frameTooLarge: Said;
  readonly loggedOut: Said;
  readonly tooMany: Said;
  readonly noReply: Said;
  readonly messageTooLong: Said;
  readonly closed: Said;
  readonly otherVersion: Said;
  readonly kernelGone: Said;
}

export interface Said {
  readonly message: string;
  readonly hint: string;
}

export const en: ConnectionWords = {
  unreachable: {
    message: "The copilot's server can't be reached.",
    hint: "Check that Jupyter runs, then try again. If you were logged out, reload the page.",
  },
  frameTooLarge: { message: "A message was too large for the server.", hint: "Send a shorter one." },
  loggedOut: {
    message: "The server does not accept this page's login any more.",
    hint: "Reload the page to log in again.",
  },
  tooMany: {
    message: "The server has too many connections open.",
    hint: "Close some notebooks or pages, then try again.",
  },
  noReply: { message: "The server did not reply in time.", hint: "It may be busy. Try again in a moment." },
  messageTooLong: { message: "The message is longer than 1 MB.", hint: "Send a shorter one, or name a file." },
  closed: { message: "The connection was closed.", hint: "Open the chat again." },
  otherVersion: {
    message: "The server and this page are of different versions.",
    hint: "Reload the page. If that does not help, update table-copilot-jupyter and restart Jupyter.",
  },
  kernelGone: { message: "The kernel of this chat has ended.", hint: "Run the cell again to go on." },
};

export const zh: ConnectionWords = {
  unreachable: {
    message: "连接不上 Copilot 服务器。",
    hint: "请确认 Jupyter 正在运行，然后重试。如果登录已失效，请刷新页面。",
  },
  frameTooLarge: { message: "这条消息太大，服务器无法接收。", hint: "请缩短后再发。" },
  loggedOut: { message: "登录已失效。", hint: "请刷新页面，重新登录。" },
  tooMany: { message: "服务器上的连接太多了。", hint: "请关掉几个笔记本或页面，再试一次。" },
  noReply: { message: "服务器没有及时回应。", hint: "它可能正忙，请稍后再试。" },
  messageTooLong: { message: "消息超过 1 MB。", hint: "请缩短后再发，或改为写出文件名。" },
  closed: { message: "连接已关闭。", hint: "请重新打开聊天。" },
  otherVersion: {
    message: "页面与服务器的版本不一致。",
    hint: "请刷新页面。如果仍不行，请更新 table-copilot-jupyter 并重启 Jupyter。",
  },
  kernelGone: { message: "这个聊天所用的内核已经结束。", hint: "重新运行这个单元格即可继续。" },
};

export const CONNECTION_WORDS: Readonly<Record<"en" | "zh", ConnectionWords>> = { en, zh };
