import { S3Error } from "../wire/s3-error";

const maxSkewMs = 15 * 60 * 1000;

/** The time in the form yyyymmddThhmmssZ, in milliseconds. */
export function parseLongDate(text: string): number | undefined {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (!parts) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.slice(1).map(Number);
  const time = new Date(Date.UTC(year, month - 1, day, hour, minute, second));
  // A 30th of February would be taken for a day in March.
  return time.toISOString().replace(/[-:]|\.000/g, "") === text ? time.getTime() : undefined;
}

/** Refuses a signing time that is more than 15 minutes from now. */
export function checkSkew(signedAt: number, now: Date): void {
  if (Math.abs(now.getTime() - signedAt) <= maxSkewMs) return;
  const message = "The difference between the request time and the server's time is too large.";
  throw new S3Error("RequestTimeTooSkewed", message, {
    RequestTime: new Date(signedAt).toISOString(),
    ServerTime: now.toISOString(),
    MaxAllowedSkewMilliseconds: String(maxSkewMs),
  });
}

/** Refuses what was signed for a time that is over, or that has not begun. */
export function checkLifetime(signedAt: number, seconds: number, now: Date): void {
  const expiresAt = signedAt + seconds * 1000;
  const ServerTime = now.toISOString();
  if (now.getTime() > expiresAt) {
    const Expires = new Date(expiresAt).toISOString();
    throw new S3Error("AccessDenied", "Request has expired", { Expires, ServerTime });
  }
  if (signedAt - now.getTime() > maxSkewMs) {
    throw new S3Error("AccessDenied", "Request is not valid yet", { ServerTime });
  }
}
