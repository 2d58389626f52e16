/** The page's own part: its address, the session that it opens, the language that it speaks. */
import { beforeEach, describe, expect, it } from "vitest";
import { showSession, socketUrl, takeToken } from "../src/page/address";
import { lastSession } from "../src/browser/ask";
import { browserLanguage } from "../src/browser/browser";
import { fakeHub } from "./fake-hub";

function at(address: string): void {
  history.replaceState(null, "", address);
}

beforeEach(() => at("/user/ada/table-copilot/"));

describe("the address", () => {
  it("gives its token away and does not keep it", () => {
    at("/user/ada/table-copilot/?token=secret&session=s1#end");
    expect(takeToken()).toBe("secret");
    expect(location.href).toBe(`${location.origin}/user/ada/table-copilot/?session=s1#end`);
    expect(takeToken()).toBe("");
  });

  it("follows the session that is shown", () => {
    showSession("s1");
    expect(location.search).toBe("?session=s1");
    showSession("s2");
    expect(location.search).toBe("?session=s2");
    showSession("");
    expect(location.search).toBe("?session=s2");
  });

  it("adds nothing to the history", () => {
    const before = history.length;
    showSession("s1");
    showSession("s2");
    expect(history.length).toBe(before);
  });

  it("of the socket is below the page's", () => {
    at("/user/ada/table-copilot/?session=s1#x");
    expect(socketUrl("/user/ada/table-copilot/")).toBe(`${location.origin}/user/ada/table-copilot/ws`);
    expect(socketUrl("/table-copilot")).toBe(`${location.origin}/table-copilot/ws`);
  });
});

describe("the session that was used last", () => {
  it("is the first that the server lists", async () => {
    const sessions = [{ session_id: "new" }, { session_id: "old" }];
    expect(await lastSession(fakeHub(() => ({ type: "sessions", sessions })).dial)).toBe("new");
  });

  it("is none where there is none, or nobody to ask", async () => {
    expect(await lastSession(fakeHub(() => ({ type: "sessions", sessions: [] })).dial)).toBeNull();
    expect(await lastSession(fakeHub(() => ({ type: "error", code: "internal" })).dial)).toBeNull();
    expect(await lastSession(fakeHub(null).dial)).toBeNull();
  });
});

describe("the language", () => {
  it("is the first of the user's that the chat speaks", () => {
    expect(browserLanguage(["zh-TW", "en"])).toBe("zh");
    expect(browserLanguage(["de-CH", "en-GB", "zh"])).toBe("en");
    expect(browserLanguage(["fr"])).toBe("en");
    expect(browserLanguage([])).toBe("en");
  });
});
