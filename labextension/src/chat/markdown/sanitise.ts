/**
 * HTML as elements, with nothing in them that could run, load, submit, overlay or be taken for a part of the page.
 *
 * The one place where a string becomes elements. DOMPurify parses it into a document of its own, where nothing loads
 * and nothing runs, and through its Trusted Types policy where the page asks for one. Elements and attributes pass
 * only when listed here, attributes only with values of their form: no `style`, `id`, `name`, `title`, `on…` at all.
 */
import DOMPurify, { type Config } from "dompurify";
import { DATA_IMAGE } from "./render";

/** Where the HTML comes from: our own rendering of Markdown, of code, or a tool's `text/html` output. */
export type Profile = "markdown" | "code" | "output";

const TABLE = ["table", "caption", "colgroup", "col", "thead", "tbody", "tfoot", "tr", "th", "td"];
const TEXT = ["#text", "p", "br", "strong", "em", "del", "code", "pre", "span", "ul", "ol", "li"];
const MARKDOWN = ["h3", "h4", "h5", "h6", "hr", "blockquote", "a", "img", "input", "label"];
const OUTPUT = ["b", "i", "s", "u", "small", "sub", "sup", "div"];
const MATH = [
  ...["math", "mrow", "mi", "mn", "mo", "ms", "mtext", "mspace", "mfrac", "msqrt", "mroot", "msub", "msup", "msubsup"],
  ...["munder", "mover", "munderover", "mmultiscripts", "mprescripts", "mtable", "mtr", "mtd", "mstyle", "mpadded"],
  ...["mphantom", "menclose", "merror"],
];

const HTML_SPACE = "http://www.w3.org/1999/xhtml";
const MATH_SPACE = "http://www.w3.org/1998/Math/MathML";

const LENGTH = /^[+-]?(?:\d{1,2}|\d{0,2}\.\d{1,6}|[12]\d\d(?:\.\d{1,6})?)(?:em|ex|px|pt|%|width)?$/;
const BOOLEAN = /^(?:true|false)$/;
const CLASS =
  /^(?:hljs(?:-[a-z_]+)?|function_|class_|inherited__|invoke__|constant_|language-[\w+#.-]{1,32}|language_|tcj-(?:open|raw|ref|task|image|tex|left|right|center|math|math-display)|tcj-m-[a-z0-9-]+|tml-[a-z0-9-]+|(?:up|down)strike|sout|longdiv-(?:top|arc)|menclose|actuarial|mathcal|mathscr|textcircle|circle-pad|(?:chr|wbk)-[a-z-]+)$/;

interface Rule {
  /** The elements that may have it. */
  readonly on: ReadonlySet<string>;
  readonly value: RegExp;
}

const rule = (on: string, value: RegExp): Rule => ({ on: new Set(on.split(" ")), value });

/** Each attribute that may pass, except `class`. */
const ATTRIBUTES: Readonly<Record<string, Rule>> = {
  href: rule("a", /^(?:https?:|mailto:)/i),
  src: rule("img", DATA_IMAGE),
  alt: rule("img", /^/),
  type: rule("input", /^checkbox$/),
  checked: rule("input", /^/),
  disabled: rule("input", /^/),
  start: rule("ol", /^\d{1,9}$/),
  scope: rule("th td", /^(?:col|row|colgroup|rowgroup)$/),
  colspan: rule("th td", /^\d{1,3}$/),
  rowspan: rule("th td", /^\d{1,4}$/),
  span: rule("col colgroup", /^\d{1,3}$/),
  display: rule("math", /^(?:block|inline)$/),
  width: rule("mspace mpadded", LENGTH),
  height: rule("mspace mpadded", LENGTH),
  depth: rule("mspace mpadded", LENGTH),
  voffset: rule("mpadded", LENGTH),
  lspace: rule("mo mpadded", LENGTH),
  rspace: rule("mo", LENGTH),
  minsize: rule("mo", LENGTH),
  maxsize: rule("mo", LENGTH),
  linethickness: rule("mfrac", LENGTH),
  mathsize: rule("mstyle", LENGTH),
  scriptlevel: rule("mstyle mfrac mtable mrow math mpadded msub msup menclose", /^[+-]?[0-3]$/),
  displaystyle: rule("mstyle mfrac mtable mrow math mpadded menclose", BOOLEAN),
  mathvariant: rule("mi mo mn mtext", /^[a-z-]{1,24}$/),
  mathcolor: rule("mi mo mn mtext mrow mstyle mfrac msqrt mspace mpadded", /^#?\w{1,20}$/),
  stretchy: rule("mo", BOOLEAN),
  symmetric: rule("mo", BOOLEAN),
  fence: rule("mo", BOOLEAN),
  separator: rule("mo", BOOLEAN),
  largeop: rule("mo", BOOLEAN),
  movablelimits: rule("mo", BOOLEAN),
  form: rule("mo", /^(?:prefix|infix|postfix)$/),
  accent: rule("mover munder munderover", BOOLEAN),
  accentunder: rule("munder munderover", BOOLEAN),
  notation: rule("menclose", /^[a-z ]{1,60}$/),
};

const common = {
  RETURN_DOM_FRAGMENT: true,
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
  // Only the schemes that `ATTRIBUTES` names; whatever has no scheme is no address.
  ALLOWED_URI_REGEXP: /^(?:https?:|mailto:|[^a-z]|[a-z+.-]+(?:[^a-z+.\-:]|$))/i,
} as const satisfies Config;

const attributes = [...Object.keys(ATTRIBUTES), "class"];

const PROFILES = {
  markdown: {
    ...common,
    ALLOWED_TAGS: [...TABLE, ...TEXT, ...MARKDOWN, ...MATH],
    ALLOWED_ATTR: attributes,
    ALLOWED_NAMESPACES: [HTML_SPACE, MATH_SPACE],
  },
  code: { ...common, ALLOWED_TAGS: ["#text", "span"], ALLOWED_ATTR: ["class"], ALLOWED_NAMESPACES: [HTML_SPACE] },
  output: {
    ...common,
    ALLOWED_TAGS: [...TABLE, ...TEXT, ...OUTPUT],
    ALLOWED_ATTR: ["scope", "colspan", "rowspan", "span"],
    ALLOWED_NAMESPACES: [HTML_SPACE],
  },
} as const satisfies Record<Profile, Config>;

DOMPurify.addHook("uponSanitizeAttribute", (element, data) => {
  if (data.attrName === "class") {
    data.attrValue = data.attrValue
      .split(/\s+/)
      .filter((name) => CLASS.test(name))
      .join(" ");
    data.keepAttr = data.attrValue !== "";
    return;
  }
  const found = Object.hasOwn(ATTRIBUTES, data.attrName) ? ATTRIBUTES[data.attrName] : undefined;
  data.keepAttr = found !== undefined && found.on.has(element.localName) && found.value.test(data.attrValue);
});

/**
 * Styles are dropped anyway, but where a policy forbids them the browser complains of each as soon as it is parsed,
 * and pandas writes them into every table. Mere peace: what this misses does no harm.
 */
function unstyled(html: string): string {
  const [before = "", ...sheets] = html.split(/<style\b/i);
  const rest = sheets.map((sheet) => {
    const end = /<\/style[^<>]*>/i.exec(sheet);
    return end === null ? "" : sheet.slice(end.index + end[0].length);
  });
  return [before, ...rest]
    .join("")
    .replace(/<[a-z][^<>]*/gi, (tag) => tag.replace(/([\s/"'])style(?=\s*=)/gi, "$1data-style"));
}

/** `html` as elements that are safe to show. */
export function sanitised(html: string, profile: Profile): DocumentFragment {
  const fragment = DOMPurify.sanitize(profile === "output" ? unstyled(html) : html, PROFILES[profile]);
  for (const input of fragment.querySelectorAll("input")) {
    if (input.getAttribute("type") !== "checkbox") input.remove();
    else input.setAttribute("disabled", "");
  }
  for (const image of fragment.querySelectorAll("img")) {
    if (!image.hasAttribute("src")) image.replaceWith(image.getAttribute("alt") ?? "");
  }
  return fragment;
}
