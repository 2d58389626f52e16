/** A question or two to a hub before there is a connection to it. */
import type { Dial, Transport } from "../chat/connection/transport";
import type { ClientFrame, ServerFrame } from "../chat/protocol";

const PATIENCE_MS = 5_000;

export type Ask = (frame: ClientFrame & { request_id: string }) => Promise<ServerFrame | null>;

/** Dials, has `talk` ask, and hangs up; null when there is no way to the hub. */
export async function askHub<T>(dial: Dial, talk: (ask: Ask) => Promise<T>): Promise<T | null> {
  let transport: Transport;
  try {
    transport = await dial();
  } catch {
    return null;
  }
  try {
    return await talk((frame) => replyTo(frame, transport));
  } finally {
    transport.close();
  }
}

/** The session that was used last, wherever that was; null when there is none, or nobody who knows. */
export function lastSession(dial: Dial): Promise<string | null> {
  return askHub(dial, async (ask) => {
    const listed = await ask({ type: "list", what: "sessions", request_id: "list" });
    return listed?.type === "sessions" ? (listed.sessions[0]?.session_id ?? null) : null;
  });
}

/** The reply to one frame; null when none comes. */
function replyTo(frame: ClientFrame & { request_id: string }, transport: Transport): Promise<ServerFrame | null> {
  return new Promise((resolve) => {
    const end = (reply: ServerFrame | null): void => {
      clearTimeout(timer);
      transport.onframe = transport.onclose = null;
      resolve(reply);
    };
    const timer = setTimeout(() => end(null), PATIENCE_MS);
    transport.onframe = (text) => {
      const reply = JSON.parse(text) as ServerFrame;
      if ("request_id" in reply && reply.request_id === frame.request_id) end(reply);
    };
    transport.onclose = () => end(null);
    try {
      transport.send(JSON.stringify(frame));
    } catch {
      end(null);
    }
  });
}
