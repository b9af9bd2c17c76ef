import { format, stripVTControlCharacters } from "node:util";
import { log } from "@/lib/log";
import { countMalformedAction, isOfMalformedAction } from "./malformed-actions";

/**
 * What Next says of errors and warnings becomes lines of the log, without what a log may not have, and of itself no more than whoever
 * debugs wants to know: standard output belongs to what the command answers.
 */
export function sendConsoleToLog(): void {
  console.log = (...said: unknown[]) => log.debug(wordsOf(said));
  console.error = (...said: unknown[]) => say("error", said);
  console.warn = (...said: unknown[]) => say("warn", said);
}

function say(level: "error" | "warn", said: unknown[]): void {
  const error = said.find((one) => one instanceof Error);
  if (isOfMalformedAction()) {
    countMalformedAction(error);
    return;
  }
  const words = wordsOf(said.filter((one) => one !== error));
  if (error === undefined) log[level](words);
  else log[level]({ err: error }, words.replace(/^⨯$/, "") || "a page failed");
}

const wordsOf = (said: unknown[]): string => stripVTControlCharacters(format(...said)).trim();
