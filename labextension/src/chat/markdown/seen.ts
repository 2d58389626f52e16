/** Tells when an element comes into view. */

const callbacks = new WeakMap<Element, (seen: boolean) => void>();
let observer: IntersectionObserver | null = null;

/** Calls back whenever `element` has come into view or left it; returns how to stop. Where nobody can tell: it is seen. */
export function watchSeen(element: Element, changed: (seen: boolean) => void): () => void {
  if (typeof IntersectionObserver === "undefined") {
    changed(true);
    return () => undefined;
  }
  observer ??= new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) callbacks.get(target)?.(isIntersecting);
  });
  callbacks.set(element, changed);
  observer.observe(element);
  return () => {
    callbacks.delete(element);
    observer?.unobserve(element);
  };
}

export function whenSeen(element: Element, callback: () => void): () => void {
  return watchSeen(element, (seen) => {
    if (seen) callback();
  });
}
