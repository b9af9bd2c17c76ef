import fs from "node:fs";
import path from "node:path";

const text = fs.readFileSync(path.resolve(import.meta.dirname, "..", "..", ".github", "DEPLOY.md"), "utf8");

/** The commands of the page that says how to deploy, by the heading that they stand under. */
export function commandsUnder(heading: string): string[] {
  const section = text.split(/^## /m).find((one) => one.startsWith(heading)) ?? "";
  return [...section.matchAll(/^```sh\n(.*?)^```/gms)].flatMap(([, block = ""]) => block.trim().split("\n"));
}

/** The variables in its table, and where each is needed. */
export function variablesOfDocument(): { name: string; needed: string }[] {
  return [...text.matchAll(/^\| `([A-Z0-9_]+)` \| .* \| (.*) \|$/gm)].map(([, name = "", needed = ""]) => ({
    name,
    needed,
  }));
}
