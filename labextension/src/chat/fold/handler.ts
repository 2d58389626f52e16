import type { ServerFrame } from "../protocol";
import type { Builder } from "./builder";

/** Takes one event in; false when there is nothing in it to take. */
export type Handler<T extends ServerFrame> = (builder: Builder, event: T) => boolean;
