/**
 * Untrusted Markdown as elements.
 *
 * `Blocks` splits the source; finished blocks are the same objects from then on, and components that get the same
 * object do not render. Groups of blocks do the same with their blocks, so that a long answer costs no more per
 * piece than a short one.
 */
import { Component, createRef } from "preact";
import { useRef } from "preact/hooks";
import { SurroundingsContext, useWords, type Surroundings } from "../context";
import { WORDS } from "../words";
import type { Block } from "./block";
import { Blocks, GROUP, type Group } from "./blocks";
import { CodeBlock } from "./CodeBlock";
import { dress, numbering } from "./dress";
import { graft } from "./graft";
import { fill, islands, isolate } from "./islands";
import { markup } from "./render";
import { sanitised } from "./sanitise";

interface Props {
  source: string;
  /** More of it is coming. */
  streaming: boolean;
}

export function Markdown({ source, streaming }: Props) {
  useWords(); // rendered again when the language changes
  const blocks = useRef<Blocks>(null);
  blocks.current ??= new Blocks();
  const groups = blocks.current.feed(source, streaming);
  return (
    <div class="tcj-markdown">
      {groups.map((group, index) => (
        <BlockGroup key={index} blocks={group} whole={group.length === GROUP && index < groups.length - 1} />
      ))}
    </div>
  );
}

class BlockGroup extends Component<{ blocks: Group; whole: boolean }> {
  override shouldComponentUpdate(next: { blocks: Group; whole: boolean }): boolean {
    return next.blocks !== this.props.blocks || next.whole !== this.props.whole;
  }

  override render() {
    const { blocks, whole } = this.props;
    return (
      <div class={whole ? "tcj-group tcj-group-whole" : "tcj-group"}>
        {blocks.map((block, index) => (
          <Piece key={index} block={block} />
        ))}
      </div>
    );
  }
}

/** One block: code as a component, everything else as sanitised elements. */
class Piece extends Component<{ block: Block }> {
  static override contextType = SurroundingsContext;
  readonly #place = createRef<HTMLDivElement>();
  readonly #numbers = numbering();

  override shouldComponentUpdate(next: { block: Block }): boolean {
    return next.block !== this.props.block;
  }

  override componentDidMount(): void {
    this.#put();
  }

  override componentDidUpdate(): void {
    this.#put();
  }

  override componentWillUnmount(): void {
    if (this.#place.current !== null) islands.drop(this.#place.current);
  }

  override render() {
    const { block } = this.props;
    if (block.kind === "code") return <CodeBlock code={block.code} language={block.language} open={block.open} />;
    return <div class="tcj-block" ref={this.#place} />;
  }

  #put(): void {
    const { block } = this.props;
    const place = this.#place.current;
    if (block.kind !== "text" || place === null) return;
    const surroundings = this.context as Surroundings;
    const fragment = sanitised(markup(block.source, block.links, block.open, block.level), "markdown");
    dress(fragment, WORDS[surroundings.host.language].code, this.#numbers);
    isolate(fragment);
    graft(place, fragment, islands);
    fill(place, surroundings);
  }
}
