import type { IncomingMessage } from "node:http";

export type Encoding = "br" | "gzip" | null;

/** The best of what a browser says that it reads. */
export function encodingFor({ headers }: IncomingMessage): Encoding {
  const accepted = new Set<string>();
  for (const named of String(headers["accept-encoding"] ?? "")
    .toLowerCase()
    .split(",")) {
    const [name = "", ...parameters] = named.split(";").map((part) => part.trim());
    if (!parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter))) accepted.add(name);
  }
  if (accepted.has("br")) return "br";
  return accepted.has("gzip") ? "gzip" : null;
}
