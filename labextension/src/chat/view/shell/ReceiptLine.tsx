/** What left for models in this session, always in sight; while a turn runs, its tokens too. Pressed, it tells all. */
import { Fragment } from "preact";
import { useState } from "preact/hooks";
import { useSnapshot, useWords } from "../../context";
import { grouped, size } from "../figures";
import { ReceiptsDialog } from "./ReceiptsDialog";

export function ReceiptLine() {
  const { state } = useSnapshot();
  const words = useWords().shell.receipt;
  const { sent, turn, host } = state;
  const [open, setOpen] = useState(false);
  const read = grouped(turn?.inputTokens ?? 0);
  const written = grouped(turn?.outputTokens ?? 0);
  return (
    <>
      <button
        type="button"
        class="tcj-receipt"
        title={host ? words.host(host) : words.label}
        aria-haspopup="dialog"
        onClick={() => setOpen(true)}
      >
        <span class="tcj-receipt-mark" aria-hidden="true">
          ↳{" "}
        </span>
        {sent.requests === 0 ? (
          words.nothing
        ) : (
          <Figures of={words.sent(grouped(sent.requests), grouped(sent.rows), size(sent.bytes))} />
        )}
        {turn !== null && (turn.inputTokens > 0 || turn.outputTokens > 0) && (
          <span class="tcj-receipt-tokens" title={words.tokensTitle(read, written)}>
            {" "}
            · {words.tokens(read, written)}
          </span>
        )}
      </button>
      {open && <ReceiptsDialog onClose={() => setOpen(false)} />}
    </>
  );
}

/** Where there is little room the line breaks between figures, not within one. */
function Figures({ of }: { of: string }) {
  const figures = of.split(" · ");
  return (
    <>
      {figures.map((figure, at) => (
        <Fragment key={at}>
          {at > 0 && " "}
          <span class="tcj-figure">{at < figures.length - 1 ? `${figure} ·` : figure}</span>
        </Fragment>
      ))}
    </>
  );
}
