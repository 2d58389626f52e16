/**
 * TeX as MathML.
 *
 * Temml describes looks in `style` attributes, which the sanitiser takes away. The few that a formula needs become
 * classes of `markdown.css` first; the others are left out. Formulas that would cost too much are not made at all.
 */
import buildMathML, { type MathNode } from "temml/src/buildMathML.js";
import { StyleLevel } from "temml/src/constants.js";
import parseTree from "temml/src/parseTree.js";
import Settings from "temml/src/Settings.js";
import Style from "temml/src/Style.js";

/** Longer formulas are shown as their source. */
export const LONGEST = 4_000;
const MOST_NODES = 5_000;
const DEEPEST = 60;

/** Definitions could make a short source endless, and nobody defines a macro in an answer for one formula. */
const DEFINES = /\\(?:[gex]?def|(?:re|provide)?newcommand|newenvironment|let|futurelet|global|long)(?![a-zA-Z])/;

/** MathML of `tex` as markup, or null where it cannot or may not be made. */
export function mathml(tex: string, display: boolean): string | null {
  if (tex.length > LONGEST || DEFINES.test(tex) || depth(tex) > DEEPEST) return null;
  try {
    const settings = new Settings({
      displayMode: display,
      throwOnError: true,
      trust: false,
      strict: false,
      maxSize: [20, 200],
      maxExpand: 400,
    });
    const level = display ? StyleLevel.DISPLAY : StyleLevel.TEXT;
    const tree = buildMathML(parseTree(tex, settings), tex, new Style({ level, maxSize: settings.maxSize }), settings);
    return classed(tree, { nodes: MOST_NODES }, 0) ? tree.toMarkup() : null;
  } catch {
    return null; // not TeX, or TeX that Temml does not know: the reader gets the source
  }
}

function depth(tex: string): number {
  let now = 0;
  let most = 0;
  for (const sign of tex) {
    if (sign === "{") most = Math.max(most, ++now);
    else if (sign === "}") now--;
  }
  return most;
}

/** Turns styles of the tree into classes and attributes; false when the tree is too large. */
function classed(node: MathNode, left: { nodes: number }, level: number): boolean {
  if (--left.nodes < 0 || level > 2 * DEEPEST) return false;
  const { attributes, style } = node;
  const classes = new Set(node.classes ?? []);
  for (const [name, value] of Object.entries(style ?? {})) {
    const found = classOf(
      name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
      String(value),
    );
    if (found !== null) classes.add(found);
    if (name === "color" && attributes !== undefined && /^#?\w+$/.test(String(value)) && value !== "undefined") {
      attributes["mathcolor"] = value;
    }
  }
  if (attributes !== undefined) {
    const written = String(attributes["style"] ?? "");
    if (written.startsWith("text-align: left")) classes.add("tml-left");
    if (written.startsWith("font-weight:bold")) classes.add("tcj-m-bold");
    delete attributes["style"];
    if (attributes["mathbackground"] !== undefined && attributes["width"] !== undefined) classes.add("tcj-m-rule");
  }
  if (style !== undefined) node.style = {};
  if (node.classes !== undefined) node.classes = [...classes];
  return (node.children ?? []).every((child) => classed(child, left, level + 1));
}

const CLASSES: Readonly<Record<string, string>> = {
  "display:block math": "tcj-m-display",
  "width:100%": "tcj-m-full",
  "width:50%": "tcj-m-half",
  "padding:0": "tcj-m-flush",
  "padding:3pt": "tcj-m-padded",
  "padding:0.3em": "tcj-m-padded",
  "math-depth:0": "tcj-m-depth0",
  "text-align:left": "tml-left",
  "text-align:right": "tml-right",
  "font-weight:bold": "tcj-m-bold",
  "font-style:italic": "tcj-m-italic",
  "transform:scaleX(-1)": "tcj-m-mirrored",
};

function classOf(name: string, value: string): string | null {
  const known = CLASSES[`${name}:${value}`];
  if (known !== undefined) return known;
  if (name === "border") return "tcj-m-boxed";
  const number = Number.parseFloat(value);
  let match = /^padding-(left|right|top|bottom)$/.exec(name);
  if (match !== null) {
    if (number === 0) return `tcj-m-${match[1]}-0`;
    return number < 0.3 ? `tcj-m-${match[1]}-thin` : number === 1 ? `tcj-m-${match[1]}-wide` : null;
  }
  match = /^border-(left|right|top|bottom)$/.exec(name);
  if (match !== null) return value.includes("dashed") ? `tcj-m-dashed-${match[1]}` : `tcj-m-line-${match[1]}`;
  if (name === "margin-left" && number < 0 && number > -0.5) return "tcj-m-back";
  return null;
}
