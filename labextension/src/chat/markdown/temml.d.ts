/** The parts of Temml that are used, taken one by one: its entry point brings extensions that no answer needs. */
declare module "temml/src/Settings.js" {
  export default class Settings {
    constructor(options: {
      displayMode: boolean;
      throwOnError: boolean;
      trust: boolean;
      strict: boolean;
      maxSize: [em: number, pt: number];
      maxExpand: number;
    });
    readonly maxSize: [number, number];
  }
}

declare module "temml/src/Style.js" {
  export default class Style {
    constructor(data: { level: number; maxSize: [number, number] });
  }
}

declare module "temml/src/constants.js" {
  export const StyleLevel: { readonly DISPLAY: number; readonly TEXT: number };
}

declare module "temml/src/parseTree.js" {
  import type Settings from "temml/src/Settings.js";
  export default function parseTree(tex: string, settings: Settings): unknown[];
}

declare module "temml/src/buildMathML.js" {
  import type Settings from "temml/src/Settings.js";
  import type Style from "temml/src/Style.js";

  /** An element, or a text where `children` is missing. */
  export interface MathNode {
    attributes?: Record<string, string | number>;
    classes?: string[];
    style?: Record<string, string | number>;
    children?: MathNode[];
    toMarkup(): string;
  }
  export default function buildMathML(tree: unknown[], tex: string, style: Style, settings: Settings): MathNode;
}
