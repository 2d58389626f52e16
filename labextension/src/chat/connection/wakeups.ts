/** Calls back when the browser may have its network again: it says so, or the page is looked at again. */
export function onWakeup(callback: () => void): () => void {
  const page = typeof document === "undefined" ? null : document;
  const shown = (): void => {
    if (page?.visibilityState === "visible") callback();
  };
  globalThis.addEventListener?.("online", callback);
  page?.addEventListener("visibilitychange", shown);
  return () => {
    globalThis.removeEventListener?.("online", callback);
    page?.removeEventListener("visibilitychange", shown);
  };
}
