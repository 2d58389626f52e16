/** What the user said; the last one can be edited or said again while no turn runs. */
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { useSurroundings, useWords } from "../../context";
import { CodeBlock } from "../../markdown/CodeBlock";
import { languageOf } from "../../markdown/languages";
import { visible } from "../../markdown/visible";
import type { UserEntry } from "../../state";
import { exact } from "../figures";
import { replace } from "./again";
import { EditMessage } from "./EditMessage";
import { pieces } from "./fences";

/** The composer asks with this event on `.tcj-chat` for the last message to be edited. */
export const EDIT_LAST = "tcj-edit-last";

export function UserMessage({ entry, again }: { entry: UserEntry; again: boolean }) {
  const { chat } = useSurroundings();
  const words = useWords().transcript;
  const [editing, setEditing] = useState(false);
  const block = useRef<HTMLDivElement>(null);

  // At once with its buttons; an effect would wait for the next frame, which a page in the background hardly gets.
  useLayoutEffect(() => {
    const root = block.current?.closest(".tcj-chat");
    if (!again || !root) return;
    const edit = (event: Event) => {
      event.preventDefault(); // tells the composer that somebody took it
      setEditing(true);
    };
    root.addEventListener(EDIT_LAST, edit);
    return () => root.removeEventListener(EDIT_LAST, edit);
  }, [again]);

  return (
    <div class="tcj-user" ref={block}>
      {again && editing ? (
        <EditMessage
          text={entry.content}
          onCancel={() => setEditing(false)}
          onSend={(text) => {
            setEditing(false);
            replace(chat, entry, text);
          }}
        />
      ) : (
        <>
          <Said entry={entry} />
          {again && (
            <div class="tcj-actions">
              <button type="button" class="tcj-small-button" onClick={() => setEditing(true)}>
                {words.edit}
              </button>
              <button type="button" class="tcj-small-button" onClick={() => replace(chat, entry, entry.content)}>
                {words.retry}
              </button>
            </div>
          )}
        </>
      )}
    </div>
  );
}

/** As the server reads it. */
const ADDRESS = /^\s*@([\w-]+)(?:[\s,:，：、]+|(?=[^\x00-\x7f]))(.*\S.*)$/su;

/** The text without the mention of its agent, which is shown before it. */
function unaddressed({ agent, content }: UserEntry): string {
  const [, name, rest] = ADDRESS.exec(content) ?? [];
  return agent !== null && name?.toLowerCase() === agent ? rest! : content;
}

/** Name and text; also of messages that wait. */
export function Said({ entry }: { entry: UserEntry }) {
  const { host } = useSurroundings();
  const words = useWords().transcript;
  const elsewhere = entry.surface !== "" && entry.surface !== host.surface;
  return (
    <div class="tcj-user-line">
      <span class="tcj-you" title={exact(entry.at, host.language)}>
        {words.you}
      </span>
      <div class="tcj-user-text">
        {entry.agent !== null && <span class="tcj-to">@{visible(entry.agent)} </span>}
        {pieces(unaddressed(entry)).map((piece, at) =>
          piece.kind === "prose" ? (
            <span key={at}>{visible(piece.text)}</span>
          ) : (
            <CodeBlock key={at} code={piece.text} language={languageOf(piece.language)} quoted={true} />
          ),
        )}
        {elsewhere && <div class="tcj-quiet">{words.from(entry.surface)}</div>}
      </div>
    </div>
  );
}
