/** The page's address: it follows the session that is shown, and never keeps a token. */

/** Takes the token out of the address, which would else stay in the history; "" when there is none. */
export function takeToken(page: Window = window): string {
  const url = new URL(page.location.href);
  const token = url.searchParams.get("token") ?? "";
  if (url.searchParams.has("token")) {
    url.searchParams.delete("token");
    replace(page, url);
  }
  return token;
}

/** Has the address name the session, so that a reload or a bookmark opens it again. */
export function showSession(sessionId: string, page: Window = window): void {
  const url = new URL(page.location.href);
  if (sessionId === "" || url.searchParams.get("session") === sessionId) return;
  url.searchParams.set("session", sessionId);
  replace(page, url);
}

/** The page's socket; `base` is the path that the page has from its server. */
export function socketUrl(base: string, page: Window = window): string {
  const url = new URL(`${base.endsWith("/") ? base : `${base}/`}ws`, page.location.href);
  url.search = url.hash = "";
  return url.href;
}

function replace(page: Window, url: URL): void {
  page.history.replaceState(page.history.state, "", url);
}
