import { describe, expect, test } from "vitest";
import { dayName, duration, elapsed, exact, grouped, relative, sameDay, size } from "../src/chat/view/figures";

const NOW = new Date(2026, 2, 12, 15, 30).getTime();
const at = (...parts: [number, number, number, number, number]) => new Date(...parts).toISOString();

describe("numbers", () => {
  test.each([
    [0, "0"],
    [999, "999"],
    [1234, "1\u2009234"],
    [1234567, "1\u2009234\u2009567"],
    [-12345, "-12\u2009345"],
  ])("%d has thin-space groups", (number, shown) => expect(grouped(number)).toBe(shown));

  test.each([
    [0, "0 B"],
    [812, "812 B"],
    [1200, "1.2 kB"],
    [999_949, "999.9 kB"],
    [999_950, "1.0 MB"],
    [3_400_000, "3.4 MB"],
  ])("%d bytes are in kB and MB", (bytes, shown) => expect(size(bytes)).toBe(shown));

  test.each([
    [12.4, "12 ms"],
    [999.6, "1.0 s"],
    [3200, "3.2 s"],
    [9960, "10 s"],
    [45_000, "45 s"],
    [59_700, "1 min"],
    [125_000, "2 min 5 s"],
    [3_720_000, "1 h 2 min"],
    [-5, "0 ms"],
  ])("%d ms is a span in its own unit", (span, shown) => expect(duration(span, "en")).toBe(shown));

  test("what goes on is told in whole seconds", () => {
    expect(elapsed(12_900, "en")).toBe("12 s");
    expect(elapsed(61_500, "en")).toBe("1 min 1 s");
  });

  test("spans are in the language of the chat", () => expect(duration(125_000, "zh")).toBe("2 分 5 秒"));
});

describe("times", () => {
  test.each([
    [at(2026, 2, 12, 15, 30), "just now"],
    [at(2026, 2, 12, 15, 28), "2 min ago"],
    [at(2026, 2, 12, 12, 29), "3 h ago"],
    [at(2026, 2, 11, 23, 50), "yesterday, 23:50"],
    [at(2026, 2, 2, 9, 5), "2 Mar, 09:05"],
    [at(2025, 11, 31, 0, 5), "31 Dec 2025, 00:05"],
    [at(2026, 2, 12, 15, 40), "in 10 min"],
    [at(2026, 2, 12, 18, 30), "in 3 h"],
    [at(2026, 2, 13, 9, 0), "tomorrow, 09:00"],
  ])("%s is told as people do", (iso, shown) => expect(relative(iso, NOW, "en")).toBe(shown));

  test("a moment ahead is no past", () => {
    expect(relative(new Date(NOW + 5000).toISOString(), NOW, "en")).toBe("in a moment");
    expect(relative(new Date(NOW + 299_000).toISOString(), NOW, "en")).toBe("in 5 min");
  });

  test("minutes go before days at midnight", () => {
    const midnight = new Date(2026, 2, 12, 0, 10).getTime();
    expect(relative(at(2026, 2, 11, 23, 50), midnight, "en")).toBe("20 min ago");
  });

  test("Chinese has its own words", () => {
    expect(relative(at(2026, 2, 12, 15, 28), NOW, "zh")).toBe("2 分钟前");
    expect(relative(at(2026, 2, 11, 23, 50), NOW, "zh")).toBe("昨天 23:50");
    expect(relative(at(2026, 2, 2, 9, 5), NOW, "zh")).toBe("3月2日 09:05");
  });

  test("a time that can't be read stays as it is", () => {
    expect(relative("soon", NOW, "en")).toBe("soon");
    expect(exact("soon", "en")).toBe("soon");
    expect(dayName("soon", NOW, "en")).toBe("soon");
  });

  test("the exact time has its day and its seconds", () => {
    const shown = exact(new Date(2026, 2, 12, 9, 5, 7).toISOString(), "en");
    expect(shown).toContain("12 March 2026");
    expect(shown).toContain("09:05:07");
  });

  test("a day is a calendar day", () => {
    expect(sameDay(at(2026, 2, 12, 0, 1), at(2026, 2, 12, 23, 59))).toBe(true);
    expect(sameDay(at(2026, 2, 11, 23, 59), at(2026, 2, 12, 0, 1))).toBe(false);
    expect(dayName(at(2026, 2, 11, 23, 59), NOW, "en")).toBe("yesterday");
  });

  test("an unreadable time begins no day", () => {
    expect(sameDay(at(2026, 2, 12, 0, 1), "")).toBe(true);
    expect(sameDay("soon", at(2026, 2, 12, 0, 1))).toBe(true);
  });
});
