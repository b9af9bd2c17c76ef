import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import os from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import { CreateBucketCommand, PutBucketLifecycleConfigurationCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startLocalBucket } from "@/lib/local-bucket/server";
import { type Conduct, startStoreDouble } from "@/lib/testing/store-double";
import { asB2 } from "@/lib/testing/stores/b2-double";
import { type BucketClient, connectBucket } from "../bucket-client";
import { planSetup, type SetupPlan, setUpBucket } from "./set-up";

const credentials = { accessKeyId: "AKIAOTHERSTORES", secretAccessKey: "a-secret" };
let folder: string;
let store: Awaited<ReturnType<typeof startLocalBucket>>;
let behind: BucketClient;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "pail-setup-"));
  store = await startLocalBucket({ dataDir: folder, region: "us-east-1", credentials });
  behind = connectTo(store.url, "behind");
});
afterAll(async () => {
  behind.s3.destroy();
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

const connectTo = (url: string, name: string): BucketClient =>
  connectBucket({
    local: null,
    name,
    region: "us-east-1",
    endpoint: url,
    publicEndpoint: url,
    forcePathStyle: true,
    credentials,
    vercelRole: undefined,
  } as unknown as Parameters<typeof connectBucket>[0]);

const origin = "http://localhost:3000";
const locations = {
  incoming: "incoming",
  journal: "journal",
  backups: "backups",
  media: "media",
  static: "static",
};
const wishes = () => ({ origins: [origin], locations });
const ids = ({ changes }: SetupPlan) => changes.map(({ id }) => id);
const lacks = ({ unsupported }: SetupPlan) => unsupported.map(({ what }) => what).sort();
const said = ({ changes, unsupported, refused, offers }: SetupPlan) => ({
  changes: changes.map(({ what }) => what),
  unsupported,
  refused,
  offers,
});

/** A bucket that is there, in a store that does some things otherwise; `urlOf` says how it is reached. */
async function withBucket<T>(
  conduct: Conduct,
  use: (bucket: BucketClient) => Promise<T>,
  isEncrypted = false,
): Promise<T> {
  const name = `other-${randomBytes(5).toString("hex")}`;
  await behind.s3.send(new CreateBucketCommand({ Bucket: name }));
  const double = await startStoreDouble(store.url, conduct);
  const bucket = connectTo(double.url, name);
  if (isEncrypted)
    Object.assign(bucket, {
      publicUrl: bucket.publicUrl.replace("http:", "https:"),
      endpoint: "https://double",
    });
  try {
    return await use(bucket);
  } finally {
    bucket.s3.destroy();
    await double.close();
  }
}

type Part = "cors" | "policy" | "lifecycle" | "versioning" | "publicAccessBlock";
interface Asked {
  part: string;
  isPut: boolean;
  body: string;
}

/** Answers what is asked of the settings of a bucket; null: as the store behind does. */
function settings(
  reply: (asked: Asked) => [status: number, body: string] | null,
  header = "double",
): Conduct {
  const parts: Part[] = ["cors", "policy", "lifecycle", "versioning", "publicAccessBlock"];
  const answer = async (request: IncomingMessage, response: ServerResponse, pass: () => void) => {
    const { searchParams } = new URL(request.url ?? "", "http://store");
    const part = parts.find((name) => searchParams.has(name));
    if (part === undefined) return pass();
    const isPut = request.method === "PUT";
    // What is passed on must not have been read.
    const isPeeked = reply({ part, isPut, body: "" }) !== null;
    if (!isPeeked) return pass();
    const [status, body] = reply({ part, isPut, body: await text(request) }) ?? [500, ""];
    const type = part === "policy" ? "application/json" : "application/xml";
    response.writeHead(status, { "content-type": type, server: header }).end(body);
  };
  return (request, response, pass) => void answer(request, response, () => pass());
}
const fault = (code: string, message = "no") =>
  `<Error><Code>${code}</Code><Message>${message}</Message></Error>`;

/** Keeps bucket policies, given back as `normalise` leaves them; null from `check`: it takes the policy. */
function keepingPolicies(
  normalise: (policy: string) => string,
  check: (policy: string) => [number, string] | null = () => null,
) {
  const puts: string[] = [];
  let kept: string | null = null;
  const conduct = settings(({ part, isPut, body }) => {
    if (part !== "policy") return null;
    if (!isPut) return kept === null ? [404, fault("NoSuchBucketPolicy")] : [200, normalise(kept)];
    if (body === "") return [204, ""];
    puts.push(body);
    const refusal = check(body);
    if (refusal === null) kept = body;
    return refusal ?? [204, ""];
  });
  return { conduct, puts };
}

interface Statement {
  Principal: unknown;
  Action: unknown;
  Resource: unknown;
  Condition: Record<string, Record<string, unknown>>;
}

describe("a policy that is given back otherwise", () => {
  const list = (value: unknown) => [value].flat().toReversed();
  const asMinio = (policy: string) => {
    const { Version, Statement } = JSON.parse(policy) as { Version: string; Statement: Statement[] };
    const all = Statement.toReversed().map(({ Principal: _, Action, Resource, Condition, ...rest }) => ({
      Condition: Object.fromEntries(
        Object.entries(Condition).map(([operator, keys]) => [
          operator,
          Object.fromEntries(Object.entries(keys).map(([key, value]) => [key, list(value)])),
        ]),
      ),
      Resource: list(Resource),
      Action: list(Action),
      Principal: { AWS: ["*"] },
      ...rest,
    }));
    return JSON.stringify({ Statement: all, Version });
  };

  test.each([
    ["as MinIO does", asMinio],
    [
      "with one principal",
      (policy: string) => policy.replaceAll('"Principal":"*"', '"Principal":{"AWS":"*"}'),
    ],
  ])("is the same, %s", async (_, normalise) => {
    const { conduct, puts } = keepingPolicies(normalise);
    await withBucket(
      conduct,
      async (bucket) => {
        expect(ids(await setUpBucket(bucket, wishes()))).toEqual(expect.arrayContaining(["policy", "tls"]));
        const before = puts.length;
        expect(ids(await setUpBucket(bucket, wishes()))).not.toContain("policy");
        expect(ids(await planSetup(bucket, wishes()))).toEqual([]);
        expect(puts).toHaveLength(before);
      },
      true,
    );
  });

  test("is not the same where it means something else", async () => {
    const { conduct } = keepingPolicies((policy) => policy.replace("REST-QUERY-STRING", "REST-HEADER"));
    await withBucket(conduct, async (bucket) => {
      const report = await setUpBucket(bucket, wishes());
      expect(lacks(report)).toContain("Refusing presigned writes under media/");
      expect(ids(report)).not.toContain("policy");
    });
  });
});

describe("a condition that the store does not know", () => {
  const asVersitygw = () =>
    keepingPolicies(
      (policy) => policy,
      (policy) =>
        policy.includes("s3:authType")
          ? [400, fault("MalformedPolicy", "Policy has an invalid condition key")]
          : null,
    );

  test("is said in the store's words, and what remains of the policy is kept", async () => {
    const { conduct, puts } = asVersitygw();
    await withBucket(
      conduct,
      async (bucket) => {
        const first = await setUpBucket(bucket, wishes());
        expect(ids(first)).toEqual(expect.arrayContaining(["tls", "lifecycle", "cors"]));
        const [lack] = first.unsupported.filter(
          ({ what }) => what === "Refusing presigned writes under media/",
        );
        expect(lack?.why).toMatch(/Policy has an invalid condition key.*PutBucketPolicy, MalformedPolicy/);
        expect(first.refused).toEqual([]);
        expect(first.found).toMatchObject({ policies: false });
        expect(JSON.parse(puts.at(-1) ?? "").Statement).toMatchObject([{ Sid: "PailTlsOnly" }]);
        const second = await setUpBucket(bucket, wishes());
        expect(said(second)).toEqual({ ...said(first), changes: [] });
      },
      true,
    );
  });

  test("is not proposed again once that is known", async () => {
    const { conduct } = asVersitygw();
    await withBucket(conduct, async (bucket) => {
      const { found, unsupported } = await setUpBucket(bucket, wishes());
      const plan = await planSetup(bucket, wishes(), found);
      expect(ids(plan)).toEqual([]);
      expect(lacks(plan)).toEqual(unsupported.map(({ what }) => what).sort());
    });
  });
});

describe("a setting that is refused", () => {
  test("is reported, and the others are made", async () => {
    const denied = settings(({ part, isPut }) =>
      part === "lifecycle" && isPut ? [403, fault("AccessDenied", "not you")] : null,
    );
    await withBucket(denied, async (bucket) => {
      const report = await setUpBucket(bucket, wishes());
      expect(ids(report)).toEqual(["public-access", "ownership", "cors"]);
      expect(report.refused).toEqual([
        {
          id: "lifecycle",
          code: "access_denied",
          what: expect.stringMatching(/^Delete what lies under incoming\//),
          why: expect.stringContaining("PutBucketLifecycleConfiguration"),
        },
      ]);
      expect(said(await setUpBucket(bucket, wishes()))).toEqual({ ...said(report), changes: [] });
    });
  });

  test("may be one that may not be read", async () => {
    const denied = settings(({ part }) => (part === "lifecycle" ? [403, fault("AccessDenied")] : null));
    await withBucket(denied, async (bucket) => {
      const plan = await planSetup(bucket, wishes());
      expect(plan.refused).toMatchObject([
        { id: "lifecycle", code: "access_denied", what: "Lifecycle rules" },
      ]);
      expect(ids(plan)).toContain("cors");
    });
  });

  test("that the store cannot keep is unsupported, with its own words", async () => {
    const odd = settings(({ part, isPut }) =>
      part === "publicAccessBlock" && isPut ? [400, fault("MalformedXML", "what is that?")] : null,
    );
    await withBucket(odd, async (bucket) => {
      const report = await setUpBucket(bucket, wishes());
      expect(report.refused).toEqual([]);
      expect(report.unsupported).toContainEqual({
        what: expect.stringContaining("Block Public Access"),
        why: expect.stringContaining("what is that?"),
      });
      expect(ids(report)).toContain("cors");
    });
  });

  test.each([
    [403, "InvalidAccessKeyId", "credentials_wrong"],
    [404, "NoSuchBucket", "no_bucket"],
  ])("ends it where it is about the credentials or the bucket (%d %s)", async (status, code, expected) => {
    const gone = settings(({ part, isPut }) => (part === "cors" && isPut ? [status, fault(code)] : null));
    await withBucket(gone, async (bucket) => {
      await expect(setUpBucket(bucket, wishes())).rejects.toMatchObject({ code: expected });
    });
  });
});

describe("a store that answers for its CORS by itself", () => {
  /** As MinIO: no rules of buckets, and a setting of the server. */
  const asMinio = (allows: boolean): Conduct => {
    const rules = settings(({ part, isPut }) => {
      if (part !== "cors") return null;
      return isPut ? [501, fault("NotImplemented")] : [404, fault("NoSuchCORSConfiguration")];
    }, "MinIO");
    return (request, response, pass) => {
      if (request.method === "GET" && request.url === "/") {
        response.writeHead(403, { server: "MinIO" }).end(fault("AccessDenied"));
      } else if (request.method === "OPTIONS") {
        const allowed = { "access-control-allow-origin": "*", "access-control-allow-methods": "*" };
        const headers = { ...allowed, "access-control-allow-headers": "*" };
        response.writeHead(204, allows ? headers : {}).end();
      } else rules(request, response, pass);
    };
  };

  test("is no fault where that lets the pages in", async () => {
    await withBucket(asMinio(true), async (bucket) => {
      const first = await setUpBucket(bucket, wishes());
      expect(ids(first)).not.toContain("cors");
      expect(first.refused).toEqual([]);
      expect(first.unsupported).toContainEqual({
        what: "CORS rules of the bucket",
        why: expect.stringMatching(/its server.*already/),
      });
      expect(first.found.cors).toBe("server");
      expect(said(await setUpBucket(bucket, wishes()))).toEqual({ ...said(first), changes: [] });
      const plan = await planSetup(bucket, wishes());
      expect([ids(plan), plan.found.cors]).toEqual([[], "server"]);
      expect(said(plan)).toEqual({ ...said(first), changes: [] });
    });
  });

  test("is one where that lets them not in, with what to do in that store's words", async () => {
    await withBucket(asMinio(false), async (bucket) => {
      for (const report of [await setUpBucket(bucket, wishes()), await planSetup(bucket, wishes())]) {
        expect(ids(report)).not.toContain("cors");
        expect(report.refused).toEqual([
          {
            id: "cors",
            code: "not_supported",
            what: expect.stringContaining(origin),
            why: expect.stringContaining(`MINIO_API_CORS_ALLOW_ORIGIN=${origin}`),
          },
        ]);
      }
    });
  });
});

describe("what is not there", () => {
  /** As Garage 1.2 says it: 204 for CORS, 404 NotFound for lifecycle; what was put is kept by the store behind. */
  test("is none, however the store says it", async () => {
    const put = new Set<string>();
    const asGarage = settings(({ part, isPut }) => {
      if (isPut) put.add(part);
      if (isPut || put.has(part)) return null;
      if (part === "cors") return [204, ""];
      return part === "lifecycle" ? [404, fault("NotFound")] : null;
    });
    await withBucket(asGarage, async (bucket) => {
      expect(ids(await planSetup(bucket, wishes()))).toEqual(expect.arrayContaining(["lifecycle", "cors"]));
      const report = await setUpBucket(bucket, wishes());
      expect(ids(report)).toEqual(expect.arrayContaining(["lifecycle", "cors"]));
      expect(report.refused).toEqual([]);
      expect(ids(await setUpBucket(bucket, wishes()))).toEqual([]);
    });
  });

  test("is none where the answer is an empty configuration", async () => {
    const empty = settings(({ part, isPut }) =>
      part === "cors" && !isPut ? [200, "<CORSConfiguration/>"] : null,
    );
    await withBucket(empty, async (bucket) =>
      expect(ids(await planSetup(bucket, wishes()))).toContain("cors"),
    );
  });
});

describe("lifecycle rules of which the store knows a part", () => {
  const withoutParts = /<AbortIncompleteMultipartUpload>.*?<\/AbortIncompleteMultipartUpload>/g;

  /** As MinIO: it takes the rule, and drops what it does not know. */
  const dropsParts: Conduct = (request, response, pass) =>
    request.url?.includes("lifecycle") && request.method === "GET"
      ? pass({ body: (xml) => xml.replace(withoutParts, "") })
      : settings(() => null)(request, response, pass);

  test("are kept without the others, which is said once", async () => {
    await withBucket(dropsParts, async (bucket) => {
      const first = await setUpBucket(bucket, wishes());
      expect(ids(first)).toContain("lifecycle");
      const [change] = first.changes.filter(({ id }) => id === "lifecycle");
      expect(change?.what).toBe("Delete what lies under incoming/ after 7 days (lifecycle)");
      expect(lacks(first).filter((what) => /unfinished/.test(what))).toEqual([
        "Deleting unfinished parts under incoming/ (lifecycle)",
      ]);
      expect(first.found.lifecycle).toBe("objects");
      const second = await setUpBucket(bucket, wishes());
      expect(said(second)).toEqual({ ...said(first), changes: [] });
      const plan = await planSetup(bucket, wishes());
      expect(said(plan)).toEqual({ ...said(first), changes: [] });
      expect(plan.found.lifecycle).toBe("objects");
    });
  });

  test("are made without the others where it refuses them", async () => {
    let kept = "";
    const refusesParts = settings(({ part, isPut, body }) => {
      if (part !== "lifecycle") return null;
      if (!isPut) return kept === "" ? [404, fault("NoSuchLifecycleConfiguration")] : [200, kept];
      if (body.includes("AbortIncomplete")) return [400, fault("InvalidRequest", "no parts here")];
      if (body !== "") kept = body;
      return [200, ""];
    });
    await withBucket(refusesParts, async (bucket) => {
      const first = await setUpBucket(bucket, wishes());
      expect(ids(first)).toContain("lifecycle");
      expect(first.found.lifecycle).toBe("objects");
      expect(said(await setUpBucket(bucket, wishes()))).toEqual({ ...said(first), changes: [] });
    });
  });

  test("are proposed where the store is known to keep them", async () => {
    await withBucket(
      settings(() => null),
      async (bucket) => {
        await setUpBucket(bucket, wishes());
        const Rule = {
          ID: "pail-incoming",
          Status: "Enabled" as const,
          Filter: { Prefix: "incoming/" },
          Expiration: { Days: 7 },
        };
        await bucket.s3.send(
          new PutBucketLifecycleConfigurationCommand({
            Bucket: bucket.name,
            LifecycleConfiguration: { Rules: [Rule] },
          }),
        );
        expect(ids(await planSetup(bucket, wishes(), { lifecycle: "parts" }))).toEqual(["lifecycle-parts"]);
        expect(ids(await setUpBucket(bucket, wishes()))).toEqual(["lifecycle-parts"]);
        expect(ids(await setUpBucket(bucket, wishes()))).toEqual([]);
      },
    );
  });

  test("are known again by what they do, where their names are not kept", async () => {
    let kept = "";
    const puts: string[] = [];
    const renames = settings(({ part, isPut, body }) => {
      if (part !== "lifecycle") return null;
      if (!isPut) return kept === "" ? [404, fault("NoSuchLifecycleConfiguration")] : [200, kept];
      if (body !== "") puts.push(body);
      kept = body.replace(/<ID>.*?<\/ID>/g, "<ID>b2-1</ID>");
      return [200, ""];
    });
    await withBucket(renames, async (bucket) => {
      expect(ids(await setUpBucket(bucket, wishes()))).toContain("lifecycle");
      expect(ids(await setUpBucket(bucket, wishes()))).toEqual([]);
      expect(puts).toHaveLength(1);
    });
  });
});

describe("a bucket that keeps versions", () => {
  /** Keeps lifecycle rules as they are, and versions. */
  function versioned(takesMarkers = true) {
    let kept = "";
    const conduct = settings(({ part, isPut, body }) => {
      if (part === "versioning")
        return [200, "<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>"];
      if (part !== "lifecycle") return null;
      if (!isPut) return kept === "" ? [404, fault("NoSuchLifecycleConfiguration")] : [200, kept];
      if (!takesMarkers && body.includes("ExpiredObjectDeleteMarker")) return [400, fault("InvalidRequest")];
      if (body !== "") kept = body;
      return [200, ""];
    });
    return { conduct, rules: () => kept };
  }

  test("is offered a rule that ends them, and given none unasked", async () => {
    const { conduct, rules } = versioned();
    await withBucket(conduct, async (bucket) => {
      const report = await setUpBucket(bucket, wishes());
      expect(report.offers).toEqual([expect.stringMatching(/--expire-versions/)]);
      expect(report.found.versions).toBe("on");
      expect(rules()).not.toContain("Noncurrent");
      expect((await planSetup(bucket, wishes())).offers).toEqual(report.offers);
    });
  });

  test.each([[true], [false]])("has it once it is asked for (with markers: %s)", async (takesMarkers) => {
    const { conduct, rules } = versioned(takesMarkers);
    await withBucket(conduct, async (bucket) => {
      const asked = { ...wishes(), expireVersions: true };
      await setUpBucket(bucket, wishes());
      expect(ids(await planSetup(bucket, asked))).toEqual(["versions"]);
      const report = await setUpBucket(bucket, asked);
      expect([ids(report), report.offers, report.refused]).toEqual([["versions"], [], []]);
      for (const location of ["incoming", "journal", "backups", "media", "static"])
        expect(rules()).toMatch(
          new RegExp(`<ID>pail-versions-${location}</ID>.*?<Prefix>${location}/</Prefix>`),
        );
      expect(rules().match(/<NoncurrentDays>1</g)).toHaveLength(5);
      expect(rules().match(/<Days>7</g)).toHaveLength(1);
      for (const again of [asked, wishes()]) {
        const second = await setUpBucket(bucket, again);
        expect([ids(second), second.offers]).toEqual([[], []]);
      }
    });
  });

  test("says so where the rule is refused, as it was asked for", async () => {
    const conduct = settings(({ part, isPut, body }) => {
      if (part === "versioning")
        return [200, "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"];
      if (part !== "lifecycle" || !isPut) return null;
      return [400, fault("InvalidRequest", `no ${body.length > 0}`)];
    });
    await withBucket(conduct, async (bucket) => {
      const report = await setUpBucket(bucket, { ...wishes(), expireVersions: true });
      expect(report.refused).toMatchObject([{ id: "versions", code: "store_refused" }]);
    });
  });

  test("is seen where its rules may not be read", async () => {
    const conduct = settings(({ part }) => {
      if (part === "lifecycle") return [403, fault("AccessDenied")];
      return part === "versioning"
        ? [200, "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"]
        : null;
    });
    await withBucket(conduct, async (bucket) => {
      const { found, offers, refused } = await planSetup(bucket, wishes());
      expect([found.versions, offers, refused.map(({ id }) => id)]).toEqual(["on", [], ["lifecycle"]]);
    });
  });

  test("and one that keeps none is told that there is nothing to end", async () => {
    await withBucket(
      settings(() => null),
      async (bucket) => {
        const report = await setUpBucket(bucket, { ...wishes(), expireVersions: true });
        expect(ids(report)).not.toContain("versions");
        expect(lacks(report)).toContain("Ending older versions");
        expect([report.offers, report.found.versions]).toEqual([[], "none"]);
      },
    );
  });

  test("is left without an older version of what setup tries", async () => {
    const deleted: string[] = [];
    const rules = settings(({ part, isPut, body }) => {
      if (part === "versioning")
        return [200, "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"];
      if (part !== "policy") return null;
      return isPut ? [204, body && ""] : [200, JSON.stringify({ Statement: [presignedWrites] })];
    });
    const presignedWrites = {
      Effect: "Deny",
      Principal: "*",
      Action: "s3:PutObject",
      Resource: "arn:aws:s3:::NAME/media/*",
      Condition: { StringEquals: { "s3:authType": ["REST-QUERY-STRING", "POST"] } },
    };
    const conduct: Conduct = (request, response, pass) => {
      const { searchParams } = new URL(request.url ?? "", "http://store");
      if (searchParams.has("versions")) {
        const key = searchParams.get("prefix") ?? "";
        deleted.push(key);
        const version = `<Version><Key>${key}</Key><VersionId>1</VersionId></Version>`;
        request.resume();
        response.writeHead(200).end(`<ListVersionsResult>${version}</ListVersionsResult>`);
      } else if (searchParams.has("delete")) {
        request.resume();
        request.once("end", () => response.writeHead(200).end("<DeleteResult/>"));
      } else rules(request, response, pass);
    };
    await withBucket(conduct, async (bucket) => {
      presignedWrites.Resource = presignedWrites.Resource.replace("NAME", bucket.name);
      const report = await setUpBucket(bucket, wishes());
      expect(lacks(report)).toContain("Refusing presigned writes under media/");
      expect(deleted).toEqual([
        expect.stringMatching(/^incoming\/setup-/),
        expect.stringMatching(/^media\/setup-/),
      ]);
      expect(bucket.traits.versions).toBe("on");
    });
  });

  test("on B2 is set up twice, and says the same", async () => {
    await withBucket(asB2(behind.s3), async (bucket) => {
      const first = await setUpBucket(bucket, wishes());
      expect([first.refused, first.found.versions]).toEqual([[], "on"]);
      expect(said(await setUpBucket(bucket, wishes()))).toEqual({ ...said(first), changes: [] });
    });
  });
});
