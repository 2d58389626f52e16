/** How large a message may be. The server closes on a frame above 1 MiB; the rest of the frame needs some of it. */
export const MAX_CONTENT_BYTES = 900_000;

/** The bytes that `content` takes in a frame. For a short text an upper bound, which is cheaper. */
export function frameSize(content: string): number {
  const most = content.length * 6; // "\u0000" is the longest that one unit becomes
  if (most <= MAX_CONTENT_BYTES) return most;
  return new TextEncoder().encode(JSON.stringify(content)).length;
}
