/**
 * A decision that only the user can take: whether a tool may do what it is about to. The refusal has the focus, and an
 * allowance counts only once the card could be read, so no key or click that was meant for something else gives it.
 */
import { useRef } from "preact/hooks";
import { useSurroundings, useWords } from "../../context";
import { visible } from "../../markdown/visible";
import type { ApprovalEntry, Decision } from "../../state";
import { Arguments } from "./Arguments";
import { useCardFocus } from "./focus";

export const READING_TIME = 600;
const RUNS_CODE = "run_code";
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
  const names = entry.tool === RUNS_CODE ? words.runDecisions : words.allowDecisions;
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
  const names = entry.tool === RUNS_CODE ? words.ranDecided : words.allowDecided;
  const said = entry.by === "timeout" ? words.notDecided : names[entry.decision ?? "deny"];
  return (
    <details class="tcj-fold tcj-approval tcj-closed">
      <summary class="tcj-line">
        <span class="tcj-tool-name">{visible(entry.tool)}</span>
        <span class="tcj-tool-state">{said}</span>
      </summary>
      <div class="tcj-nested">
        <What entry={entry} />
        {entry.note !== null && entry.note !== "" && <div class="tcj-wrapped">{visible(entry.note)}</div>}
      </div>
    </details>
  );
}

function What({ entry }: { entry: ApprovalEntry }) {
  const { host } = useSurroundings();
  const words = useWords().transcript;
  return (
    <>
      <div class="tcj-card-text">{visible(entry.content)}</div>
      <div class="tcj-quiet">
        <code>{visible(entry.tool)}</code>
        {host.notebook !== null && ` · ${words.runsIn(visible(host.notebook.name))}`}
      </div>
      <Arguments values={entry.arguments} />
    </>
  );
}
