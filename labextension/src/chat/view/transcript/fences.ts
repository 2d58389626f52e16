/** Tells code from prose in what the user said: only whole fenced blocks count, the rest stays as it was typed. */
export type Piece =
  | { readonly kind: "prose"; readonly text: string }
  | { readonly kind: "code"; readonly language: string; readonly text: string };

const OPENING = /^(`{3,}|~{3,})[ \t]*([\w+#.-]*)[ \t]*$/;

/** The pieces of `content` in their order; a fence that is never closed is prose. */
export function pieces(content: string): Piece[] {
  const lines = content.split("\n");
  const found: Piece[] = [];
  let prose: string[] = [];
  // What nothing below closes is not looked for again at each line: a message may be long.
  const neverClosed = new Map<string, number>();
  const isHopeless = (fence: string) => fence.length >= (neverClosed.get(fence[0]!) ?? Infinity);
  const endProse = () => {
    const text = prose.join("\n");
    if (text.trim() !== "") found.push({ kind: "prose", text });
    prose = [];
  };
  for (let at = 0; at < lines.length; at++) {
    const opening = OPENING.exec(lines[at]!.trimEnd());
    const end = opening === null || isHopeless(opening[1]!) ? -1 : closing(lines, at + 1, opening[1]!);
    if (opening === null || end < 0) {
      if (opening !== null) {
        const [, fence] = opening;
        neverClosed.set(fence![0]!, Math.min(fence!.length, neverClosed.get(fence![0]!) ?? Infinity));
      }
      prose.push(lines[at]!);
      continue;
    }
    endProse();
    found.push({ kind: "code", language: opening[2]!, text: lines.slice(at + 1, end).join("\n") });
    at = end;
  }
  endProse();
  return found.length > 1 ? found.map(withoutBlankEnds) : found;
}

/** Beside code, blank lines are only there to set it apart. */
function withoutBlankEnds(piece: Piece): Piece {
  if (piece.kind === "code") return piece;
  const lines = piece.text.split("\n");
  const first = lines.findIndex((line) => line.trim() !== "");
  const last = lines.findLastIndex((line) => line.trim() !== "");
  return { ...piece, text: lines.slice(first, last + 1).join("\n") };
}

function closing(lines: readonly string[], from: number, fence: string): number {
  for (let at = from; at < lines.length; at++) {
    const line = lines[at]!.trim();
    if (line.length >= fence.length && line === fence[0]!.repeat(line.length)) return at;
  }
  return -1;
}
