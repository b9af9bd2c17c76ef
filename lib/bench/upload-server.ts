import http, { type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import {
  DeleteObjectsCommand,
  PutBucketCorsCommand,
  PutObjectCommand,
  paginateListObjectsV2,
} from "@aws-sdk/client-s3";
import { createPresignedPost } from "@aws-sdk/s3-presigned-post";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { build } from "esbuild";
import type { Viewer } from "@/lib/accounts/viewer";
import { newId } from "@/lib/ids";
import { bucketClient } from "@/lib/storage/bucket-client";
import { addViewer } from "@/lib/testing/test-pail";
import { beginUploads } from "@/lib/uploads/begin";
import { confirmUploads } from "@/lib/uploads/confirm";

/** How often the page asked for each thing that a server does. */
export type Calls = Record<string, number>;

/** A page per bundle, and behind it what each contender wants of a server: Pail's verbs, or signatures for the others. */
export class UploadServer {
  calls: Calls = {};
  private viewer: Viewer | undefined;
  private readonly server = http.createServer((request, response) => {
    this.answer(request).then(
      ({ type, body }) => response.writeHead(200, { "content-type": type }).end(body),
      (error) => response.writeHead(500).end(String(error)),
    );
  });

  private constructor(private readonly scripts: Map<string, Uint8Array>) {}

  static async start(entries: string[]): Promise<UploadServer> {
    const server = new UploadServer(await bundle(entries));
    await new Promise<void>((resolve) => server.server.listen(0, "127.0.0.1", resolve));
    const { s3, name } = bucketClient();
    const rule = { AllowedOrigins: [server.origin], AllowedMethods: ["PUT", "POST"], AllowedHeaders: ["*"] };
    const CORSRules = [{ ...rule, ExposeHeaders: ["ETag"], MaxAgeSeconds: 3600 }];
    await s3.send(new PutBucketCorsCommand({ Bucket: name, CORSConfiguration: { CORSRules } }));
    return server;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Somebody new, an empty bucket and no calls, so that the next contender finds what the last one found. */
  async startOver(): Promise<void> {
    await emptyBucket();
    this.viewer = await addViewer();
    this.calls = {};
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(request: IncomingMessage): Promise<{ type: string; body: string | Uint8Array }> {
    const { pathname, search } = new URL(request.url ?? "/", this.origin);
    const script = this.scripts.get(pathname.slice(1));
    if (script !== undefined) return { type: "text/javascript", body: script };
    if (request.method === "GET") return { type: "text/html", body: pageOf(search.slice(1)) };
    this.calls[pathname] = (this.calls[pathname] ?? 0) + 1;
    const input = JSON.parse(Buffer.concat(await request.toArray()).toString());
    return { type: "application/json", body: JSON.stringify(await this.serve(pathname, input)) };
  }

  // biome-ignore lint/suspicious/noExplicitAny: the pages are our own.
  private async serve(pathname: string, input: any): Promise<unknown> {
    if (this.viewer === undefined) throw new Error("nobody is there");
    switch (pathname) {
      case "/begin":
        return beginUploads(this.viewer, input);
      case "/confirm":
        return confirmUploads(this.viewer, input);
      case "/take":
        return input.map((id: string) => ({ status: "ready", image: { id } }));
      case "/sign":
        return Promise.all(
          Array.from({ length: input.count }, () => (input.method === "PUT" ? signPut() : signPost())),
        );
      case "/better-upload":
        return { files: await Promise.all(input.files.map(signBetterUpload)), metadata: {} };
      default:
        throw new Error(`nothing is at ${pathname}`);
    }
  }
}

const here = fileURLToPath(new URL(".", import.meta.url));

async function bundle(entries: string[]): Promise<Map<string, Uint8Array>> {
  const { outputFiles } = await build({
    absWorkingDir: here,
    entryPoints: [...entries, "../uploads/client/prepare/prepare.worker.ts"],
    entryNames: "[name]",
    outdir: "bundles",
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    define: { "process.env.NODE_ENV": '"production"' },
    write: false,
  });
  return new Map(outputFiles.map(({ path, contents }) => [path.split("/").at(-1) ?? "", contents]));
}

const pageOf = (script: string): string =>
  `<!doctype html><title>bench</title><input type="file" multiple><script type="module" src="/${script}"></script>`;

const newObject = () => ({ Bucket: bucketClient().name, Key: `peers/${newId()}` });
const signPut = () => getSignedUrl(bucketClient().s3, new PutObjectCommand(newObject()));
const signPost = () => {
  const Fields = { success_action_status: "204" };
  return createPresignedPost(bucketClient().s3, { ...newObject(), Fields });
};

/** Version 2 reads the key from another place than version 3. */
async function signBetterUpload(file: { name: string; size: number; type: string }) {
  const signedUrl = await signPut();
  const objectKey = new URL(signedUrl).pathname;
  const objectInfo = { key: objectKey, metadata: {} };
  return { signedUrl, headers: {}, file: { ...file, objectKey, objectMetadata: {}, objectInfo } };
}

async function emptyBucket(): Promise<void> {
  const { s3, name: Bucket } = bucketClient();
  for await (const { Contents = [] } of paginateListObjectsV2({ client: s3 }, { Bucket })) {
    const Objects = Contents.map(({ Key }) => ({ Key }));
    if (Objects.length > 0) await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
  }
}
