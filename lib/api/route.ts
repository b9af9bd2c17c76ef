import "server-only";
import type { z } from "zod";
import { requireTokenOwner } from "@/lib/accounts/tokens";
import type { Viewer } from "@/lib/accounts/viewer";
import { callerOf, failureOf, parse } from "@/lib/actions";
import { AppError, withoutValues } from "@/lib/errors";
import { bodyOf } from "./body";
import type { errorAnswer, Operation } from "./operations";

type Params = Promise<Record<string, string>>;

/** What came with the input; the body only where the operation takes no JSON. */
interface Sent {
  headers: Headers;
  body: AsyncIterable<Uint8Array>;
}

/** A hundred files with long names. */
const maxJsonBytes = 1024 * 1024;

/**
 * A route for programs: checks token, scope, limits and input, then calls the verb. Cookies count for nothing here, so that no
 * page of another site can make a browser ask.
 */
export function apiRoute<I extends z.ZodObject, A extends z.ZodObject>(
  operation: Operation & { input: I; answer: A },
  verb: (viewer: Viewer, input: z.output<I>, sent: Sent) => Promise<z.input<A>>,
): (request: Request, context: { params: Params }) => Promise<Response> {
  return async (request, { params }) => {
    try {
      const viewer = await requireTokenOwner(bearerOf(request), operation.scope, await callerOf());
      const given = operation.body === "json" ? await jsonOf(request) : queryOf(request);
      const input = parse(operation.input, { ...given, ...(await params) });
      return answer(200, await verb(viewer, input, { headers: request.headers, body: bodyOf(request) }));
    } catch (error) {
      return refusal(error);
    }
  };
}

/** The same for what anybody may read. */
export const openRoute = (read: () => object) => (): Response => {
  try {
    return Response.json(read());
  } catch (error) {
    return refusal(error);
  }
};

function refusal(error: unknown): Response {
  const { status, failure } = failureOf(error);
  return answer(status, { error: withoutValues(failure) } satisfies z.input<typeof errorAnswer>);
}

function answer(status: number, body: object): Response {
  const headers = { "cache-control": "no-store", ...(status === 401 && { "www-authenticate": "Bearer" }) };
  return Response.json(body, { status, headers });
}

/** Empty where there is none: that is nobody's token. */
function bearerOf(request: Request): string {
  return /^Bearer +(\S+)$/i.exec(request.headers.get("authorization") ?? "")?.[1] ?? "";
}

const queryOf = ({ url }: Request): object => Object.fromEntries(new URL(url).searchParams);

async function jsonOf(request: Request): Promise<object> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of bodyOf(request)) {
    bytes += chunk.length;
    if (bytes > maxJsonBytes)
      throw new AppError("too_large", "The request is too long. Ask for fewer files at once.");
    chunks.push(chunk);
  }
  try {
    return Object(JSON.parse(Buffer.concat(chunks).toString()));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new AppError("invalid_input", "The request is no JSON.");
  }
}
