import type { z } from "zod";
import { errorAnswer, type Operation, operations } from "@/lib/api/operations";
import { AppError, bucketRefusal, type Failure, plainFailure, readFailure } from "@/lib/errors";
import { systemClock } from "@/lib/uploads/client/clock";
import { alwaysOnline } from "@/lib/uploads/client/send/connection";
import { retrying, TransientError } from "@/lib/uploads/client/send/retry";
import { isConditional, isExpiredForm, passingErrorOf } from "@/lib/uploads/client/send/send-failure";
import { parseS3Error } from "@/lib/uploads/client/send/send-object";
import type { ObjectGrant } from "@/lib/uploads/contract";

type Files = z.input<typeof operations.beginUploads.input>["files"];

const retryContext = { clock: systemClock, random: Math.random, connection: alwaysOnline };

/** A Pail as programs see it. Every request is tried again as the browser does; what fails for good is an AppError. */
export class UploadClient {
  constructor(
    private readonly origin: string,
    private readonly token: string,
    private readonly signal: AbortSignal,
  ) {}

  async begin(files: Files) {
    return (await this.ask(operations.beginUploads, operations.beginUploads.path, { files })).files;
  }

  confirm(id: string) {
    return this.ask(operations.confirmUpload, operations.confirmUpload.path.replace("{id}", id));
  }

  abandon(id: string) {
    return this.ask(operations.abandonUpload, operations.abandonUpload.path.replace("{id}", id));
  }

  /** Sends the file to the bucket; its bytes are read as they go. */
  send(grant: ObjectGrant, file: Blob): Promise<void> {
    return this.withRetries(async () => {
      const response = await this.fetch("network", grant.url, requestOf(grant, file));
      // A try whose answer was lost has put it there; whether it is that, confirm says.
      if (response.ok || (response.status === 412 && isConditional(grant))) return;
      const refusal = parseS3Error(await response.text());
      const failure = {
        status: "failed",
        httpStatus: response.status,
        ...refusal,
        retryAfterSeconds: null,
      } as const;
      const final = isExpiredForm(failure) ? plainFailure("form_expired") : bucketRefusal(refusal.code, null);
      const passing = isExpiredForm(failure) ? null : passingErrorOf(failure);
      throw passing ?? AppError.of(final);
    });
  }

  private ask<A extends z.ZodObject>(
    { method, answer }: Operation & { answer: A },
    path: string,
    input?: object,
  ): Promise<z.output<A>> {
    return this.withRetries(async () => {
      const response = await this.fetch("no_answer", this.origin + path, {
        method,
        // The token goes to this origin and to no other.
        redirect: "manual",
        headers: { authorization: `Bearer ${this.token}`, "content-type": "application/json" },
        ...(input && { body: JSON.stringify(input) }),
      });
      const body: unknown = await response.json().catch(() => null);
      if (response.status === 429 || response.status >= 500)
        throw new TransientError(failureOf(body) ?? plainFailure("unavailable"));
      const parsed = answer.safeParse(body);
      if (response.ok && parsed.success) return parsed.data;
      const failure = failureOf(body);
      const sentence = `${this.origin} does not answer as Pail does. Say where yours is: --origin https://…`;
      throw new AppError(failure?.code ?? "no_pail", failure?.message ?? sentence);
    });
  }

  private withRetries<T>(work: () => Promise<T>): Promise<T> {
    return retrying(work, retryContext, this.signal, () => {});
  }

  private async fetch(silence: "network" | "no_answer", url: string, init: RequestInit): Promise<Response> {
    try {
      return await fetch(url, { ...init, signal: this.signal });
    } catch (cause) {
      this.signal.throwIfAborted();
      throw new TransientError(plainFailure(silence), { cause });
    }
  }
}

function requestOf(grant: ObjectGrant, file: Blob): RequestInit {
  const { method } = grant;
  if (method === "PUT") return { method, headers: grant.headers, body: file };
  const body = new FormData();
  for (const [name, value] of Object.entries(grant.fields)) body.append(name, value);
  body.append("file", file, "file");
  return { method, body };
}

function failureOf(body: unknown): Failure | undefined {
  const error = errorAnswer.safeParse(body).data?.error;
  return error && readFailure(error);
}
