// What browsers may know of storage.

/** When a signed URL ends, in ms since the epoch, by what it says itself; null where it says nothing. */
export function expiryOf(url: string): number | null {
  const [, year, month, day, hour, minute, second] =
    /[?&]X-Amz-Date=(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z(?:&|$)/.exec(url) ?? [];
  const [, lifeSeconds] = /[?&]X-Amz-Expires=(\d+)(?:&|$)/.exec(url) ?? [];
  if (second === undefined || lifeSeconds === undefined) return null;
  const signedAtMs = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return signedAtMs + Number(lifeSeconds) * 1000;
}

/** What can hold bytes that are sent to what was signed. A whole object is never held by CRC-32C alone. */
export type Digest = "sha256" | "crc32c" | "md5";
