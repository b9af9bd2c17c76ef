import { request } from "node:https";
import { text } from "node:stream/consumers";

interface Asked {
  method?: string;
  headers?: Record<string, string>;
  body?: Buffer;
}

/** Asks a server whose certificate nobody trusts. */
export function ask(url: string, { method = "GET", headers = {}, body }: Asked = {}) {
  return new Promise<{ status: number; text: string }>((resolve, reject) => {
    const sized = { ...headers, ...(body && { "content-length": String(body.length) }) };
    const asked = request(url, { method, rejectUnauthorized: false, headers: sized }, (response) => {
      text(response).then((said) => resolve({ status: response.statusCode ?? 0, text: said }), reject);
    });
    asked.once("error", reject);
    asked.end(body);
  });
}
