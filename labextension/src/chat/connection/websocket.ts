/** The hub over the Jupyter server's WebSocket. */
import { SUBPROTOCOL } from "../protocol";
import { Incompatible } from "./errors";
import { ABNORMAL, DIAL_TIMEOUT_MS, Pipe, type Dial, type Transport } from "./transport";

/** Connects to `url` (`ws:` or `http:`). Without a token the page's cookie is what lets in. */
export function dialWebSocket(url: string, token?: string): Dial {
  const address = url.replace(/^http/, "ws");
  const query = token ? `${address.includes("?") ? "&" : "?"}token=${encodeURIComponent(token)}` : "";
  return () => open(address + query);
}

function open(address: string): Promise<Transport> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(address, SUBPROTOCOL);
    const give = (error: Error): void => {
      clearTimeout(timer);
      socket.onopen = socket.onerror = socket.onclose = null;
      socket.close();
      reject(error);
    };
    const timer = setTimeout(() => give(new Error("the server did not answer in time")), DIAL_TIMEOUT_MS);
    socket.onerror = socket.onclose = () => give(new Error("the connection was refused"));
    socket.onopen = () => {
      if (socket.protocol !== SUBPROTOCOL) return give(new Incompatible("the server speaks another protocol"));
      clearTimeout(timer);
      resolve(new SocketTransport(socket));
    };
  });
}

class SocketTransport extends Pipe {
  readonly #socket: WebSocket;

  constructor(socket: WebSocket) {
    super();
    this.#socket = socket;
    socket.onopen = socket.onerror = null;
    socket.onmessage = (event: MessageEvent<unknown>) => {
      if (typeof event.data === "string") this.arrived(event.data);
    };
    socket.onclose = ({ code, reason }) => this.ended(code || ABNORMAL, reason);
  }

  send(text: string): void {
    this.#socket.send(text);
  }

  close(): void {
    this.hush();
    this.#socket.onmessage = this.#socket.onclose = null;
    this.#socket.close();
  }
}
