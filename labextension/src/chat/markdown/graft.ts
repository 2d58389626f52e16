/**
 * Puts new content into an element and keeps what is there already.
 *
 * A block that grows is rendered again as a whole. Elements that did not change stay the same elements, so that a
 * selection, a focus and the position of a table that was scrolled survive; text that grew is appended.
 */

/** Nodes that are filled by someone else: `take` hands the new one's content to the old one. */
export interface Filled {
  is(node: Node): boolean;
  take(old: Node, fresh: Node): void;
  /** `node` and what is in it go away. */
  drop(node: Node): void;
}

export function graft(place: Node, content: Node, filled: Filled): void {
  let old = place.firstChild;
  let fresh = content.firstChild;
  while (fresh !== null) {
    const nextFresh = fresh.nextSibling;
    if (old === null) {
      place.appendChild(fresh);
    } else {
      const nextOld: ChildNode | null = old.nextSibling;
      if (!kept(old, fresh, filled)) {
        filled.drop(old);
        place.replaceChild(fresh, old);
      }
      old = nextOld;
    }
    fresh = nextFresh;
  }
  while (old !== null) {
    const nextOld: ChildNode | null = old.nextSibling;
    filled.drop(old);
    old.remove();
    old = nextOld;
  }
}

/** Makes `old` like `fresh`; false when it cannot be. */
function kept(old: Node, fresh: Node, filled: Filled): boolean {
  if (filled.is(old) || filled.is(fresh)) {
    if (!filled.is(old) || !filled.is(fresh) || old.nodeName !== fresh.nodeName) return false;
    filled.take(old, fresh);
    return true;
  }
  if (old instanceof Text && fresh.nodeType === Node.TEXT_NODE) {
    const data = (fresh as Text).data;
    if (data.startsWith(old.data)) {
      if (data.length > old.data.length) old.appendData(data.slice(old.data.length));
    } else {
      old.data = data;
    }
    return true;
  }
  if (!(old instanceof Element) || fresh.nodeType !== Node.ELEMENT_NODE) return false;
  if (!sameTag(old, fresh as Element)) return false;
  graft(old, fresh, filled);
  return true;
}

function sameTag(old: Element, fresh: Element): boolean {
  return (
    old.localName === fresh.localName &&
    old.namespaceURI === fresh.namespaceURI &&
    old.attributes.length === fresh.attributes.length &&
    [...fresh.attributes].every(({ name, value }) => old.getAttribute(name) === value)
  );
}
