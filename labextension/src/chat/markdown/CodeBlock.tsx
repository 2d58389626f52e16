/** Code with its language, and buttons for what can be done with it. */
import { useLayoutEffect, useRef } from "preact/hooks";
import { useHost, useWords } from "../context";
import type { CellTarget } from "../host";
import { useCopying } from "./copying";
import { highlighted } from "./highlight";
import { runsInCell, titleOf } from "./languages";
import { visible } from "./visible";

interface Props {
  code: string;
  language: string;
  /** More of it is coming: it is shown plain, and new text is appended. */
  open?: boolean;
  /** Nobody needs it in a cell as it is: it came from the user, or is no cell's code. */
  quoted?: boolean;
}

export function CodeBlock({ code, language, open = false, quoted = false }: Props) {
  const words = useWords().code;
  const place = useRef<HTMLElement>(null);
  const shown = useRef("");
  const wasOpen = useRef(false);

  useLayoutEffect(() => {
    const element = place.current!;
    if (!open) {
      element.replaceChildren(highlighted(code, language));
    } else if (wasOpen.current && code.startsWith(shown.current)) {
      append(element, visible(code.slice(shown.current.length)));
    } else {
      element.replaceChildren();
      append(element, visible(code));
    }
    shown.current = code;
    wasOpen.current = open;
  }, [code, language, open]);

  const title = titleOf(language);
  return (
    <figure class="tcj-code" aria-label={words.codeIn(title)}>
      <div class="tcj-code-head">
        <span class="tcj-code-language">{title}</span>
        {!open && <Actions code={code} insertable={!quoted && runsInCell(language)} />}
      </div>
      <pre class="tcj-code-body" tabIndex={0}>
        <code ref={place} />
      </pre>
    </figure>
  );
}

/** What is copied or inserted is what is shown: code never does what a reader could not see. */
function Actions({ code, insertable }: { code: string; insertable: boolean }) {
  const words = useWords().code;
  const host = useHost();
  const [said, copy] = useCopying();
  const insert = (target: CellTarget) => host.insertCell?.(visible(code), target);
  return (
    <div class="tcj-code-actions">
      {host.insertCell !== null && insertable && (
        <>
          <button type="button" class="tcj-code-button" onClick={() => insert("below")}>
            {words.insertBelow}
          </button>
          <button type="button" class="tcj-code-button" onClick={() => insert("active")}>
            {words.intoCell}
          </button>
        </>
      )}
      <button type="button" class="tcj-code-button" onClick={() => copy(visible(code))}>
        {said === "" ? words.copy : said}
      </button>
      <span class="tcj-said" role="status">
        {said}
      </span>
    </div>
  );
}

/** Parts of this size are laid out on their own, so that long code is not laid out again for each new line. */
const PART = 16_384;

function append(element: Element, text: string): void {
  let rest = text;
  const last = element.lastElementChild?.firstChild;
  if (last instanceof Text) {
    const cut = last.length > PART ? rest.indexOf("\n") + 1 : 0;
    last.appendData(cut === 0 ? rest : rest.slice(0, cut));
    rest = cut === 0 ? "" : rest.slice(cut);
  }
  if (rest === "") return;
  const part = document.createElement("span");
  part.className = "tcj-code-part";
  part.append(rest);
  element.append(part);
}
