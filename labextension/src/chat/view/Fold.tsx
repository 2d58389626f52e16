/** A line that opens to what may be large: that is made when it is looked at. */
import type { ComponentChild } from "preact";
import { useState } from "preact/hooks";

export function Fold({ line, children }: { line: string; children: () => ComponentChild }) {
  const [open, setOpen] = useState(false);
  return (
    <details class="tcj-fold" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{line}</summary>
      {open && <div class="tcj-nested">{children()}</div>}
    </details>
  );
}
