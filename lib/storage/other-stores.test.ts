import { createHash, randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { ListObjectVersionsCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { env } from "@/lib/env";
import { log } from "@/lib/log";
import { type Conduct, refuse, startStoreDouble } from "@/lib/testing/store-double";
import { asB2 } from "@/lib/testing/stores/b2-double";
import { startTestPail } from "@/lib/testing/test-pail";
import { bucketClient, connectBucket } from "./bucket-client";
import { partBytes } from "./put-object";
import { Storage } from "./storage";
import type { Traits } from "./stores/traits";

let pail: Awaited<ReturnType<typeof startTestPail>>;
beforeAll(async () => {
  pail = await startTestPail();
});
afterAll(() => pail.stop());

/** A location of a name of its own, in a store that does some things otherwise. */
async function at<T>(
  conduct: Conduct,
  traits: Partial<Traits>,
  use: (storage: Storage) => Promise<T>,
): Promise<T> {
  const double = await startStoreDouble(bucketClient().publicUrl, conduct);
  const credentials = await bucketClient().s3.config.credentials();
  const addresses = { endpoint: double.url, publicEndpoint: double.url };
  const bucket = connectBucket({ ...env().bucket, ...addresses, credentials } as never);
  bucket.traits = { ...bucket.traits, ...traits };
  try {
    return await use(new Storage(bucket, `otherwise-${randomBytes(4).toString("hex")}`));
  } finally {
    bucket.s3.destroy();
    await double.close();
  }
}

const binary = { type: "application/octet-stream" };

describe("a store without conditions of writes", () => {
  /** As B2 answers, which takes no checksums either; others take no notice of conditions. */
  const refusesBoth: Conduct = (request, response, pass) => {
    const names = Object.keys(request.headers);
    if (!names.some((name) => name === "if-none-match" || /^x-amz-(checksum-[^m]|sdk-checksum)/.test(name)))
      pass();
    else refuse(request, response, 501, "NotImplemented");
  };
  const save = <T>(use: (storage: Storage) => Promise<T>) =>
    at(refusesBoth, { writeConditions: false, objectDigest: "md5", partDigest: "md5" }, use);

  test("is sent none, nor a checksum, and nothing that has the name is replaced", async () => {
    await save(async (storage) => {
      expect(await storage.save("a.txt", "first", binary)).toBe("a.txt");
      const second = await storage.save("a.txt", "second", binary);
      expect(second).toMatch(/^a_[0-9a-f]{8}\.txt$/);
      expect((await storage.read("a.txt")).toString()).toBe("first");
      expect((await storage.read(second)).toString()).toBe("second");
      await storage.save("a.txt", "third", { ...binary, overwrite: true });
      expect((await storage.read("a.txt")).toString()).toBe("third");
    });
  });

  test("also where it goes in parts", async () => {
    await save(async (storage) => {
      const large = () => storage.save("large", randomBytes(partBytes + 1), binary);
      expect(await large()).toBe("large");
      expect(await large()).toMatch(/^large_[0-9a-f]{8}$/);
      const bytes = randomBytes(10);
      const sha256 = createHash("sha256").update(bytes).digest("base64");
      await storage.saveKnown("known", bytes, { type: "image/png", bytes: 10, sha256 });
      expect((await storage.read("known")).equals(bytes)).toBe(true);
    });
  });
});

describe("a listing of a store", () => {
  type Listed = { folders: string[]; files: string[] };

  async function list(storage: Storage, ...args: Parameters<Storage["listdir"]>): Promise<Listed> {
    const all: Listed = { folders: [], files: [] };
    for await (const { folders, files } of storage.listdir(...args)) {
      all.folders.push(...folders);
      all.files.push(...files.map(({ name }) => name));
    }
    return all;
  }

  const rewritten =
    (body: (xml: string) => string): Conduct =>
    (request, _response, pass) =>
      request.url?.includes("list-type=2") ? pass({ body }) : pass();

  /** The store tells these pages of the location, one after another. */
  const pages = (...told: string[]) => {
    const asked: URLSearchParams[] = [];
    const conduct: Conduct = (request, response) => {
      const { searchParams } = new URL(request.url ?? "", "http://store");
      const location = searchParams.get("prefix")?.split("/")[0] ?? "";
      asked.push(searchParams);
      request.resume();
      response.writeHead(200, { "content-type": "application/xml" });
      const page = (told[asked.length - 1] ?? "").replaceAll("{}", location);
      response.end(`<ListBucketResult>${page}</ListBucketResult>`);
    };
    return { conduct, asked };
  };
  const key = (name: string) => `<Contents><Key>{}/${name}</Key><Size>1</Size></Contents>`;
  const folder = (name: string) => `<CommonPrefixes><Prefix>{}/${name}/</Prefix></CommonPrefixes>`;
  const isCut = "<IsTruncated>true</IsTruncated>";

  const names = ["a b/1", "a b/2+3", "ü&%41/x", "c d.txt"];

  test.each([
    ["with + for a space, as S3", (text: string) => encodeURIComponent(text).replaceAll("%20", "+")],
    ["with %20 for a space, as Ceph", encodeURIComponent],
  ])("that encodes its keys, %s, is decoded", async (_, encode) => {
    const told = rewritten((xml) =>
      xml
        .replace(/(?<=<(Key|Prefix)>)[^<]+/g, (text) => encode(text.replaceAll("&amp;", "&")))
        .replace("<MaxKeys>", "<EncodingType>url</EncodingType><MaxKeys>"),
    );
    await at(told, {}, async (storage) => {
      for (const name of names) await storage.save(name, "x", binary);
      expect(await list(storage)).toEqual({ folders: ["a b", "ü&%41"], files: ["c d.txt"] });
      expect((await list(storage, "a b")).files).toEqual(["a b/1", "a b/2+3"]);
      expect((await list(storage, "", { recursive: true })).files.toSorted()).toEqual(names.toSorted());
    });
  });

  test("that says nothing of an encoding is taken by its word", async () => {
    const told = rewritten((xml) => xml.replace("<MaxKeys>", "<EncodingType></EncodingType><MaxKeys>"));
    await at(told, {}, async (storage) => {
      for (const name of names) await storage.save(name, "x", binary);
      expect((await list(storage)).folders).toEqual(["a b", "ü&%41"]);
    });
  });

  test("that names folders by keys, twice, or not at all has each once", async () => {
    const { conduct } = pages(
      `${key("a/")}${key("b.txt")}${folder("a")}${isCut}<NextContinuationToken>2</NextContinuationToken>`,
      `${folder("a")}${key("c/deep/er.txt")}${key("c/other.txt")}${folder("d")}${folder("d")}`,
    );
    await at(conduct, {}, async (storage) => {
      expect(await list(storage)).toEqual({ folders: ["a", "d", "c"], files: ["b.txt"] });
    });
  });

  test("that names folders among all the keys under a prefix leaves them out", async () => {
    const { conduct } = pages(`${key("a/")}${key("a/1")}${folder("a")}${key("a/b/")}${key("a/b/2")}`);
    await at(conduct, {}, async (storage) => {
      expect(await list(storage, "", { recursive: true })).toEqual({ folders: [], files: ["a/1", "a/b/2"] });
    });
  });

  test("that has keys of other prefixes in it leaves them out", async () => {
    const { conduct } = pages(`${key("a")}<Contents><Key>elsewhere-and-elsewhere</Key></Contents>`);
    await at(conduct, {}, async (storage) => expect((await list(storage)).files).toEqual(["a"]));
  });

  test("that orders otherwise has each name, in the order of the store", async () => {
    const { conduct } = pages(
      `${key("b")}${key("a")}${isCut}<NextContinuationToken>2</NextContinuationToken>`,
      `${key("d")}${key("c")}`,
    );
    await at(conduct, {}, async (storage) =>
      expect((await list(storage)).files).toEqual(["b", "a", "d", "c"]),
    );
  });

  test("that is cut without a token goes on behind its last name", async () => {
    const { conduct, asked } = pages(`${key("a")}${folder("b")}${isCut}`, key("c"));
    await at(conduct, {}, async (storage) => {
      expect(await list(storage)).toEqual({ folders: ["b"], files: ["a", "c"] });
      expect(asked[1]?.get("start-after")).toBe(`${storage.location}/b/`);
    });
  });

  test.each([
    ["token", `${key("a")}${isCut}<NextContinuationToken>2</NextContinuationToken>`],
    ["page", `${key("a")}${isCut}`],
  ])("that tells the same %s again and again ends in an error, and is no shorter one", async (_, page) => {
    const { conduct } = pages(page, page, page);
    await at(conduct, {}, (storage) =>
      expect(list(storage)).rejects.toMatchObject({ code: "store_refused" }),
    );
  });
});

describe("deleting where the bucket keeps versions", () => {
  const answer = (response: ServerResponse, xml: string) =>
    response.writeHead(200, { "content-type": "application/xml" }).end(xml);
  const version = (key: string, id: string, kind = "Version") =>
    `<${kind}><Key>${key}</Key><VersionId>${id}</VersionId></${kind}>`;
  const inside = (key: string) => key.replace(/^[^/]*\//, "");

  /** A store that tells these versions of any folder on two pages, and notes what it was asked for and told to delete. */
  function versioned(onDelete = "<DeleteResult/>") {
    const deleted: string[] = [];
    const asked: string[] = [];
    const told = async (request: IncomingMessage, response: ServerResponse, pass: () => void) => {
      const { searchParams } = new URL(request.url ?? "", "http://store");
      if (searchParams.has("versions")) {
        request.resume();
        const prefix = searchParams.get("prefix") ?? "";
        const folder = prefix.replace(/[^/]*$/, "");
        const isFirst = searchParams.get("key-marker") === null;
        asked.push(`${inside(prefix)}${isFirst ? "" : ` behind ${searchParams.get("version-id-marker")}`}`);
        const end = isFirst
          ? `<IsTruncated>true</IsTruncated><NextKeyMarker>${folder}1</NextKeyMarker><NextVersionIdMarker>v1</NextVersionIdMarker>`
          : "<IsTruncated>false</IsTruncated>";
        const first = version(`${folder}1`, "v2") + version(`${folder}1`, "v1");
        const second = [
          version(`${folder}1`, "gone", "DeleteMarker"),
          version(`${folder}10`, "other"),
          version(`${folder}2`, "null"),
        ].join("");
        answer(response, `<ListVersionsResult>${isFirst ? first : second}${end}</ListVersionsResult>`);
        return;
      }
      if (!searchParams.has("delete")) return pass();
      const body = await text(request);
      const objects = [...body.matchAll(/<Key>(.*?)<\/Key>(?:<VersionId>(.*?)<\/VersionId>)?/g)];
      deleted.push(...objects.map(([, key = "", id]) => [inside(key), id].filter(Boolean).join(" ")));
      answer(response, body.includes("VersionId") ? onDelete : "<DeleteResult/>");
    };
    const conduct: Conduct = (request, response, pass) => void told(request, response, pass);
    return { conduct, deleted, asked };
  }

  test("takes every version and every marker of exactly these names", async () => {
    const { conduct, deleted, asked } = versioned();
    await at(conduct, { versions: "on" }, (storage) => storage.delete(["a/1", "a/2", "b/1"]));
    expect(asked).toEqual(["a/", "a/ behind v1", "b/1", "b/1 behind v1"]);
    const ofOne = (folder: string) => [`${folder}/1 v2`, `${folder}/1 v1`, `${folder}/1 gone`];
    expect(deleted.toSorted()).toEqual([...ofOne("a"), "a/2 null", ...ofOne("b")].toSorted());
  });

  test("asks for none where it keeps none", async () => {
    const { conduct, deleted, asked } = versioned();
    await at(conduct, { versions: "none" }, (storage) => storage.delete(["a/1"]));
    expect([deleted, asked]).toEqual([["a/1"], []]);
  });

  test("hides what may not be deleted for good, and says so once", async () => {
    const warn = vi.spyOn(log, "warn").mockReturnValue(undefined);
    const denied = "<DeleteResult><Error><Key>k</Key><Code>AccessDenied</Code></Error></DeleteResult>";
    const { conduct, deleted } = versioned(denied);
    await at(conduct, { versions: "always" }, async (storage) => {
      await storage.delete(["a/1", "a/2"]);
      await storage.delete(["b/1"]);
    });
    expect(deleted.filter((one) => !one.includes(" "))).toEqual(["a/1", "a/2", "b/1"]);
    expect(warn.mock.calls).toEqual([[expect.anything(), expect.stringMatching(/s3:DeleteObjectVersion/)]]);
    warn.mockRestore();
  });

  test.each([
    [403, "AccessDenied", 1],
    [501, "NotImplemented", 0],
  ])("hides it where the versions are not told (%d %s)", async (status, code, lines) => {
    const warn = vi.spyOn(log, "warn").mockReturnValue(undefined);
    const noVersions: Conduct = (request, response, pass) =>
      request.url?.includes("versions") ? refuse(request, response, status, code) : pass();
    await at(noVersions, { versions: "on" }, async (storage) => {
      await storage.save("a/1", "x", binary);
      await storage.delete(["a/1"]);
      expect(await storage.exists("a/1")).toBe(false);
    });
    expect(warn).toHaveBeenCalledTimes(lines);
    warn.mockRestore();
  });

  test("on B2 leaves nothing of what was put twice and deleted", async () => {
    const { s3 } = bucketClient();
    const traits = { writeConditions: false, objectDigest: "md5", partDigest: "md5" } as const;
    await at(asB2(s3), { ...traits, versions: "on" }, async (storage) => {
      const put = (name: string) => storage.save(name, name, { ...binary, overwrite: true });
      for (const name of ["x/1", "x/1", "x/1 2", "x/1 2", "x/3"]) await put(name);
      const { bucket, location } = storage;
      const target = { Bucket: bucket.name, Prefix: `${location}/` };
      const left = async () => {
        const { Versions = [], DeleteMarkers = [] } = await bucket.s3.send(
          new ListObjectVersionsCommand(target),
        );
        return [...Versions, ...DeleteMarkers].map(({ Key = "" }) => inside(Key));
      };
      bucket.traits = { ...bucket.traits, versions: "none" };
      await storage.delete(["x/1"]);
      expect(await left()).toEqual(["x/1", "x/1", "x/1 2", "x/1 2", "x/3", "x/1"]);
      bucket.traits = { ...bucket.traits, versions: "on" };
      await storage.delete(["x/1", "x/1 2"]);
      expect(await left()).toEqual(["x/3"]);
      await storage.delete(["x/3"]);
    });
  });
});
