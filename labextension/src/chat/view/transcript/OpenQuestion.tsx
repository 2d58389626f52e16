/**
 * A question that waits: options as buttons, or as boxes where several may be chosen, then a free line. The keys 1 to 9
 * choose an option while the focus is in the card, or nowhere in particular.
 */
import { useEffect, useRef, useState } from "preact/hooks";
import { useSurroundings, useWords } from "../../context";
import { visible } from "../../markdown/visible";
import type { QuestionEntry } from "../../state";
import { exact, relative } from "../figures";
import { isTextField, useCardFocus } from "./focus";
import { useNow } from "./useNow";

/** A second click while the first answer is under way is no second answer. */
const PAUSE = 1000;

export function OpenQuestion({ entry }: { entry: QuestionEntry }) {
  const { chat } = useSurroundings();
  const words = useWords().transcript;
  const card = useRef<HTMLDivElement>(null);
  const sentAt = useRef(-Infinity);
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const [free, setFree] = useState("");

  const send = (text: string) => {
    if (text === "" || performance.now() - sentAt.current < PAUSE) return;
    sentAt.current = performance.now();
    chat.answer(entry.questionId, text);
  };
  const toggle = (option: string) =>
    setChosen((before) => (before.includes(option) ? before.filter((each) => each !== option) : [...before, option]));
  const sendAll = () => {
    const options = entry.options.filter((option) => chosen.includes(option)); // in the order of the question
    send([...options, free.trim()].filter((part) => part !== "").join(words.choicesSeparator));
  };
  const choose = (option: string) => (entry.multiple ? toggle(option) : send(option));

  useCardFocus(card, "button, input");
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const option = /^[1-9]$/.test(event.key) ? entry.options[Number(event.key) - 1] : undefined;
      if (option === undefined || event.repeat || !meant(event, card.current)) return;
      event.preventDefault();
      choose(option);
    };
    // On the way down: the chat keeps its keys to itself on the way up.
    document.addEventListener("keydown", onKeyDown, { capture: true });
    return () => document.removeEventListener("keydown", onKeyDown, { capture: true });
  }, [entry]);

  return (
    <div class="tcj-card tcj-question tcj-open" ref={card} role="group" aria-label={visible(entry.content)}>
      <div class="tcj-card-text">{visible(entry.content)}</div>
      {entry.options.length > 0 && (
        <div class="tcj-options">
          {entry.options.map((option, index) =>
            entry.multiple ? (
              <label class="tcj-option" key={option}>
                <input type="checkbox" checked={chosen.includes(option)} onChange={() => toggle(option)} />
                <span>{visible(option)}</span>
              </label>
            ) : (
              <button
                type="button"
                class="tcj-card-button tcj-option"
                key={option}
                aria-keyshortcuts={index < 9 ? `${index + 1}` : undefined}
                onClick={() => send(option)}
              >
                {index < 9 && (
                  <span class="tcj-key" aria-hidden="true">
                    {index + 1}
                  </span>
                )}
                <span>{visible(option)}</span>
              </button>
            ),
          )}
        </div>
      )}
      <div class="tcj-free">
        <input
          type="text"
          class="tcj-field"
          aria-label={entry.options.length > 0 ? words.somethingElse : words.yourAnswer}
          placeholder={entry.options.length > 0 ? words.somethingElse : words.yourAnswer}
          value={free}
          onInput={(event) => setFree(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || event.isComposing || event.repeat) return;
            event.preventDefault();
            sendAll();
          }}
        />
        <button
          type="button"
          class="tcj-card-button"
          disabled={chosen.length === 0 && free.trim() === ""}
          onClick={sendAll}
        >
          {words.answer}
        </button>
      </div>
      {entry.deadline !== null && <Deadline at={entry.deadline} />}
    </div>
  );
}

function Deadline({ at }: { at: string }) {
  const { language } = useSurroundings().host;
  const words = useWords().transcript;
  const now = useNow(10_000);
  if (!(Date.parse(at) > now)) return null;
  return (
    <div class="tcj-quiet" title={exact(at, language)}>
      {words.until(relative(at, now, language))}
    </div>
  );
}

/** Whether a digit is meant for this card and not for a text, a shortcut, a notebook's command mode or another card. */
function meant(event: KeyboardEvent, card: HTMLElement | null): boolean {
  if (event.ctrlKey || event.altKey || event.metaKey || isTextField(event.target) || card === null) return false;
  if (!(event.target instanceof Element)) return false;
  if (card.contains(event.target)) return true;
  const chat = card.closest(".tcj-chat");
  if (event.target !== document.body && chat?.contains(event.target) !== true) return false;
  return event.target.closest(".tcj-card") === null && chat?.querySelector(".tcj-question.tcj-open") === card;
}
