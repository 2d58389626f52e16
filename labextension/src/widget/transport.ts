/**
 * Which way the chat in a cell takes to its hub.
 *
 * A page of the very server that hosts the session reaches it by WebSocket: then Stop works whatever the kernel does.
 * But the page's server may be another one than the kernel's, and both may have a session of that name. So the socket is
 * taken only if the session is listed there and its log is the same (its epoch is the one that the kernel knows).
 * Everywhere else, and whenever in doubt, the way is the widget's comm.
 */
import { dialComm, type CommModel } from "../chat/connection/comm";
import type { Dial } from "../chat/connection/transport";
import { dialWebSocket } from "../chat/connection/websocket";
import { askHub } from "../browser/ask";

export interface Server {
  /** Of the copilot's socket. */
  readonly url: string;
  readonly token: string;
}

export interface Session {
  readonly sessionId: string;
  readonly epoch: string;
}

/** Past every event: what the session said so far is not asked for. */
const NO_EVENTS = 2 ** 53 - 1;

/** The Jupyter server of this page, where there is one. */
export function pageServer(page: Document = document): Server | null {
  const config = configOf(page);
  if (config === null) return null;
  const base = textOf(config.wsUrl) || textOf(config.baseUrl);
  if (base === "") return null;
  try {
    const url = new URL("table-copilot/ws", new URL(base.endsWith("/") ? base : `${base}/`, page.location.href));
    return { url: url.href, token: textOf(config.token) };
  } catch {
    return null;
  }
}

/** Dials the page's server if it hosts the session, else the kernel. What was found to host it is not asked again. */
export function chooseDial(
  model: CommModel,
  session: () => Session,
  server: Server | null,
  dial: (url: string, token?: string) => Dial = dialWebSocket,
): Dial {
  const comm = dialComm(model);
  if (server === null) return comm;
  const socket = dial(server.url, server.token === "" ? undefined : server.token);
  let hosts = false;
  return async () => {
    hosts ||= await hostsSession(socket, session());
    return await (hosts ? socket() : comm());
  };
}

/** Whether the server at the other end has this very session. */
export async function hostsSession(dial: Dial, { sessionId, epoch }: Session): Promise<boolean> {
  if (sessionId === "" || epoch === "") return false;
  const hosts = await askHub(dial, async (ask) => {
    const listed = await ask({ type: "list", what: "sessions", request_id: "list" });
    if (listed?.type !== "sessions" || !listed.sessions.some((one) => one.session_id === sessionId)) return false;
    const attached = await ask({
      type: "attach",
      session_id: sessionId,
      after_seq: NO_EVENTS,
      surface: "widget",
      request_id: "attach",
    });
    return attached?.type === "attached" && attached.epoch === epoch;
  });
  return hosts === true;
}

function configOf(page: Document): Record<string, unknown> | null {
  try {
    const config: unknown = JSON.parse(page.getElementById("jupyter-config-data")?.textContent ?? "");
    return typeof config === "object" && config !== null ? (config as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
