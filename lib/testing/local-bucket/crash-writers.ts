import { createHash } from "node:crypto";
import * as s3 from "@aws-sdk/client-s3";
import type { Held, Ledger, Write } from "./crash-ledger";
import { completeUpload, describeParts, type PendingUpload } from "./crash-uploads";
import { pinnedForm, postForm } from "./forms";
import { sha256, type TestBucket } from "./test-server";

const writers = 6;
const hotKeys = ["hot/0", "hot/1", "hot/2"];
const minPartBytes = 5 * 1024 ** 2;

/** Which part a request is about. */
type UploadedPart = Pick<s3.UploadPartCommandInput, "Bucket" | "Key" | "UploadId" | "PartNumber">;

/** An object that parts are copied from. */
interface Source {
  key: string;
  bytes: Buffer;
}

/** Several writers at once that send whatever changes a bucket, until the server is cut off. */
export class Writers {
  /** What no server should have answered. */
  readonly faults: string[] = [];
  readonly pendingUploads = new Map<string, PendingUpload>();
  acknowledged = 0;
  readonly #server: TestBucket;
  readonly #ledger: Ledger;
  readonly #random: () => number;
  readonly #name: string;
  readonly #running: Promise<void>[];
  #sent = 0;
  readonly #sources = new Map<number, Promise<Source>>();
  #cut = false;
  #onAcknowledged = () => {};

  /** @param name goes into keys and bytes, so that nothing is written twice */
  constructor(server: TestBucket, ledger: Ledger, random: () => number, name: string) {
    this.#server = server;
    this.#ledger = ledger;
    this.#random = random;
    this.#name = name;
    this.#running = Array.from({ length: writers }, () => this.#write());
  }

  /** Resolves as the next answer comes, in the middle of what the server does for the others. */
  nextAcknowledgement(): Promise<void> {
    return new Promise((resolve) => {
      this.#onAcknowledged = resolve;
    });
  }

  /** To be called before the server is ended: from now on it may fail to answer. */
  cut(): void {
    this.#cut = true;
  }

  /** Resolves once all have noticed that the server is gone. */
  async end(): Promise<void> {
    await Promise.all(this.#running);
  }

  async #write(): Promise<void> {
    const actions = [
      this.#post,
      this.#post,
      this.#post,
      this.#overwrite,
      this.#overwrite,
      this.#overwrite,
      this.#copy,
      this.#copy,
      this.#delete,
      this.#deleteSome,
      this.#upload,
      this.#uploadCopies,
    ];
    while (!this.#cut) {
      try {
        await this.#pick(actions).call(this);
      } catch (error) {
        const answered = error instanceof s3.S3ServiceException && error.$response !== undefined;
        if (!this.#cut || (answered && error.$metadata.httpStatusCode !== 200))
          this.faults.push(String(error));
      }
    }
  }

  async #post(): Promise<void> {
    const key = this.#newKey("post");
    const { bytes, content } = this.#newContent({ owner: "alice" });
    const form = await pinnedForm(this.#server, key, bytes);
    await this.#change(
      [key],
      () => [content],
      async () => {
        const { status, body } = await postForm(this.#server, form);
        if (status !== 201) throw new Error(`POST of ${key}: ${status} ${body}`);
      },
    );
  }

  async #overwrite(): Promise<void> {
    const key = this.#pick(hotKeys);
    const { bytes, content } = this.#newContent();
    const command = new s3.PutObjectCommand({ ...this.#at(key), Body: bytes, Metadata: content.metadata });
    await this.#change(
      [key],
      () => [content],
      () => this.#server.client.send(command),
    );
  }

  async #copy(): Promise<void> {
    const source = this.#random() < 0.5 ? this.#pick(hotKeys) : this.#someKey();
    const key = this.#newKey("copy");
    if (source === undefined) return;
    const command = new s3.CopyObjectCommand({
      ...this.#at(key),
      CopySource: `${this.#server.bucket}/${source}`,
    });
    const write = this.#ledger.send(key, () => [...this.#ledger.contentsOf(source), null]);
    try {
      const { CopyObjectResult } = await this.#server.client.send(command);
      const copied = this.#ledger
        .contentsOf(source)
        .find(({ etag }) => `"${etag}"` === CopyObjectResult?.ETag);
      if (copied === undefined) this.faults.push(`${key} is no copy of anything that ${source} held`);
      else write.leaves = () => [copied];
      this.#acknowledge([write]);
    } catch (error) {
      if (!(error instanceof s3.S3ServiceException && error.name === "NoSuchKey")) throw error;
      this.#ledger.refuse(key, write);
    }
  }

  async #delete(): Promise<void> {
    const key = this.#random() < 0.3 ? this.#pick(hotKeys) : this.#someKey();
    if (key === undefined) return;
    const command = new s3.DeleteObjectCommand(this.#at(key));
    await this.#change(
      [key],
      () => [null],
      () => this.#server.client.send(command),
    );
  }

  async #deleteSome(): Promise<void> {
    const keys = new Set(
      [this.#someKey(), this.#someKey(), this.#pick(hotKeys)].filter((key) => key !== undefined),
    );
    const Delete = { Objects: [...keys].map((Key) => ({ Key })) };
    const command = new s3.DeleteObjectsCommand({ Bucket: this.#server.bucket, Delete });
    await this.#change(
      [...keys],
      () => [null],
      () => this.#server.client.send(command),
    );
  }

  /** An upload of one small part, or of a big one and a small one. */
  async #upload(): Promise<void> {
    const key = this.#newKey("upload");
    const last = this.#newContent();
    const parts = [last.bytes];
    if (this.#random() < 0.3) parts.unshift(Buffer.alloc(minPartBytes, `${this.#name} ${key} `));
    const { client } = this.#server;
    await this.#uploadParts(key, parts, last.content.metadata, (part, Body) =>
      client.send(new s3.UploadPartCommand({ ...part, Body })),
    );
  }

  /** An upload of parts that are copied: of a range, which is stored anew, or a whole object, which is linked, or both. */
  async #uploadCopies(): Promise<void> {
    const isBig = this.#random() < 0.2;
    const { key: source, bytes } = await this.#sourceOf(isBig ? minPartBytes + 5000 : 50_000);
    const start = Math.floor(this.#random() * 5000);
    const range = bytes.subarray(start, start + bytes.length - 5000);
    const parts = isBig ? [range, bytes] : [this.#pick([range, bytes])];
    const CopySource = `${this.#server.bucket}/${source}`;
    const key = this.#newKey("copies");
    await this.#uploadParts(key, parts, { copies: source }, async (part, body) => {
      const end = start + body.length - 1;
      const CopySourceRange = body === range ? `bytes=${start}-${end}` : undefined;
      const copy = new s3.UploadPartCopyCommand({ ...part, CopySource, CopySourceRange });
      const { CopyPartResult } = await this.#server.client.send(copy);
      return CopyPartResult ?? {};
    });
  }

  /** An object of some size to copy from, which is stored when it is first asked for. */
  #sourceOf(size: number): Promise<Source> {
    const source = this.#sources.get(size) ?? this.#putSource(size);
    this.#sources.set(size, source);
    return source;
  }

  async #putSource(size: number): Promise<Source> {
    const key = this.#newKey("source");
    const bytes = Buffer.alloc(size, `source ${key} `);
    const etag = createHash("md5").update(bytes).digest("hex");
    const content = { sha256: sha256(bytes), etag, size, metadata: {} };
    const command = new s3.PutObjectCommand({ ...this.#at(key), Body: bytes });
    await this.#change(
      [key],
      () => [content],
      () => this.#server.client.send(command),
    );
    return { key, bytes };
  }

  async #uploadParts(
    key: string,
    parts: readonly Buffer[],
    metadata: Record<string, string>,
    send: (part: UploadedPart, body: Buffer) => Promise<{ ETag?: string | undefined }>,
  ): Promise<void> {
    const content = describeParts(parts, metadata);
    const create = new s3.CreateMultipartUploadCommand({ ...this.#at(key), Metadata: metadata });
    const { UploadId: uploadId = "" } = await this.#server.client.send(create);
    const upload: PendingUpload = { key, uploadId, content, parts: [], allPartsSent: false };
    this.pendingUploads.set(uploadId, upload);
    for (const [i, body] of parts.entries()) {
      const part = { ...this.#at(key), UploadId: uploadId, PartNumber: i + 1 };
      const { ETag } = await send(part, body);
      upload.parts.push({ PartNumber: i + 1, ETag });
    }
    upload.allPartsSent = true;
    await this.#change(
      [key],
      () => [content],
      () => completeUpload(this.#server, upload),
    );
    this.pendingUploads.delete(uploadId);
  }

  async #change(keys: string[], leaves: () => Held[], send: () => Promise<unknown>): Promise<void> {
    const writes = keys.map((key) => this.#ledger.send(key, leaves));
    await send();
    this.#acknowledge(writes);
  }

  #acknowledge(writes: Write[]): void {
    for (const write of writes) this.#ledger.acknowledge(write);
    this.acknowledged += writes.length;
    this.#onAcknowledged();
  }

  #newContent(metadata: Record<string, string> = { mark: `${this.#name}-${this.#sent}` }) {
    const kind = this.#random();
    const maxBytes = kind < 0.7 ? 4000 : kind < 0.95 ? 200_000 : 1_500_000;
    this.#sent += 1;
    const bytes = Buffer.alloc(
      50 + Math.floor(this.#random() * maxBytes),
      `write ${this.#name}-${this.#sent} `,
    );
    const etag = createHash("md5").update(bytes).digest("hex");
    return { bytes, content: { sha256: sha256(bytes), etag, size: bytes.length, metadata } };
  }

  #newKey(folder: string): string {
    this.#sent += 1;
    return `${folder}/${this.#name}-${this.#sent}`;
  }

  /** A key that was written once, by a form or as a copy, and may have been deleted since. */
  #someKey(): string | undefined {
    const keys = this.#ledger.keys().filter((key) => key.startsWith("post/"));
    return keys.length === 0 ? undefined : this.#pick(keys);
  }

  #pick<T>(all: readonly T[]): T {
    return all[Math.floor(this.#random() * all.length)] as T;
  }

  #at(Key: string) {
    return { Bucket: this.#server.bucket, Key };
  }
}
