/** What a request can end with instead of a reply. Both have a sentence of what to do. */
import type { Said } from "../words/connection";

/** The server refused it. */
export class ServerError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly hint: string,
  ) {
    super(message);
    this.name = "ServerError";
  }
}

/** It did not reach the server, or its reply did not come back. */
export class ConnectionError extends Error {
  readonly hint: string;

  constructor({ message, hint }: Said) {
    super(message);
    this.name = "ConnectionError";
    this.hint = hint;
  }
}

/** What the server at the other end is does not get better by trying again. */
export class Incompatible extends Error {}

/** The way was closed while it was being opened, with a reason. */
export class ClosedWhileOpening extends Error {
  constructor(
    readonly code: number,
    readonly reason: string,
  ) {
    super(reason);
  }
}
