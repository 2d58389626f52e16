/**
 * Where the user writes: a field that grows, completion, and one button that sends, queues or stops. While there is
 * both a turn to stop and a text to queue, stopping has a button of its own.
 */
import type { RefObject } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Problem } from "../../chat";
import { useSnapshot, useSurroundings, useWords } from "../../context";
import { size } from "../figures";
import { CompletionList, optionId } from "./Completion";
import { useElementId } from "./hooks";
import { SendIcon, StopIcon } from "./icons";
import { ProblemBar } from "./ProblemBar";
import { ReceiptLine } from "./ReceiptLine";
import { frameSize, MAX_CONTENT_BYTES } from "./limits";
import { useCompletion } from "./useCompletion";
import { useDraft } from "./useDraft";

/** Bubbles from the composer to the chat: the last message is to be edited. Who takes it prevents its default. */
const EDIT_LAST = "tcj-edit-last";

export function Composer({ field }: { field: RefObject<HTMLTextAreaElement> }) {
  const { chat, host } = useSurroundings();
  const { state, connection, about, tables, problem } = useSnapshot();
  const words = useWords().shell;
  const draft = useDraft();
  const listId = useElementId();
  const [caret, setCaret] = useState(draft.text.length);
  const [focused, setFocused] = useState(false);
  const [tooLarge, setTooLarge] = useState<Problem | null>(null);
  const inFlight = useRef<string | null>(null);
  const { text } = draft;

  useLayoutEffect(() => grow(field.current), [text]);

  const write = (next: string, at: number) => {
    draft.set(next);
    setCaret(at);
    const area = field.current;
    if (area === null) return;
    area.value = next;
    area.focus();
    area.setSelectionRange(at, at);
  };
  const completion = useCompletion(text, caret, focused, write);
  const running = state.turn !== null;
  const ready = connection.state === "open" && state.session !== null && !state.deleted;
  const stops = running && text.trim() === "";
  const sendKey = host.sendKey === "enter" ? words.keys.enter : words.keys.ctrlEnter;

  const refused = (content: string): boolean => {
    const bytes = frameSize(content);
    if (bytes <= MAX_CONTENT_BYTES) return false;
    setTooLarge({ message: words.composer.tooLarge(size(bytes)), hint: words.composer.tooLargeHint });
    return true;
  };

  const send = () => {
    const content = text.replace(/^\s*\n/, "").trimEnd();
    if (content.trim() === "" || !ready || inFlight.current === text || refused(content)) return;
    setTooLarge(null);
    inFlight.current = text; // a second Enter before the draft is gone is not a second message
    const settled = () => {
      inFlight.current = null;
      draft.adopt();
    };
    chat.send(content).then(settled, settled);
    draft.adopt();
    field.current?.focus();
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.isComposing || event.keyCode === 229) return; // Enter belongs to the input method
    if (completion.takesKey(event)) {
      event.preventDefault();
      return;
    }
    if (event.key === "Enter" && sends(event, host.sendKey)) {
      event.preventDefault();
      send();
    } else if (event.key === "Escape" && running) {
      event.preventDefault();
      chat.stop();
    } else if (event.key === "ArrowUp" && text === "") {
      // whoever shows the message to be edited takes the event
      const taken = !event.target?.dispatchEvent(new CustomEvent(EDIT_LAST, { bubbles: true, cancelable: true }));
      if (taken) event.preventDefault();
    }
  };

  const onPaste = (event: ClipboardEvent) => {
    const pasted = event.clipboardData?.getData("text/plain") ?? "";
    const area = field.current;
    if (area === null) return;
    const whole = text.slice(0, area.selectionStart) + pasted + text.slice(area.selectionEnd);
    if (refused(whole)) event.preventDefault();
  };

  const shown = tooLarge ?? problem;
  const buttonTitle = stops
    ? words.composer.stop
    : !ready
      ? words.composer.offline
      : (running ? words.composer.queue : words.composer.send)(sendKey);
  return (
    <div class="tcj-bottom">
      {shown && (
        <ProblemBar
          problem={shown}
          onDismiss={() => {
            if (tooLarge === null) chat.dismissProblem();
            setTooLarge(null);
            field.current?.focus();
          }}
        />
      )}
      <div class="tcj-composer">
        <CompletionList id={listId} completion={completion} />
        {/* The role stands here and not on the field, since a field of several lines must not have it. */}
        <div
          class="tcj-writing"
          role="combobox"
          aria-label={words.composer.label}
          aria-haspopup="listbox"
          aria-expanded={completion.offer !== null}
          {...(completion.offer ? { "aria-controls": listId, "aria-owns": listId } : {})}
        >
          <textarea
            ref={field}
            class="tcj-input"
            rows={1}
            value={text}
            aria-label={words.composer.label}
            placeholder={words.composer.placeholder}
            aria-autocomplete="list"
            {...(completion.offer
              ? { "aria-controls": listId, "aria-activedescendant": optionId(listId, completion.active) }
              : {})}
            onInput={(event) => {
              inFlight.current = null;
              draft.set(event.currentTarget.value);
              setCaret(event.currentTarget.selectionEnd);
            }}
            onKeyDown={onKeyDown}
            onKeyUp={(event) => setCaret(event.currentTarget.selectionEnd)}
            onClick={(event) => setCaret(event.currentTarget.selectionEnd)}
            onFocus={() => {
              setFocused(true);
              if (ready && !running) chat.loadTables(); // a cell may have made one since
            }}
            onBlur={() => setFocused(false)}
            onPaste={onPaste}
          />
          {text === "" && about !== null && (
            <span class="tcj-hints">
              {about.agents.length + (tables?.tables.length ?? 0) > 0 && (
                <Hint mark="@" label={words.composer.agents} onChoose={() => write("@", 1)} />
              )}
              {about.commands.length > 0 && (
                <Hint mark="/" label={words.composer.commands} onChoose={() => write("/", 1)} />
              )}
            </span>
          )}
        </div>
        <div class="tcj-below">
          <ReceiptLine />
          {running && !stops && (
            <button
              type="button"
              class="tcj-icon-button tcj-stop"
              title={words.composer.stop}
              aria-label={words.composer.stop}
              onClick={() => {
                chat.stop();
                field.current?.focus(); // the button goes with the turn
              }}
            >
              <StopIcon />
            </button>
          )}
          <button
            type="button"
            class={`tcj-icon-button tcj-send${stops ? " tcj-stop" : ""}`}
            title={buttonTitle}
            aria-label={buttonTitle}
            disabled={!stops && (!ready || text.trim() === "")}
            onClick={() => (stops ? chat.stop() : send())}
          >
            {stops ? <StopIcon /> : <SendIcon />}
          </button>
        </div>
      </div>
    </div>
  );
}

function Hint({ mark, label, onChoose }: { mark: string; label: string; onChoose: () => void }) {
  return (
    <button type="button" class="tcj-icon-button tcj-hint" title={label} aria-label={label} onClick={onChoose}>
      {mark}
    </button>
  );
}

function sends(event: KeyboardEvent, sendKey: "enter" | "ctrl-enter"): boolean {
  if (event.shiftKey || event.altKey) return false;
  return sendKey === "enter" || event.ctrlKey || event.metaKey;
}

/** As high as its text; the style sheet says the most. */
function grow(area: HTMLTextAreaElement | null): void {
  if (area === null) return;
  area.style.height = "auto";
  area.style.height = `${area.scrollHeight}px`;
}
