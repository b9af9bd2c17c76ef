/** What follows the question mark of an address may open a bucket, a share or a session, whoever it was that said it. */
export function withoutSecrets(line: string): string {
  return line
    .replace(/\?[\w.~%+[\]-]+=[^\s"'<>\\)]*/g, "?…")
    .replace(/\bpail_[\w-]{20,}/g, "pail_…")
    .replace(/\b(Bearer|AWS4-HMAC-SHA256) [^"\\]+/g, "$1 …");
}
