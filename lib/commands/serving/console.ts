import { format, stripVTControlCharacters } from "node:util";
import { log } from "@/lib/log";
import { countMalformedAction, isOfMalformedAction } from "./malformed-actions";

/** What Next says becomes lines of the log, without what a log may not have: standard output belongs to the answer of the command. */
export function sendConsoleToLog(): void {
  for (const name of ["log", "info"] as const)
    console[name] = (...said: unknown[]) => log.debug(stripVTControlCharacters(format(...said)).trim());
  console.error = (...said: unknown[]) => say("error", said);
  console.warn = (...said: unknown[]) => say("warn", said);
}

function say(level: "error" | "warn", said: unknown[]): void {
  const error = said.find((one) => one instanceof Error);
  if (isOfMalformedAction()) {
    countMalformedAction(error);
    return;
  }
  const words = stripVTControlCharacters(format(...said.filter((one) => one !== error))).trim();
  if (error === undefined) log[level](words);
  else log[level]({ err: error }, words.replace(/^⨯$/, "") || "a page failed");
}
