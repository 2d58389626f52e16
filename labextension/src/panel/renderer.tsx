/**
 * A result of the copilot in a cell's output: the same table and chart as in the chat. Wherever this is not, the bundle
 * has HTML, a picture and text to fall back to.
 */
import type { IRenderMime } from "@jupyterlab/rendermime";
import type { Message } from "@lumino/messaging";
import { Widget } from "@lumino/widgets";
import { render } from "preact";
import { HostContext } from "../chat/context";
import type { Host } from "../chat/host";
import { CHART, TABLE } from "../chat/mime";
import type { MimeBundle } from "../chat/state";
import { Output } from "../chat/view/results/Output";

/** Before `text/html`, which has 50: the lower one is chosen. */
export const RANK = 40;

export function rendererFactory(hostAt: (node: Node) => Host): IRenderMime.IRendererFactory {
  return { safe: true, mimeTypes: [TABLE, CHART], createRenderer: () => new ResultRenderer(hostAt) };
}

class ResultRenderer extends Widget implements IRenderMime.IRenderer {
  private data: MimeBundle = {};

  constructor(private readonly hostAt: (node: Node) => Host) {
    super();
    this.addClass("tcj-chat");
    this.addClass("tcj-alone");
  }

  renderModel({ data }: IRenderMime.IMimeModel): Promise<void> {
    this.data = data;
    this.draw();
    return Promise.resolve();
  }

  override dispose(): void {
    if (!this.isDisposed) render(null, this.node);
    super.dispose();
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    this.draw(); // only now it is known which notebook it stands in
  }

  private draw(): void {
    render(
      <HostContext.Provider value={this.hostAt(this.node)}>
        <Output mime={this.data} />
      </HostContext.Provider>,
      this.node,
    );
  }
}
