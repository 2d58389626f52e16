/**
 * A decision that only the user can take: whether a tool may do what it is about to. The refusal has the focus, and an
 * allowance counts only once the card could be read, so no key or click that was meant for something else gives it.
 */
import { useRef } from "preact/hooks";
import { useSurroundings, useWords } from "../../context";
import { visible } from "../../markdown/visible";
import type { ApprovalEntry, Decision } from "../../state";
import { asText, SHARE } from "../../fold/fields";
import { CodeBlock } from "../../markdown/CodeBlock";
import { Fold } from "../Fold";
import { Preformatted } from "../Preformatted";
import { Arguments } from "./Arguments";
import { asking, RUN } from "./asking";
import { useCardFocus } from "./focus";

export const READING_TIME = 600;
/** As much of a hash as one compares by eye. */
const SHORT_HASH = 12;
const ORDER: readonly Decision[] = ["once", "session", "deny"];

export function Approval({ entry }: { entry: ApprovalEntry }) {
  return entry.open ? <OpenApproval entry={entry} /> : <ClosedApproval entry={entry} />;
}

function OpenApproval({ entry }: { entry: ApprovalEntry }) {
  const { chat } = useSurroundings();
  const words = useWords().transcript;
  const card = useRef<HTMLDivElement>(null);
  const appeared = useRef(performance.now());
  const decided = useRef(false);
  const names = (words.decisions[entry.tool] ?? words.allowing).ask;
  const offered = ORDER.filter((decision) => decision === "deny" || entry.options.includes(decision));

  const decide = (decision: Decision) => {
    if (decided.current || (decision !== "deny" && performance.now() - appeared.current < READING_TIME)) return;
    decided.current = true;
    setTimeout(() => (decided.current = false), 1000); // it may not have arrived
    chat.decide(entry.approvalId, decision);
  };

  useCardFocus(card, "[data-decision=deny]");
  return (
    <div class="tcj-card tcj-approval tcj-open" ref={card} role="group" aria-label={words.approval}>
      <What entry={entry} />
      <div class="tcj-buttons">
        {offered.map((decision) => (
          <button
            type="button"
            class="tcj-card-button"
            key={decision}
            data-decision={decision}
            onClick={() => decide(decision)}
            onKeyDown={(event) => {
              if (event.repeat) event.preventDefault(); // a key held since before is no decision
            }}
          >
            {names[decision]}
          </button>
        ))}
      </div>
    </div>
  );
}

function ClosedApproval({ entry }: { entry: ApprovalEntry }) {
  const words = useWords().transcript;
  const names = (words.decisions[entry.tool] ?? words.allowing).said;
  const what = asText(entry.arguments.what);
  const said = entry.by === "timeout" ? words.notDecided : names[entry.decision ?? "deny"];
  return (
    <details class="tcj-fold tcj-approval tcj-closed">
      <summary class="tcj-line">
        {entry.tool === SHARE && what !== "" ? (
          <span class="tcj-asked">{words.askedToSee(visible(what))}</span>
        ) : (
          <span class="tcj-tool-name">{visible(entry.tool)}</span>
        )}
        <span class="tcj-tool-state">{said}</span>
      </summary>
      <div class="tcj-nested">
        <What entry={entry} />
        {entry.note !== null && entry.note !== "" && <div class="tcj-wrapped">{visible(entry.note)}</div>}
      </div>
    </details>
  );
}

/** What would be done: exactly that, and where. */
function What({ entry }: { entry: ApprovalEntry }) {
  if (entry.tool === SHARE) return <Share entry={entry} />;
  return entry.tool === RUN && typeof entry.arguments.code === "string" ? (
    <Code entry={entry} />
  ) : (
    <Any entry={entry} />
  );
}

/** Values of a table that the model asks for. */
function Share({ entry }: { entry: ApprovalEntry }) {
  const words = useWords().transcript;
  const { preview, model, host } = entry.arguments;
  const to = [model, host].map((part) => visible(asText(part))).filter(Boolean);
  return (
    <>
      <div class="tcj-card-text">{asking(entry, words)}</div>
      {to.length > 0 && <div class="tcj-quiet">{to.join(" @ ")}</div>}
      {typeof preview === "string" && (
        <Fold line={words.showWhat}>{() => <Preformatted text={preview} label={words.showWhat} whole={true} />}</Fold>
      )}
    </>
  );
}

function Code({ entry }: { entry: ApprovalEntry }) {
  const { host } = useSurroundings();
  const words = useWords().transcript;
  const { code, sha256, kernel, notebook } = entry.arguments;
  const place = asText(notebook).replace(/^.*[/\\]/s, "") || (host.notebook?.name ?? "");
  const facts = [
    place === "" ? "" : words.runsIn(place),
    asText(kernel) === "" ? "" : words.kernel(asText(kernel).slice(0, SHORT_HASH)),
    asText(sha256) === "" ? "" : `sha256 ${asText(sha256).slice(0, SHORT_HASH)}`,
  ];
  return (
    <>
      <div class="tcj-card-text">{asking(entry, words)}</div>
      <CodeBlock code={visible(asText(code))} language="python" />
      <div class="tcj-quiet">{facts.filter(Boolean).map(visible).join(" · ")}</div>
    </>
  );
}

function Any({ entry }: { entry: ApprovalEntry }) {
  const { host } = useSurroundings();
  const words = useWords().transcript;
  return (
    <>
      <div class="tcj-card-text">{asking(entry, words)}</div>
      <div class="tcj-quiet">
        <code>{visible(entry.tool)}</code>
        {host.notebook !== null && ` · ${words.runsIn(visible(host.notebook.name))}`}
      </div>
      <Arguments values={entry.arguments} />
    </>
  );
}
