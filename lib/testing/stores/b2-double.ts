import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { CopyObjectCommand, DeleteObjectCommand, HeadObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { type Conduct, refuse } from "../store-double";

interface Version {
  id: string;
  /** where an older one lies; null for the newest, which has its own key */
  keptAt: string | null;
  isMarker: boolean;
}

/** Under it lies what was replaced or deleted. */
const keptPrefix = ".older/";

/**
 * As Backblaze B2's documents say it answers: no POST Object, no x-amz-checksum headers, no conditions of writes, no policies; and every
 * bucket keeps versions, so that a delete only hides. https://www.backblaze.com/docs/cloud-storage-s3-compatible-api
 * `client` reaches the store behind, in which older versions are kept aside.
 */
export function asB2(client: S3Client): Conduct {
  const versions = new Map<string, Version[]>();
  /** There is one. */
  let bucket = "";

  const newest = (key: string): Version | undefined => versions.get(key)?.[0];
  const isThere = (key: string): Promise<boolean> =>
    client.send(new HeadObjectCommand({ Bucket: bucket, Key: key })).then(
      () => true,
      () => false,
    );

  /** Copies what has the key aside; null where there is nothing. */
  async function keepAside(key: string): Promise<string | null> {
    if (!(await isThere(key))) return null;
    const keptAt = `${keptPrefix}${randomUUID()}`;
    const CopySource = `${bucket}/${key.split("/").map(encodeURIComponent).join("/")}`;
    await client.send(new CopyObjectCommand({ Bucket: bucket, Key: keptAt, CopySource }));
    return keptAt;
  }

  /** A version before all others; `keptAt` is where the one lies that was the newest. */
  function add(key: string, keptAt: string | null, isMarker: boolean): string {
    const list = versions.get(key) ?? [];
    const before = list.find((version) => version.keptAt === null && !version.isMarker);
    if (before !== undefined) before.keptAt = keptAt;
    else if (keptAt !== null) list.unshift({ id: randomUUID(), keptAt, isMarker: false });
    const added: Version = { id: randomUUID(), keptAt: null, isMarker };
    versions.set(key, [added, ...list]);
    return added.id;
  }

  async function hide(key: string): Promise<void> {
    const keptAt = await keepAside(key);
    if (keptAt === null) return;
    add(key, keptAt, true);
    await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
  }

  async function end(key: string, id: string): Promise<void> {
    const list = versions.get(key) ?? [];
    const gone = list.find((version) => version.id === id);
    if (gone === undefined) return;
    if (!gone.isMarker)
      await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: gone.keptAt ?? key }));
    versions.set(
      key,
      list.filter((version) => version !== gone),
    );
  }

  function listing(prefix: string): string {
    const found = [...versions]
      .filter(([key]) => key.startsWith(prefix))
      .sort(([a], [b]) => (a < b ? -1 : 1));
    const entries = found.flatMap(([key, list]) =>
      list.map(({ id, isMarker }, index) => {
        const element = isMarker ? "DeleteMarker" : "Version";
        return `<${element}><Key>${toXml(key)}</Key><VersionId>${id}</VersionId><IsLatest>${index === 0}</IsLatest></${element}>`;
      }),
    );
    return `<ListVersionsResult><IsTruncated>false</IsTruncated>${entries.join("")}</ListVersionsResult>`;
  }

  async function deleteMany(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const xml = await text(request);
    for (const [, object = ""] of xml.matchAll(/<Object>(.*?)<\/Object>/gs)) {
      const key = fromXml(/<Key>(.*?)<\/Key>/s.exec(object)?.[1] ?? "");
      const id = /<VersionId>(.*?)<\/VersionId>/.exec(object)?.[1];
      await (id === undefined ? hide(key) : end(key, id));
    }
    answer(response, "<DeleteResult></DeleteResult>");
  }

  async function conduct(...[request, response, pass]: Parameters<Conduct>): Promise<void> {
    const { method = "", headers } = request;
    const { pathname, searchParams } = new URL(request.url ?? "", "http://b2.invalid");
    bucket = pathname.split("/")[1] ?? "";
    const key = decodeURIComponent(pathname.slice(`/${bucket}/`.length));
    const isForm = method === "POST" && /^multipart\/form-data/.test(headers["content-type"] ?? "");
    if (isForm || unknown.some((name) => searchParams.has(name)))
      return refuse(request, response, 501, "NotImplemented");
    if (
      method !== "OPTIONS" &&
      Object.keys(headers).some((name) => /^x-amz-(sdk-)?checksum-(?!mode)/.test(name))
    )
      return refuse(request, response, 400, "InvalidArgument");
    if (method === "PUT" && headers["if-none-match"] !== undefined)
      return refuse(request, response, 501, "NotImplemented");
    const isOwn =
      method === "DELETE" || ["versioning", "versions", "delete"].some((name) => searchParams.has(name));
    if (isOwn && headers.authorization === undefined && !searchParams.has("X-Amz-Signature"))
      return refuse(request, response, 403, "AccessDenied");
    if (searchParams.has("versioning"))
      return answer(response, "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>");
    if (searchParams.has("versions")) return answer(response, listing(searchParams.get("prefix") ?? ""));
    if (method === "POST" && searchParams.has("delete")) return await deleteMany(request, response);
    if (method === "DELETE" && key !== "" && !searchParams.has("uploadId")) {
      const id = searchParams.get("versionId");
      await (id === null ? hide(key) : end(key, id));
      response.writeHead(204).end();
      return;
    }
    const isWrite =
      (method === "PUT" && key !== "" && !searchParams.has("partNumber")) ||
      (method === "POST" && searchParams.has("uploadId"));
    if (isWrite) {
      const keptAt = await keepAside(key);
      pass({
        head: (answered) => {
          if (answered.statusCode === 200) answered.headers["x-amz-version-id"] = add(key, keptAt, false);
          else if (keptAt !== null)
            void client.send(new DeleteObjectCommand({ Bucket: bucket, Key: keptAt }));
        },
      });
      return;
    }
    pass({
      head: (answered) => {
        const version = newest(key);
        if (version !== undefined && (answered.statusCode ?? 500) < 300)
          answered.headers["x-amz-version-id"] = version.id;
      },
    });
  }

  return (request, response, pass) => {
    conduct(request, response, pass).catch((error: unknown) => response.destroy(error as Error));
  };
}

const unknown = ["policy", "acl", "publicAccessBlock", "ownershipControls", "tagging", "lifecycle"];

function answer(response: ServerResponse, xml: string): void {
  response.writeHead(200, { "content-type": "application/xml" }).end(`<?xml version="1.0"?>${xml}`);
}

const toXml = (value: string): string => value.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
const fromXml = (value: string): string => value.replaceAll("&lt;", "<").replaceAll("&amp;", "&");
