import "server-only";
import { type IncomingMessage, ServerResponse } from "node:http";
import { frame as english } from "@/lib/texts/en/frame";
import { frame as korean } from "@/lib/texts/ko/frame";
import { directionOf, languageCookie, languageFor } from "@/lib/texts/languages";

/** What a DatabaseError says of itself; pages have a class of their own, so it is known by its fields. */
interface Failed {
  code: "unavailable";
  reason: string;
  message: string;
}

/** Of requests whose page has failed: why. Their headers are all that Next tells of them. */
const failures = new WeakMap<object, Failed>();
const retryAfterSeconds = 5;

/** To be told what has failed while a page was made. What is no matter of the database stays as Next answers it. */
export function notePageFailure(error: unknown, headers: object): void {
  const { code, reason } = Object(error);
  if (code === "unavailable" && typeof reason === "string") failures.set(headers, error as Failed);
}

/**
 * From here on a page that has failed because its database is not to be had is answered with 503 and a few words of HTML. Next
 * has 500 for whatever fails, and a page that is empty without its scripts; nothing of it can be asked to do otherwise, so it is
 * done where answers are written.
 */
export function answerFailedPagesPlainly(): void {
  const { write, end, flushHeaders } = ServerResponse.prototype;
  const answered = new WeakSet<ServerResponse>();

  /** Whether it is answered here, and what Next has to say is dropped. */
  function isAnswered(response: ServerResponse): boolean {
    if (answered.has(response)) return true;
    const failure = failures.get(response.req.headers);
    if (response.headersSent || response.statusCode !== 500 || failure === undefined) return false;
    answered.add(response);
    const page = pageOf(failure, response.req);
    for (const name of ["content-encoding", "etag", "link", "transfer-encoding"]) response.removeHeader(name);
    response.setHeader("content-type", "text/html; charset=utf-8");
    response.setHeader("content-length", Buffer.byteLength(page));
    response.setHeader("cache-control", "no-store");
    response.setHeader("retry-after", retryAfterSeconds);
    response.statusCode = 503;
    end.call(response, page, "utf8");
    return true;
  }

  Object.assign(ServerResponse.prototype, {
    write(this: ServerResponse, ...given: Parameters<typeof write>) {
      return isAnswered(this) || write.apply(this, given);
    },
    end(this: ServerResponse, ...given: Parameters<typeof end>) {
      return isAnswered(this) ? this : end.apply(this, given);
    },
    flushHeaders(this: ServerResponse) {
      if (!isAnswered(this)) flushHeaders.call(this);
    },
  });
}

function pageOf({ reason, message }: Failed, { headers }: IncomingMessage): string {
  const chosen = new RegExp(`(?:^|; *)${languageCookie}=([\\w-]+)`).exec(headers.cookie ?? "")?.[1];
  const language = languageFor(chosen, headers["accept-language"] ?? null);
  // As they stand: with the compiler and all other texts, Vercel's proxy function would be over 1 MB.
  const texts = language === "ko" ? korean : english;
  // Only whoever runs Pail can do something about it, and is told what.
  const sentence = reason === "newer" ? message : texts.databaseAway;
  return `<!doctype html>
<html lang="${language}" dir="${directionOf(language)}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Pail</title>
<h1>${texts.pageFailed}</h1>
<p>${sentence}</p>
<p><a href="">${texts.tryAgain}</a></p>
</html>
`;
}
