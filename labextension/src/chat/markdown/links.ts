/**
 * Which addresses may be followed, and what a reader must be told about them.
 *
 * A link goes where its address says, not where its text says: unless the text names the host, the host is shown.
 * Hosts are shown as browsers compare them, so letters of other scripts appear as punycode.
 */

/** `address` when it is absolute and of the web or of mail; null for everything else. */
export function followable(address: string): URL | null {
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    return null;
  }
  if (url.protocol === "mailto:") return url.pathname.includes("@") ? url : null;
  return (url.protocol === "https:" || url.protocol === "http:") && url.hostname !== "" ? url : null;
}

/** Where `url` leads: a host, or an address of mail. */
export function destination(url: URL): string {
  return url.protocol === "mailto:" ? decoded(url.pathname) : url.hostname;
}

/** The first name of a host in `text`, with whatever stands before it in the address. */
const AUTHORITY = /(?:[a-z]+:\/\/)?([^\s/?#]+\.[^\s/?#]+)/i;

/** Whether a reader of `text` knows that it leads to `url`. */
export function names(text: string, url: URL): boolean {
  if (url.username !== "" || url.password !== "") return false;
  const named = AUTHORITY.exec(text)?.[1]
    ?.toLowerCase()
    .replace(/[.,:;)]+$/, "");
  return named === destination(url).toLowerCase() || named === url.host.toLowerCase();
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
