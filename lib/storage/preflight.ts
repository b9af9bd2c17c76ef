import "server-only";

/** What a browser asks leave for. */
export interface Sends {
  url: string;
  method: "GET" | "POST" | "PUT";
  /** names in lower case, but for those that browsers may always send */
  headers: string[];
}

/** Asks as a browser does before a page of this origin sends. */
export function preflight(
  { signal }: { signal: AbortSignal },
  origin: string,
  { url, method, headers }: Sends,
): Promise<Response> {
  const asked = {
    origin,
    "access-control-request-method": method,
    ...(headers.length > 0 && { "access-control-request-headers": headers.sort().join(",") }),
  };
  return fetch(url, { method: "OPTIONS", headers: asked, signal, redirect: "manual" });
}

/**
 * What the answer does not allow; null: nothing. As browsers read it: for requests without credentials * stands for all origins,
 * methods and headers (https://fetch.spec.whatwg.org/#cors-preflight-fetch).
 */
export function missing(
  { ok, status, headers: answered }: Response,
  origin: string,
  sends: Sends,
): string | null {
  const names = (header: string) =>
    (answered.get(header) ?? "").split(",").map((name) => name.trim().toLowerCase());
  const covers = (header: string, wanted: string) =>
    names(header).some((name) => name === "*" || name === wanted.toLowerCase());
  if (!ok) return `it answers ${status}`;
  if (!covers("access-control-allow-origin", origin)) return "not this origin";
  // The other two need no leave of their own.
  if (sends.method === "PUT" && !covers("access-control-allow-methods", sends.method))
    return `not the method ${sends.method}`;
  const lacking = sends.headers.filter((name) => !covers("access-control-allow-headers", name));
  return lacking.length === 0 ? null : `not the headers ${lacking.join(", ")}`;
}
