import type { ObjectGrant, PostForm } from "@/lib/uploads/contract";

export interface SendFailure {
  status: "failed";
  /** 0 where there was no answer */
  httpStatus: number;
  /** S3's error code; `network` where there was no answer: browsers do not tell a cut from a CORS refusal */
  code: string;
  message: string;
  requestId: string | null;
  retryAfterSeconds: number | null;
}

export type SendOutcome = { status: "sent" } | SendFailure;

export interface SendOptions {
  onProgress(sentBytes: number): void;
  signal: AbortSignal;
}

export type SendObject = (grant: ObjectGrant, blob: Blob, options: SendOptions) => Promise<SendOutcome>;

/** One POST or PUT to the bucket. XMLHttpRequest, as fetch tells no progress. */
export const sendObject: SendObject = (grant, blob, { onProgress, signal }) =>
  new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const request = new XMLHttpRequest();
    const abort = () => {
      request.abort();
      reject(signal.reason);
    };
    signal.addEventListener("abort", abort);
    request.upload.addEventListener("progress", ({ loaded, total }) => {
      // The fields count too; their share is small, and the same at every moment.
      onProgress(total > 0 ? (blob.size * loaded) / total : 0);
    });
    request.addEventListener("load", () => resolve(outcomeOf(request)));
    request.addEventListener("error", () =>
      resolve({
        status: "failed",
        httpStatus: 0,
        code: "network",
        message: "",
        requestId: null,
        retryAfterSeconds: null,
      }),
    );
    request.addEventListener("loadend", () => signal.removeEventListener("abort", abort));
    request.open(grant.method, grant.url);
    if (grant.method === "POST") {
      request.send(bodyOf(grant, blob));
      return;
    }
    for (const [name, value] of Object.entries(grant.headers)) request.setRequestHeader(name, value);
    request.send(blob);
  });

/** S3 ignores whatever comes after the file. */
function bodyOf({ fields }: PostForm, blob: Blob): FormData {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.append(name, value);
  body.append("file", blob, "file");
  return body;
}

function outcomeOf(request: XMLHttpRequest): SendOutcome {
  if (request.status >= 200 && request.status < 300) return { status: "sent" };
  // Asked for by name, a header that CORS hides is an error on the console.
  const seconds = /^retry-after: *(\d+)/im.exec(request.getAllResponseHeaders())?.[1];
  return {
    status: "failed",
    httpStatus: request.status,
    ...parseS3Error(request.responseText),
    retryAfterSeconds: seconds === undefined ? null : Number(seconds),
  };
}

/** S3's error XML has three elements that matter; a proxy's error page has none. */
export function parseS3Error(xml: string): Pick<SendFailure, "code" | "message" | "requestId"> {
  const element = (name: string) => new RegExp(`<${name}>([^<]{0,500})</${name}>`).exec(xml)?.[1];
  return {
    code: element("Code") ?? "unknown",
    message: element("Message") ?? "",
    requestId: element("RequestId") ?? null,
  };
}
