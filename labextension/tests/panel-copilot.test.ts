// @vitest-environment node
import type { NotebookPanel } from "@jupyterlab/notebook";
import { beforeEach, describe, expect, test } from "vitest";
import type { Snapshot } from "../src/chat/chat";
import type { CellTarget, Host } from "../src/chat/host";
import type { Entry } from "../src/chat/state";
import { Copilot, type PanelChat, type Surroundings } from "../src/panel/copilot";
import type { CellInNotebook } from "../src/panel/notebooks";
import type { Content } from "../src/panel/panel";
import { DEFAULT_SETTINGS } from "../src/panel/settings";

/** Notes what it is asked to do, and shows a session as soon as it is told to. */
class FakeChat {
  readonly calls: unknown[][] = [];
  readonly listeners = new Set<() => void>();
  snapshot: Snapshot;
  private begun = 0;

  constructor(
    sessionId: string | null,
    readonly shown: (sessionId: string) => void,
  ) {
    const state = { sessionId: sessionId ?? "new-0", turn: null, deleted: false, entries: [] as unknown };
    this.snapshot = { draft: "", state } as Snapshot;
  }

  change(state: Partial<Snapshot["state"]>): void {
    this.snapshot = { ...this.snapshot, state: { ...this.snapshot.state, ...state } };
    for (const listener of this.listeners) listener();
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  openSession(sessionId: string): void {
    this.calls.push(["openSession", sessionId]);
    this.snapshot = { ...this.snapshot, state: { ...this.snapshot.state, sessionId, deleted: false } };
    this.shown(sessionId);
  }

  newSession(): void {
    this.calls.push(["newSession"]);
    this.shown(`new-${++this.begun}`);
  }

  setKernel(kernelId: string | null): void {
    this.calls.push(["setKernel", kernelId]);
  }

  setDraft(text: string): void {
    this.snapshot = { ...this.snapshot, draft: text };
  }

  async send(content: string): Promise<void> {
    this.calls.push(["send", this.snapshot.state.sessionId, content]);
  }

  loadTables(): void {
    this.calls.push(["loadTables"]);
  }

  stop(): void {
    this.calls.push(["stop"]);
  }

  close(): void {
    this.calls.push(["close"]);
  }

  last(name: string): unknown[] | undefined {
    return this.calls.findLast(([called]) => called === name);
  }
}

interface FakeNotebook {
  readonly name: string;
  isDisposed: boolean;
  inserted: [string, CellTarget][];
}

const notebook = (name: string): FakeNotebook => ({
  name,
  isDisposed: false,
  inserted: [],
});
const cell = (of: FakeNotebook): CellInNotebook => ({
  notebook: real(of),
  source: "1 / 0",
  language: "python",
  failure: "ZeroDivisionError",
});
const fake = (panel: NotebookPanel): FakeNotebook => panel as unknown as FakeNotebook;
const real = (panel: FakeNotebook): NotebookPanel => panel as unknown as NotebookPanel;

let front: FakeNotebook | null;
let open: FakeNotebook[];
let ownIds: Map<string, string>;
let hasCopilot: boolean;
let connected: [string | null, string | null][];
let chat: FakeChat;
let content: Content;
let inFront: string[];
let copilot: Copilot;

function around(): Surroundings {
  return {
    notebooks: {
      get front() {
        return front && real(front);
      },
      get open() {
        return open.map(real);
      },
      kernelId: (panel) => `kernel-${fake(panel).name}`,
      describe: (panel) => ({ name: `${fake(panel).name}.ipynb`, kernelId: `kernel-${fake(panel).name}` }),
      insert(panel, code, target) {
        fake(panel).inserted.push([code, target]);
        return true;
      },
    },
    language: "en",
    storage: null,
    openSettings: null,
    copy: () => Promise.resolve(),
    hasCopilot: () => Promise.resolve(hasCopilot),
    ownSession: (panel) => Promise.resolve(ownIds.get(fake(panel).name) ?? `nb-${fake(panel).name}`),
    connect(sessionId, kernelId, shown) {
      connected.push([sessionId, kernelId]);
      chat = new FakeChat(sessionId, shown);
      return chat as unknown as PanelChat;
    },
    display: (shown) => (content = shown),
    bringToFront: (panel) => inFront.push(fake(panel).name),
    warn: () => undefined,
    reviewReminders: () => undefined,
    changed: () => undefined,
  };
}

function host(): Host {
  if (content.kind !== "chat") throw new Error(`the panel shows ${content.kind}`);
  return content.host;
}

/** Lets what was promised happen. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

beforeEach(() => {
  [connected, inFront, hasCopilot] = [[], [], true];
  ownIds = new Map();
  open = [notebook("a"), notebook("b")];
  front = open[0]!;
  copilot = new Copilot(around());
});

async function bring(to: FakeNotebook | null): Promise<void> {
  front = to;
  copilot.frontChanged();
  await settled();
}

test("one connection is made, to the session of the notebook in front, with its kernel", async () => {
  await Promise.all([copilot.start(), copilot.start()]);
  expect(connected).toEqual([["nb-a", "kernel-a"]]);
});

test("without a notebook it begins a new session", async () => {
  front = null;
  await copilot.start();
  expect(connected).toEqual([[null, null]]);
  expect(host().insertCell).toBeNull();
  expect(host().notebook).toBeNull();
});

test("another notebook in front: its session, attached with its kernel", async () => {
  await copilot.start();
  chat.calls.length = 0;
  await bring(open[1]!);
  const at = chat.calls.findIndex(([name]) => name === "openSession");
  expect(chat.calls.slice(0, at).at(-1)).toEqual(["setKernel", "kernel-b"]);
  expect(chat.calls[at]).toEqual(["openSession", "nb-b"]);
  expect(chat.last("setKernel")).toEqual(["setKernel", "kernel-b"]);
  expect(host().notebook?.name).toBe("b.ipynb");
});

test("a session of no open notebook has no kernel once the last one is closed", async () => {
  await copilot.start();
  open = [];
  await bring(null);
  expect(chat.last("setKernel")).toEqual(["setKernel", null]);
});

test("an empty session looks for tables when a cell of its notebook has run, one in use does not", async () => {
  await copilot.start();
  copilot.cellRan(real(open[1]!));
  expect(chat.last("loadTables")).toBeUndefined();
  copilot.cellRan(real(open[0]!));
  expect(chat.last("loadTables")).toBeDefined();
  chat.calls.length = 0;
  chat.change({ entries: [{ kind: "user" } as Entry] });
  copilot.cellRan(real(open[0]!));
  expect(chat.last("loadTables")).toBeUndefined();
});

test("code goes into the notebook that the session belongs to, and its tab comes to the front", async () => {
  copilot.apply({ ...DEFAULT_SETTINGS, followNotebook: false });
  await copilot.start();
  await bring(open[1]!);
  host().insertCell?.("df.head()", "below");
  expect(open[0]?.inserted).toEqual([["df.head()", "below"]]);
  expect(inFront).toEqual(["a"]);
});

test("code of a session of no open notebook goes into the one in front", async () => {
  await copilot.start();
  chat.openSession("of-last-week");
  host().insertCell?.("df.head()", "active");
  expect(open[0]?.inserted).toEqual([["df.head()", "active"]]);
  expect(inFront).toEqual([]);
});

describe("a failed cell", () => {
  test("is sent in its notebook's session, also while the panel stays with another", async () => {
    copilot.apply({ ...DEFAULT_SETTINGS, followNotebook: false });
    await copilot.start();
    await bring(open[1]!);
    await copilot.askAboutFailure("explain", cell(open[1]!));
    const [, sessionId, text] = chat.last("send") ?? [];
    expect(sessionId).toBe("nb-b");
    expect(text).toContain("It ended with `ZeroDivisionError`.");
  });

  test("that fails no more is not sent", async () => {
    await copilot.start();
    await copilot.askAboutFailure("fix", { ...cell(open[0]!), failure: null });
    expect(chat.last("send")).toBeUndefined();
  });
});

test("a cell that is asked about goes below what was already written", async () => {
  await copilot.start();
  chat.setDraft("Why is this slow?\n");
  await copilot.ask(cell(open[0]!));
  expect(chat.snapshot.draft).toBe("Why is this slow?\n\n```python\n1 / 0\n```\n\n");
});

test("a deleted session gives way to the notebook's next", async () => {
  await copilot.start();
  ownIds.set("a", "nb-a-2");
  chat.newSession();
  await settled();
  expect(chat.last("openSession")).toEqual(["openSession", "nb-a-2"]);
});

test("a server without a copilot is named, and asked again on request", async () => {
  hasCopilot = false;
  await copilot.start();
  expect(content.kind).toBe("missing");
  expect(connected).toEqual([]);

  hasCopilot = true;
  if (content.kind === "missing") content.checkAgain();
  await settled();
  expect(content.kind).toBe("chat");
});

test("settings apply at once", async () => {
  await copilot.start();
  copilot.apply({ ...DEFAULT_SETTINGS, language: "zh", sendKey: "ctrl-enter" });
  expect(host()).toMatchObject({ language: "zh", sendKey: "ctrl-enter" });
  expect(copilot.words.explain).toBe("解释");
});

test("the end closes the connection and listens no more", async () => {
  await copilot.start();
  copilot.dispose();
  await bring(open[1]!);
  expect(chat.calls.filter(([name]) => name === "openSession" || name === "close")).toEqual([["close"]]);
  expect(chat.listeners.size).toBe(0);
});
