import { english, type Namespace } from "./english";
import type { Messages } from "./translation";

/**
 * English that nobody has written: every letter an accented one, half again as long, in brackets. Whatever is on a page and is
 * not like this does not come from the messages.
 */
export const pseudo = (messages: Messages): Messages =>
  Object.fromEntries(
    (Object.keys(english) as Namespace[]).map((place) => [
      place,
      Object.fromEntries(Object.entries(messages[place]).map(([key, text]) => [key, pseudoMessage(text)])),
    ]),
  ) as Messages;

/** The words are changed and the syntax is kept: what stands in braces, but for the texts of a plural or a choice, and tags. */
function pseudoMessage(message: string): string {
  let result = "";
  let rest = message;
  while (rest !== "") {
    if (rest.startsWith("{")) {
      const argument = rest.slice(0, endOfBraces(rest));
      result += pseudoArgument(argument);
      rest = rest.slice(argument.length);
      continue;
    }
    const [text = ""] = /^(<[^>]*>|[^{<]+)/.exec(rest) ?? [rest[0]];
    result += text.startsWith("<") ? text : pseudoText(text);
    rest = rest.slice(text.length);
  }
  return result;
}

/** `{count, plural, one {# picture} other {# pictures}}`: its options hold texts, all else is syntax. */
function pseudoArgument(argument: string): string {
  const [head] = /^\{\s*\w+\s*,\s*(plural|select)\s*,/.exec(argument) ?? [];
  if (head === undefined) return argument;
  let result = head;
  let rest = argument.slice(head.length);
  while (rest !== "") {
    const start = rest.indexOf("{");
    if (start < 0) return result + rest;
    const option = rest.slice(start, start + endOfBraces(rest.slice(start)));
    result += `${rest.slice(0, start)}{${pseudoMessage(option.slice(1, -1))}}`;
    rest = rest.slice(start + option.length);
  }
  return result;
}

/** Where the brace that the text begins with is closed. */
function endOfBraces(text: string): number {
  let depth = 0;
  for (const [index, letter] of [...text].entries()) {
    if (letter === "{") depth += 1;
    if (letter === "}") depth -= 1;
    if (depth === 0) return index + 1;
  }
  return text.length;
}

const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
const accented = "áƀćďéƒǧĥíĵķĺɱńóṕɋŕśťúṽẃẋýźÁɃĆĎÉƑǦĤÍĴĶĹḾŃÓṔɊŔŚŤÚṼẂẊÝŹ";

/** A letter of every other word is said twice over, so that it is half again as long and still breaks where words end. */
const pseudoText = (text: string): string =>
  text.replace(/[A-Za-z]+/g, (word) =>
    [...word].map((letter, index) => accent(letter).repeat(index % 2 === 0 ? 2 : 1)).join(""),
  );

const accent = (letter: string): string => accented[plain.indexOf(letter)] ?? letter;
