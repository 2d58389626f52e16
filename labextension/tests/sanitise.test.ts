import { describe, expect, it } from "vitest";
import { destination, followable, names } from "../src/chat/markdown/links";
import { highlighted } from "../src/chat/markdown/highlight";
import { languageOf, runsInCell, titleOf } from "../src/chat/markdown/languages";
import { sanitised, type Profile } from "../src/chat/markdown/sanitise";
import { mathml } from "../src/chat/markdown/tex";
import { visible } from "../src/chat/markdown/visible";

function html(fragment: DocumentFragment): string {
  const box = document.createElement("div");
  box.append(fragment);
  return box.innerHTML;
}
const kept = (source: string, profile: Profile = "markdown"): string => html(sanitised(source, profile));

describe("the sanitiser", () => {
  it("keeps what an answer is made of", () => {
    const source =
      '<p>a <strong>b</strong> <a href="https://a.example/">c</a></p><ol start="3"><li class="tcj-task">d</li></ol>' +
      '<table><thead><tr><th scope="col" class="tcj-right">e</th></tr></thead></table>';
    expect(kept(source)).toBe(source);
  });

  it.each(["style", "id", "name", "title", "onclick", "data-x", "aria-label", "srcset", "ping", "slot", "part"])(
    "keeps no %s",
    (attribute) => expect(kept(`<p ${attribute}="x">a</p>`)).toBe("<p>a</p>"),
  );

  it("keeps attributes only on their elements and with values of their form", () => {
    expect(kept('<p href="https://a.example">a</p>')).toBe("<p>a</p>");
    expect(kept('<a href="ftp://a.example">a</a>')).toBe("<a>a</a>");
    expect(kept('<img src="https://a.example/x.png" alt="a">')).toBe("a");
    expect(kept('<ol start="x"><li>a</li></ol>')).toBe("<ol><li>a</li></ol>");
    expect(kept('<math><mspace width="99999em" height="1em"></mspace></math>')).toBe(
      '<math><mspace height="1em"></mspace></math>',
    );
    expect(kept('<math><mi href="https://a.example" mathcolor="red">x</mi></math>')).toBe(
      '<math><mi mathcolor="red">x</mi></math>',
    );
  });

  it("keeps only classes of Markdown, so that nothing looks like a part of the chat", () => {
    expect(kept('<p class="tcj-approval tcj-raw jp-Dialog">a</p>')).toBe('<p class="tcj-raw">a</p>');
  });

  it("keeps inputs only as check boxes that nobody can tick", () => {
    expect(kept('<input type="text"><input><input type="checkbox" checked>')).toBe(
      '<input type="checkbox" checked="" disabled="">',
    );
  });

  it("keeps of code its words only", () => {
    expect(kept('<span class="hljs-keyword">a</span><b>c</b><a href="https://a.example">d</a>', "code")).toBe(
      '<span class="hljs-keyword">a</span>cd',
    );
  });

  it("keeps of a tool's HTML its tables and text", () => {
    expect(
      kept(
        '<style>.x{}</style><table border="1" class="dataframe"><tr style="a"><td colspan="2" bgcolor="red">1</td></tr></table>' +
          '<p>text <a href="https://a.example">link</a><img src="x"></p>',
        "output",
      ),
    ).toBe('<table><tbody><tr><td colspan="2">1</td></tr></tbody></table><p>text link</p>');
  });

  it.each([
    ["<style scoped>\n.a > b {}\n</style ><p>1</p><STYLE>x</STYLE>2", "<p>1</p>2"],
    ["<p>1</p><style>never closed <p>2</p>", "<p>1</p>"],
    ["<p style='a'>style = 1 &lt;p style='a'></p>", "<p>style = 1 &lt;p style='a'&gt;</p>"],
  ])("drops styles before a policy can complain of them, and no text: %s", (html, shown) => {
    expect(kept(html, "output")).toBe(shown);
  });

  it("makes elements in a document where nothing loads", () => {
    expect(sanitised("<p>a</p>", "markdown").ownerDocument).not.toBe(document);
  });
});

describe("addresses", () => {
  it.each(["https://a.example/x", "HTTP://A.example", "mailto:a@b.example"])("%s may be followed", (address) =>
    expect(followable(address)).not.toBeNull(),
  );

  it.each([
    "javascript:alert(1)",
    "java\tscript:alert(1)",
    "\u0001javascript:alert(1)",
    "data:text/html,x",
    "blob:https://a.example/1",
    "vbscript:x",
    "file:///etc/passwd",
    "/relative",
    "//host.example",
    "#part",
    "https://",
    "mailto:",
    "",
  ])("%j may not", (address) => expect(followable(address)).toBeNull());

  it.each([
    ["a.example", "https://a.example/x", true],
    ["https://a.example/x?y", "https://a.example/x?y", true],
    ["see a.example.", "https://a.example/", true],
    ["write to me@a.example", "mailto:me@a.example", true],
    ["the docs", "https://a.example/", false],
    ["b.example", "https://a.example/", false],
    ["https://b.example/a.example", "https://a.example/", false],
    ["a.example.b.example", "https://a.example/", false],
    ["https://github.com@evil.example", "https://github.com@evil.example", false],
    ["https://аpple.com", "https://аpple.com", false],
  ])("%j tells a reader that it leads to %s: %s", (text, address, told) =>
    expect(names(text, new URL(address))).toBe(told),
  );

  it("show letters of other scripts as punycode", () =>
    expect(destination(new URL("https://аpple.com/"))).toBe("xn--pple-43d.com"));
});

describe("hidden characters", () => {
  it.each([
    ["a\u202eb", "a<U+202E>b"],
    ["a\u0007\u001b[31m", "a<U+0007><U+001B>[31m"],
    ["a\u200bb\ufeff", "a<U+200B>b<U+FEFF>"],
    ["a\u{e0041}", "a<U+E0041>"],
    ["a\ud800", "a<U+D800>"],
    ["a\r\nb\tc", "a\nb\tc"],
  ])("%j is shown as %j", (text, shown) => expect(visible(text)).toBe(shown));

  it("are not those that scripts and emoji are written with", () => {
    const text = "می‌خواهم \u{1f469}\u200d\u{1f52c} é 中";
    expect(visible(text)).toBe(text);
  });
});

describe("highlighted code", () => {
  it.each([
    ["python", "import os", "hljs-keyword"],
    ["py", "import os", "hljs-keyword"],
    ["sql", "SELECT 1", "hljs-keyword"],
    ["json", '{"a": 1}', "hljs-attr"],
    ["sh", "echo $HOME", "hljs-built_in"],
    ["r", "x <- TRUE", "hljs-literal"],
    ["js", "const a = 1;", "hljs-keyword"],
    ["ts", "let a: string;", "hljs-keyword"],
    ["md", "# Title", "hljs-section"],
    ["yml", "a: 1", "hljs-attr"],
    ["html", "<p>a</p>", "hljs-tag"],
    ["css", ".a { color: red }", "hljs-attribute"],
    ["diff", "+ a", "hljs-addition"],
    ["julia", "function f() end", "hljs-keyword"],
    ["toml", "[a]\nb = 1", "hljs-section"],
  ])("of %s has classes", (language, code, name) => {
    const fragment = highlighted(code, language);
    expect(fragment.querySelector(`.${name}`), html(fragment)).not.toBeNull();
  });

  it("is the code itself, whatever it holds", () => {
    for (const language of ["html", "python", "unknown", ""]) {
      expect(highlighted("<b onclick='x'>&amp;</b>", language).textContent).toBe("<b onclick='x'>&amp;</b>");
    }
  });

  it("shows hidden characters", () =>
    expect(highlighted("if x\u202e: #", "python").textContent).toBe("if x<U+202E>: #"));

  it("is plain when it is long", () =>
    expect(highlighted("import os\n".repeat(10_000), "python").querySelector("span")).toBeNull());
});

describe("languages", () => {
  it.each([
    ["python title=x", "python"],
    ["{python}", "python"],
    ["{.sql #id}", "sql"],
    ["C++", "c++"],
    ["text", "text"],
    ["output", "text"],
    ["", ""],
    ['"><img', "img"],
  ])("of the fence %j is %j", (info, language) => expect(languageOf(info)).toBe(language));

  it("have the names that readers know", () =>
    expect(["py", "sql", "toml", "html", "rust", "text", ""].map(titleOf)).toEqual([
      "Python",
      "SQL",
      "TOML",
      "HTML",
      "rust",
      "",
      "",
    ]));

  it("are for cells, or are not", () => {
    expect(["python", "", "sql", "jl", "r"].every(runsInCell)).toBe(true);
    expect(["bash", "json", "html", "rust", "text"].some(runsInCell)).toBe(false);
  });
});

describe("TeX", () => {
  it("becomes MathML without styles", () => {
    const made = mathml("\\begin{aligned}a&=\\frac12\\\\ \\color{red}b&=c\\end{aligned}", true);
    expect(made).toContain("<mfrac>");
    expect(made).toContain('mathcolor="#ff0000"');
    expect(made).not.toMatch(/\sstyle=/);
  });

  it.each([
    ["what is no TeX", "\\frac{a"],
    ["commands that it does not know", "\\nothing{x}"],
    ["addresses and images", "\\includegraphics{http://a.example/x}"],
    ["definitions", "\\def\\x{\\x\\x}\\x"],
    ["what is too deep", `${"{".repeat(100)}x${"}".repeat(100)}`],
    ["what is too long", "x".repeat(5_000)],
    ["what makes too much", "\\begin{matrix}".repeat(1) + "\\sqrt x&".repeat(3_500) + "\\end{matrix}"],
  ])("does not become anything for %s", (_, tex) => expect(mathml(tex, false)).toBeNull());
});
