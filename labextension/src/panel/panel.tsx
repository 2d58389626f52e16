/** The side panel: a Lumino widget with the chat in it, or with what is said where there is none. */
import { LabIcon } from "@jupyterlab/ui-components";
import type { Message } from "@lumino/messaging";
import { Signal, type ISignal } from "@lumino/signaling";
import { Widget } from "@lumino/widgets";
import { render } from "preact";
import iconSource from "../../style/icon.svg";
import type { Chat } from "../chat/chat";
import type { Host } from "../chat/host";
import { mountChat } from "../chat/mount";
import { Missing } from "./Missing";
import type { PanelWords } from "./words";

export const copilotIcon = new LabIcon({ name: "table-copilot:icon", svgstr: iconSource });

/** What is in the panel. */
export type Content =
  | { readonly kind: "waiting" }
  | { readonly kind: "missing"; readonly checkAgain: () => void }
  | { readonly kind: "chat"; readonly chat: Chat; readonly host: Host };

export class CopilotPanel extends Widget {
  private content: Content = { kind: "waiting" };
  private words: PanelWords;
  private readonly shownChanged = new Signal<this, boolean>(this);

  constructor(words: PanelWords) {
    super();
    this.words = words;
    this.id = "table-copilot-panel";
    this.addClass("tcj-panel");
    this.title.icon = copilotIcon;
    this.node.tabIndex = -1;
    this.title.caption = words.caption;
  }

  /** Emits when the panel comes into view (true) or leaves it. */
  get visibleChanged(): ISignal<this, boolean> {
    return this.shownChanged;
  }

  /** Replaces what is in the panel; the same chat stays where it is, with another host. */
  display(content: Content, words: PanelWords): void {
    if (this.isDisposed) return;
    this.content = content;
    this.words = words;
    this.title.caption = words.caption;
    if (this.isVisible) this.draw();
  }

  focus(): void {
    // Without a composer (yet) the panel itself, so that the keyboard is in it all the same.
    (this.node.querySelector<HTMLElement>("textarea") ?? this.node).focus();
  }

  override dispose(): void {
    if (this.isDisposed) return;
    render(null, this.node);
    super.dispose();
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    if (this.isVisible) this.appear();
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this.appear();
  }

  protected override onAfterHide(message: Message): void {
    super.onAfterHide(message);
    this.shownChanged.emit(false);
  }

  protected override onActivateRequest(message: Message): void {
    super.onActivateRequest(message);
    this.focus();
  }

  private appear(): void {
    this.draw(); // not before: what is hidden can't be measured
    this.shownChanged.emit(true);
  }

  private draw(): void {
    const { content, words } = this;
    const hasFocus = this.node.ownerDocument.activeElement === this.node;
    switch (content.kind) {
      case "waiting":
        render(<p class="tcj-chat tcj-panel-waiting">{words.checking}</p>, this.node);
        break;
      case "missing":
        render(<Missing words={words} checkAgain={content.checkAgain} />, this.node);
        break;
      case "chat":
        mountChat(this.node, content.chat, content.host);
    }
    if (hasFocus) this.focus();
  }
}
