/** Holds the browser's time zone, so that the next page comes in it at once. */
export const zoneCookie = "time-zone";

/** The time zone of a cookie, like `Asia/Seoul`; UTC where it says none that there is. */
export function zoneOf(cookie: string | undefined): string {
  if (cookie === undefined || !/^[\w+/-]{1,64}$/.test(cookie)) return "UTC";
  try {
    return new Intl.DateTimeFormat("en", { timeZone: cookie }).resolvedOptions().timeZone;
  } catch {
    return "UTC";
  }
}
