import type { IncomingMessage } from "node:http";

export type Encoding = "br" | "gzip" | null;

/** The best of what a browser says that it reads. */
export function encodingFor({ headers }: IncomingMessage): Encoding {
  const accepted = String(headers["accept-encoding"] ?? "");
  const isAccepted = (name: string) =>
    new RegExp(`\\b${name}\\b(?!\\s*;\\s*q=0(\\.0*)?\\s*(,|$))`).test(accepted);
  if (isAccepted("br")) return "br";
  return isAccepted("gzip") ? "gzip" : null;
}
