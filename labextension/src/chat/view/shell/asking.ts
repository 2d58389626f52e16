/** What is asked before something is lost. */
import type { Chat } from "../../chat";
import type { SessionInfo } from "../../protocol";
import type { ShellWords } from "../../words/shell";
import { grouped } from "../figures";
import type { Confirmation } from "./Dialog";
import { titleOf } from "./titles";

export function deletion(chat: Chat, session: SessionInfo, words: ShellWords): Confirmation {
  return {
    title: words.confirm.deleteTitle(titleOf(session, words)),
    text: words.confirm.deleteText(grouped(session.messages)),
    action: words.confirm.deleteAction,
    run: () => chat.deleteSession(session.session_id),
  };
}

export function clearing(chat: Chat, session: SessionInfo, words: ShellWords): Confirmation {
  return {
    title: words.confirm.clearTitle(titleOf(session, words)),
    text: words.confirm.clearText,
    action: words.confirm.clearAction,
    run: () => chat.clear(),
  };
}
