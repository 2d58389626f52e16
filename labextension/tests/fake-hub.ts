/** A hub at the other end of a transport, for tests of those who dial. */
import type { Dial, Transport } from "../src/chat/connection/transport";

export interface FakeHub {
  readonly dial: Dial;
  readonly received: Record<string, unknown>[];
  /** Those that were opened and not closed. */
  readonly open: Set<Transport>;
}

/** `answer` gives the reply to each frame; nothing for none. `null` instead of it: nobody is there. */
export function fakeHub(answer: ((frame: Record<string, unknown>) => object | undefined) | null): FakeHub {
  const received: Record<string, unknown>[] = [];
  const open = new Set<Transport>();
  const dial: Dial = () => {
    if (answer === null) return Promise.reject(new Error("nobody there"));
    const transport: Transport = {
      onframe: null,
      onclose: null,
      send(text) {
        const frame = JSON.parse(text) as Record<string, unknown>;
        received.push(frame);
        const reply = answer(frame);
        if (reply !== undefined) {
          const answered = JSON.stringify({ request_id: frame.request_id, ...reply });
          queueMicrotask(() => transport.onframe?.(answered));
        }
      },
      close: () => void open.delete(transport),
    };
    open.add(transport);
    return Promise.resolve(transport);
  };
  return { dial, received, open };
}
