/** What was sent to models: each request with what it told of which table, and on demand the request itself. */
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { useSnapshot, useSurroundings, useWords } from "../../context";
import { visible } from "../../markdown/visible";
import type { ReceiptInfo } from "../../protocol";
import { grouped, size } from "../figures";
import { RelativeTime } from "../transcript/Time";
import { Dialog } from "./Dialog";
import { indented } from "./indented";

export function ReceiptsDialog({ onClose }: { onClose: () => void }) {
  const { chat } = useSurroundings();
  const { state } = useSnapshot();
  const words = useWords().privacy;
  const [opened, open] = useState<ReceiptInfo | null>(null);
  const last = useRef<string | null>(null);
  useEffect(() => chat.loadReceipts(), [chat, state.sent.requests]);
  return (
    <Dialog title={words.sentTitle} class="tcj-wide" closes={true} onClose={onClose}>
      {opened === null ? (
        <List
          last={last.current}
          onOpen={(receipt) => {
            last.current = receipt.receipt_id;
            open(receipt);
          }}
        />
      ) : (
        <Request receipt={opened} onBack={() => open(null)} />
      )}
    </Dialog>
  );
}

/** `last`: the request that was looked at, to which the focus comes back. */
function List({ last, onOpen }: { last: string | null; onOpen: (receipt: ReceiptInfo) => void }) {
  const { chat } = useSurroundings();
  const { receipts, state } = useSnapshot();
  const words = useWords().privacy;
  const button = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => button.current?.focus(), []);
  if (receipts === null || receipts.length === 0) {
    return <p class="tcj-dialog-text">{receipts === null ? words.loading : words.sentNothing}</p>;
  }
  return (
    <>
      <ul class="tcj-list">
        {[...receipts].reverse().map((receipt) => (
          <li key={receipt.receipt_id}>
            <button
              type="button"
              class="tcj-menu-item tcj-request"
              ref={receipt.receipt_id === last ? button : null}
              onClick={() => onOpen(receipt)}
            >
              <Facts receipt={receipt} />
            </button>
          </li>
        ))}
      </ul>
      <div class="tcj-dialog-buttons">
        <button type="button" class="tcj-button" onClick={() => chat.exportSession(state.sessionId, "receipts")}>
          {words.exportLines}
        </button>
      </div>
    </>
  );
}

function Facts({ receipt }: { receipt: ReceiptInfo }) {
  const words = useWords().privacy;
  const { at, model, host, bytes, tables } = receipt;
  const level = (name: string) => words.levels[name as keyof typeof words.levels]?.name ?? visible(name);
  return (
    <span class="tcj-menu-text">
      <span>
        <RelativeTime at={at} /> · {visible(words.request(model, host))} · {size(bytes)}
      </span>
      {tables.length === 0 && <span class="tcj-menu-detail">{words.sentNoTable}</span>}
      {tables.map((table) => (
        <span key={table.name} class="tcj-menu-detail">
          {table.columns === 0 && table.rows === 0
            ? words.sentName(visible(table.name))
            : words.sentTable(visible(table.name), level(table.level), grouped(table.columns), grouped(table.rows))}
        </span>
      ))}
    </span>
  );
}

/** So many characters are put on the page at first, and so many more whenever its end comes near. */
const PART = 20_000;
const NEAR = 200;

function Request({ receipt, onBack }: { receipt: ReceiptInfo; onBack: () => void }) {
  const { chat } = useSurroundings();
  const words = useWords().privacy;
  const back = useRef<HTMLButtonElement>(null);
  const receiptId = receipt.receipt_id;
  useLayoutEffect(() => back.current?.focus(), []);
  const [text, show] = useState<string | null>(null);
  const [note, say] = useState(words.loading);
  const [shown, setShown] = useState(PART);
  useEffect(() => {
    let wanted = true;
    chat.readReceipt(receiptId).then(
      (content) => wanted && (content === null ? say(words.notKept) : show(visible(indented(content)))),
      (error: Error) => wanted && say(error.message),
    );
    return () => (wanted = false);
  }, [chat, receiptId]);
  const more = (event: Event) => {
    const { scrollHeight, scrollTop, clientHeight } = event.currentTarget as Element;
    if (shown < (text ?? "").length && scrollHeight - scrollTop - clientHeight < NEAR) setShown(shown + PART);
  };
  return (
    <>
      <button type="button" class="tcj-link" ref={back} onClick={onBack}>
        {words.back}
      </button>
      <Facts receipt={receipt} />
      {text === null ? (
        <p class="tcj-dialog-text">{note}</p>
      ) : (
        <pre class="tcj-pre tcj-payload" tabIndex={0} role="group" aria-label={words.payload} onScroll={more}>
          {text.slice(0, shown)}
        </pre>
      )}
    </>
  );
}
