/** The whole chat: header, bars, conversation, composer; and what lies over them, the drawer and the dialogs. */
import { useCallback, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Snapshot } from "../chat";
import { useSnapshot, useSurroundings, useWords } from "../context";
import { Composer } from "./shell/Composer";
import { ConnectionBar } from "./shell/ConnectionBar";
import { ConfirmDialog, KeysDialog, type Confirmation } from "./shell/Dialog";
import { Drawer, type Tab } from "./shell/Drawer";
import { EmptyState } from "./shell/EmptyState";
import { FocusContext } from "./shell/focus";
import { Header } from "./shell/Header";
import { useOwnKeys } from "./shell/keys";
import { useTables } from "./shell/useTables";
import { Transcript } from "./Transcript";

export function ChatView() {
  const { host } = useSurroundings();
  const snapshot = useSnapshot();
  const words = useWords().shell;
  const [tab, openTab] = useState<Tab | null>(null);
  const [asked, ask] = useState<Confirmation | null>(null);
  const [keysShown, showKeys] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  useOwnKeys(root);
  useTables(root);

  const focusComposer = useCallback(() => {
    // after the draft that was just set is in the field
    setTimeout(() => {
      const area = field.current;
      area?.focus();
      area?.setSelectionRange(area.value.length, area.value.length);
    });
  }, []);

  // Another session was opened from within the chat: what was said goes on in its composer.
  const { sessionId } = snapshot.state;
  const shownSession = useRef(sessionId);
  useLayoutEffect(() => {
    if (shownSession.current === sessionId) return;
    shownSession.current = sessionId;
    if (root.current?.contains(root.current.ownerDocument.activeElement)) focusComposer();
  }, [sessionId]);

  return (
    <FocusContext.Provider value={focusComposer}>
      <div
        ref={root}
        class={`tcj-chat tcj-frame tcj-surface-${host.surface}`}
        lang={host.language}
        role="group"
        aria-label={words.chat}
        data-lm-suppress-shortcuts="true"
        data-connection={snapshot.connection.state}
      >
        <Header ask={ask} onDrawer={openTab} onKeys={() => showKeys(true)} />
        <ConnectionBar />
        <div class={`tcj-middle${tab === null ? "" : " tcj-middle-covered"}`}>
          <div class="tcj-under">
            {isEmpty(snapshot) && <EmptyState />}
            <Transcript />
          </div>
          {tab !== null && (
            <Drawer
              tab={tab}
              onTab={openTab}
              onClose={() => {
                openTab(null);
                focusComposer();
              }}
            />
          )}
        </div>
        <Composer field={field} />
        {asked && <ConfirmDialog asked={asked} onClose={() => ask(null)} />}
        {keysShown && <KeysDialog onClose={() => showKeys(false)} />}
      </div>
    </FocusContext.Provider>
  );
}

function isEmpty({ state, sending }: Snapshot): boolean {
  if (state.session === null || state.deleted || state.turn !== null) return false;
  return state.entries.length === 0 && state.queued.length === 0 && sending.length === 0;
}
