import axe from "axe-core";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { act } from "preact/test-utils";
import { CodeBlock } from "../src/chat/markdown/CodeBlock";
import { Html } from "../src/chat/markdown/Html";
import { makePlace, textOf, type Place } from "./markdown-place";

let place: Place;
beforeEach(() => {
  place = makePlace();
});
afterEach(() => place.end());

const show = (source: string): HTMLElement => place.markdown(source);
const blocks = (source: string): string =>
  [...show(source).querySelectorAll(".tcj-block")].map((block) => block.innerHTML).join("");
const button = (name: string): HTMLButtonElement | undefined =>
  [...place.element.querySelectorAll("button")].find((found) => found.textContent === name);

const SAMPLES = [
  "# Title\n\nSome **bold** and *it* `code` ~~no~~.\n\n- a\n- b\n  - c\n\n1. x\n2. y\n\n> quote\n> more\n\n---\n\nend",
  "| a | b |\n|---|--:|\n| 1 | 2 |\n| 3 | 4 |\n\nafter [x](https://a.example/b) www.foo.com",
  "Text:\n```python\nimport os\n\nprint(1)\n```\nmore\n\n~~~\nplain\n~~~",
  "1. one\n   ```sql\n   select 1\n   ```\n2. two\n\n3. three",
  "- [ ] open\n- [x] done\n",
  'see [one] and [two][1].\n\n[one]: https://one.example/\n\npara\n\n[1]: https://two.example "t"',
  "math $a_1+b$ and $5 and $6. \\(x^2\\)\n\n$$\n\\int_0^1 x\n= 3\n$$\n\n\\[\ny\n\\]\n\ntext $$z$$ end",
  "<div onclick=x>**a**</div>\n\nx <b>y</b><br>z\n\n![i](https://e.example/a.png) ![d](data:image/png;base64,AAAA)",
  "    indented\n    code\n\npara\n\n    more\n",
  "1. a\n\n1\n\n2. b\n\ntext\n- a\n- b\n\nHeading\n---\n\n### Deep\n\ntail",
  "> a\n\n> b\n\n- a\n\n  para\n\n  ```\n  x\n\n  y\n  ```\n- b",
  "a\\\nb  \nc &amp; &lt;x&gt; &#x41;\r\n\r\nd",
];

describe("Markdown", () => {
  it.each(SAMPLES)("looks the same in the end, at once or in pieces: %j", (source) => {
    const look = (element: Element): string => element.innerHTML.replace(/Table \d+/g, "Table");
    const wanted = look(show(source));
    for (const size of [1, 3, 7]) {
      const other = makePlace();
      expect(look(other.stream(source, size)), `in pieces of ${size}`).toBe(wanted);
      other.end();
    }
  });

  it("is paragraphs, emphasis, lists and quotes", () => {
    expect(blocks("a **b** *c* ~~d~~ `e`\n\n- f\n  1. g\n\n> h")).toBe(
      "<p>a <strong>b</strong> <em>c</em> <del>d</del> <code>e</code></p><ul><li>f<ol><li>g</li></ol></li></ul>" +
        "<blockquote><p>h</p></blockquote>",
    );
  });

  it("has headings below those of the page, none of them skipping a level", () => {
    expect(
      [...show("## a\n\n##### b\n\n### c\n\n# d").querySelectorAll("h3, h4, h5, h6")].map((h) => h.outerHTML),
    ).toEqual(["<h3>a</h3>", "<h4>b</h4>", "<h4>c</h4>", "<h3>d</h3>"]);
  });

  it("shows HTML as text, but for line breaks", () => {
    expect(blocks("<div class=x>a</div>\n\nb <b>c</b><br/>d")).toBe(
      '<p class="tcj-raw">&lt;div class=x&gt;a&lt;/div&gt;</p><p>b &lt;b&gt;c&lt;/b&gt;<br>d</p>',
    );
  });

  it("has check boxes that are named by their text", () => {
    const boxes = [...show("- [x] done\n- [ ] not yet").querySelectorAll<HTMLInputElement>("input")];
    expect(boxes.map((box) => [box.checked, box.disabled, box.labels?.[0]?.textContent?.trim()])).toEqual([
      [true, true, "done"],
      [false, true, "not yet"],
    ]);
  });

  it("has tables that scroll, with names of their own", () => {
    const regions = [...show("| a | b |\n|---|--:|\n| 1 | 2 |\n\nx\n\n| a |\n|---|").querySelectorAll(".tcj-table")];
    const namesOfTables = regions.map((region) => region.getAttribute("aria-label"));
    expect(namesOfTables[0]).toMatch(/^Table \d+: a, b$/);
    expect(new Set(namesOfTables).size).toBe(2);
    expect(
      regions.every((region) => region.getAttribute("role") === "region" && (region as HTMLElement).tabIndex === 0),
    ).toBe(true);
    expect(regions[0]!.querySelector("td:last-child")?.className).toBe("tcj-right");
  });

  it("shows a text that the lexer fails on", () => {
    expect(textOf(show(`${">".repeat(20_000)} deep`))).toContain("deep");
  });

  it("shows mermaid as code", () =>
    expect(show("```mermaid\ngraph TD\n```").querySelector("pre")?.textContent).toBe("graph TD"));

  it("speaks the language of its host", () => {
    const other = makePlace({ language: "zh" });
    const root = other.markdown("```\nx\n```\n\n![图](https://a.example/x.png)");
    expect(root.textContent).toContain("复制");
    expect(root.querySelector(".tcj-image")?.textContent).toBe("图片：图 — a.example ↗");
    other.end();
  });
});

describe("links", () => {
  const link = (source: string): HTMLAnchorElement | null => show(source).querySelector("a");

  it("open elsewhere, without telling where from", () => {
    const found = link("[a](https://a.example/x)")!;
    expect([found.href, found.target, found.rel]).toEqual(["https://a.example/x", "_blank", "noopener noreferrer"]);
  });

  it("are followed by their host unless they name it", () => {
    expect(show("[a](https://a.example/x)").textContent).toBe("a (a.example)");
    expect(show("https://a.example/x").textContent).toBe("https://a.example/x");
    expect(show("[https://b.example](https://a.example)").textContent).toBe("https://b.example (a.example)");
    expect(show("https://github.com@evil.example").textContent).toBe("https://github.com@evil.example (evil.example)");
  });

  it("are text where they lead nowhere that may be followed", () => {
    for (const address of ["javascript:x", "/path", "#part", "data:text/html,x", "&#106;avascript:x"]) {
      expect(link(`[**a**](${address})`)).toBeNull();
      expect(blocks(`[**a**](${address})`)).toBe("<p><strong>a</strong></p>");
    }
  });

  it("of mail are an address and nothing more", () =>
    expect(link("[a](mailto:a@b.example?bcc=c@d.example)")?.href).toBe("mailto:a@b.example"));

  it("keep their characters", () =>
    expect(link("[a](https://a.example/?b=1&amp;c=2)")?.href).toBe("https://a.example/?b=1&c=2"));
});

describe("images", () => {
  it("that come with the text are shown", () =>
    expect(blocks("![a](data:image/png;base64,AAAA)")).toBe('<p><img src="data:image/png;base64,AAAA" alt="a"></p>'));

  it("from elsewhere are links that say what would be loaded from where", () => {
    const root = show("![a chart](https://a.example/x.png)");
    expect(root.querySelector("img")).toBeNull();
    expect(root.querySelector("a")?.outerHTML).toBe(
      '<a class="tcj-image" href="https://a.example/x.png" target="_blank" rel="noopener noreferrer">Image: a chart — a.example ↗</a>',
    );
  });

  it("of any other kind are their text", () => {
    expect(blocks("![a](x.png) ![b](data:image/svg+xml;base64,AAAA) ![](file:///x)")).toBe("<p>a b Image</p>");
  });

  it("in a link are its text", () =>
    expect(show("[![a](https://b.example/x.png)](https://a.example)").textContent).toBe("a (a.example)"));
});

describe("formulas", () => {
  it.each(["$x^2$", "\\(x^2\\)"])("%s is one in the line", (source) => {
    const root = show(`a ${source} b`);
    expect(root.querySelector("p > .tcj-math > math > msup")).not.toBeNull();
    expect(root.querySelector(".tcj-math-display")).toBeNull();
  });

  it.each(["$$x^2$$", "\\[x^2\\]", "$$\nx^2\n= y\n$$", "text\n$$\nx^2\n- y\n$$\ntext"])(
    "%j has a line of its own",
    (source) => expect(show(source).querySelector(".tcj-math-display > math[display=block] msup")).not.toBeNull(),
  );

  it.each(["$5 and $6", "$5-$6", "US$5 or AU$6", "$ x $", "$HOME/$USER", "`$x$`", "\\$x\\$", "$$", "a$b$c"])(
    "%s is none",
    (source) => expect(show(source).querySelector("math")).toBeNull(),
  );

  it("that cannot be made are shown as their source", () => {
    expect(show("a $\\nothing{x}$").querySelector("code.tcj-tex")?.textContent).toBe("$\\nothing{x}$");
  });

  it("are shown as their source until they are whole", () => {
    const root = place.markdown("a\n\n$$\nx^2\n- y", true);
    expect(root.querySelector(".tcj-raw")?.textContent).toBe("$$\nx^2\n- y");
    expect(root.querySelector("ul")).toBeNull();
  });
});

describe("a block of code", () => {
  it("says its language and copies what it shows", async () => {
    show("```py\nprint('\u202e')\n```");
    expect(place.element.querySelector("figure")?.getAttribute("aria-label")).toBe("Code, Python");
    await act(async () => button("Copy")!.click());
    expect(place.copied).toEqual(["print('<U+202E>')"]);
  });

  it("says for two seconds that it was copied", async () => {
    vi.useFakeTimers();
    try {
      show("```\nx\n```");
      await act(async () => button("Copy")!.click());
      expect(button("Copied")).toBeDefined();
      expect(place.element.querySelector("[role=status]")?.textContent).toBe("Copied");
      act(() => void vi.advanceTimersByTime(2_000));
      expect(button("Copy")).toBeDefined();
    } finally {
      vi.useRealTimers();
    }
  });

  it("says when it could not be copied", async () => {
    const other = makePlace({ copy: () => Promise.reject(new Error("no clipboard")) });
    other.show(<CodeBlock code="x" language="json" />);
    await act(async () => other.element.querySelector("button")!.click());
    expect(other.element.querySelector("button")?.textContent).toBe("Not copied");
    other.end();
  });

  it("goes into the notebook where it is, or below", () => {
    show("- ```sql\n  select 1\n  ```");
    button("Insert below")!.click();
    button("Into cell")!.click();
    expect(place.inserted).toEqual([
      ["select 1", "below"],
      ["select 1", "active"],
    ]);
  });

  it("does not go into a notebook that is not there, or when it is no code for cells", () => {
    show("```bash\nls\n```");
    expect(button("Into cell")).toBeUndefined();
    const other = makePlace({ notebook: false });
    other.markdown("```python\nx\n```");
    expect(other.element.querySelectorAll("button").length).toBe(1);
    other.end();
  });

  it("can be scrolled with the keyboard", () => expect(show("```\nx\n```").querySelector("pre")?.tabIndex).toBe(0));
});

describe("a tool's HTML", () => {
  it("is its tables and text", () => {
    place.show(
      <Html html='<style>x</style><table class="dataframe"><thead><tr><th>a</th></tr></thead><tbody><tr><td>1</td></tr></tbody></table><script>x</script><p>3 rows <a href="https://a.example">more</a></p>' />,
    );
    const region = place.element.querySelector("[role=region]")!;
    expect(region.getAttribute("aria-label")).toMatch(/^Table \d+: a$/);
    expect(region.innerHTML).toBe(
      "<table><thead><tr><th>a</th></tr></thead><tbody><tr><td>1</td></tr></tbody></table>",
    );
    expect(place.element.querySelector("p")?.outerHTML).toBe("<p>3 rows more</p>");
  });

  it("has no header that names nothing, as the one above an index of pandas", () => {
    place.show(
      <Html html='<table><tr style="color: red"><th colspan="2"></th><th scope="col">style = "a"</th></tr></table>' />,
    );
    expect(place.element.querySelector("tr")?.outerHTML).toBe(
      '<tr><td colspan="2"></td><th scope="col">style = "a"</th></tr>',
    );
  });

  it("follows its changes", () => {
    place.show(<Html html="<p>a</p>" />);
    place.show(<Html html="<p>b</p>" />);
    expect(place.element.textContent).toBe("b");
  });
});

it("axe finds nothing in any of it", async () => {
  show(SAMPLES.join("\n\n"));
  const { violations } = await axe.run(place.element, {
    // Colours are looked at in a browser.
    rules: { region: { enabled: false }, "color-contrast": { enabled: false } },
  });
  expect(violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([]);
});
