import type { BrowserPage, Key } from "./browser-page";

/** As W3C's WebDriver names them. */
const keys: Record<Key, string> = {
  ArrowLeft: "\uE012",
  ArrowRight: "\uE014",
  Enter: "\uE007",
  Escape: "\uE00C",
};
const elementKey = "element-6066-11e4-a52e-4f735466cecf";

type Session = Omit<BrowserPage, "readErrors">;

/** A session of plain WebDriver, at `origin`. */
export async function openSession(origin: string, capabilities: object): Promise<Session> {
  const { sessionId } = await ask<{ sessionId: string }>("POST", `${origin}/session`, {
    capabilities: { alwaysMatch: { unhandledPromptBehavior: "accept", ...capabilities } },
  });
  const session = `${origin}/session/${sessionId}`;
  const post = <T>(command: string, body: object = {}) => ask<T>("POST", `${session}/${command}`, body);
  const find = async (selector: string) => {
    const found = await post<Record<string, string>>("element", { using: "css selector", value: selector });
    return `element/${found[elementKey]}`;
  };
  const type = (text: string) => {
    const actions = [...text].flatMap((value) => ["keyDown", "keyUp"].map((type) => ({ type, value })));
    return post<void>("actions", { actions: [{ type: "key", id: "keyboard", actions }] });
  };
  return {
    goto: (url) => post("url", { url }),
    reload: () => post("refresh"),
    evaluate: async <A extends unknown[], T>(work: (...args: A) => T | Promise<T>, ...args: A) => {
      const script = `const [args, done] = arguments;
        new Promise((resolve) => resolve((${work})(...args)))
          .then((value) => done({ value }), (error) => done({ error: String(error) }));`;
      const ended = await post<{ value: T } | { error: string }>("execute/async", { script, args: [args] });
      if ("error" in ended) throw new Error(ended.error);
      return ended.value;
    },
    click: async (selector) => post(`${await find(selector)}/click`),
    type,
    press: (key) => type(keys[key]),
    chooseFiles: async (selector, paths) => post(`${await find(selector)}/value`, { text: paths.join("\n") }),
    close: () => ask("DELETE", session),
  };
}

async function ask<T>(method: "POST" | "DELETE", url: string, body?: object): Promise<T> {
  const response = await fetch(url, { method, ...(body && { body: JSON.stringify(body) }) });
  const { value } = (await response.json()) as { value: T & { error?: string; message?: string } };
  if (!response.ok) throw new Error(`WebDriver: ${value.error}: ${value.message}`);
  return value;
}
