import {
  DeleteBucketCorsCommand,
  DeleteBucketLifecycleCommand,
  DeletePublicAccessBlockCommand,
  PutBucketCorsCommand,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { setClock } from "@/lib/clock";
import { env } from "@/lib/env";
import { hasQuirk, testUnless } from "@/lib/testing/contract-store";
import { type Conduct, refuse, startStoreDouble } from "@/lib/testing/store-double";
import { startTestPail } from "@/lib/testing/test-pail";
import { type BucketClient, bucketClient, connectBucket } from "../bucket-client";
import { setUpBucket } from "../setup/set-up";
import { Storage } from "../storage";
import { s3Traits } from "../stores/traits";
import { examineBucket, type Places } from "./examine";
import { exitCodeOf, type Finding } from "./finding";

let pail: Awaited<ReturnType<typeof startTestPail>>;
beforeAll(async () => {
  pail = await startTestPail();
});
beforeEach(async () => {
  setClock(null);
  await setUpBucket(bucketClient(), { ...env(), origins: [env().appOrigin] });
});
afterAll(() => pail.stop());

const examineAll = (bucket: BucketClient = bucketClient(), changes: Partial<Places> = {}) =>
  examineBucket(bucket, { ...env(), ...changes });
const examine = async (bucket: BucketClient = bucketClient(), appOrigin = env().appOrigin) =>
  (await examineAll(bucket, { appOrigin })).findings;

const takesAnyOrigin = hasQuirk("has-cors-by-server") || hasQuirk("says-star-to-preflights");
/** What a healthy store of this kind has to be told of. */
const usual = [
  ...(takesAnyOrigin ? ["warning cors"] : []),
  ...(hasQuirk("ignores-if-none-match") || hasQuirk("ignores-copy-conditions") ? ["warning conditions"] : []),
  ...(hasQuirk("keeps-no-sha256") ? ["warning sha256"] : []),
  ...(hasQuirk("checks-no-sha256") ? ["warning probe-checksum"] : []),
];

/** And where browsers send by signed PUTs. */
const usualOfPuts = hasQuirk("takes-unsigned-headers") ? ["warning probe-extra-header"] : [];

/** What is not fine, but for what is usual. */
const troubles = (findings: Finding[]) =>
  findings
    .filter(({ level }) => level !== "fine")
    .map(({ id, level }) => `${level} ${id}`)
    .filter((trouble) => !usual.includes(trouble));

/** Whatever any examination put anywhere. */
async function leftBehind(): Promise<string[]> {
  const names: string[] = [];
  for (const location of [env().locations.incoming, env().locations.media, env().locations.journal]) {
    const pages = new Storage(bucketClient(), location).listdir("", { recursive: true });
    for await (const { files } of pages) names.push(...files.map(({ name }) => name));
  }
  return names;
}

/** The bucket behind a server that spoils some of its answers. */
async function behind<T>(conduct: Conduct, use: (bucket: BucketClient) => Promise<T>): Promise<T> {
  const double = await startStoreDouble(bucketClient().publicUrl, conduct);
  const credentials = await bucketClient().s3.config.credentials();
  const bucket = bucketWith({ endpoint: double.url as never, publicEndpoint: double.url, credentials });
  try {
    return await use(bucket);
  } finally {
    bucket.s3.destroy();
    await double.close();
  }
}

/** Another way to the same bucket. */
const bucketWith = (changes: Partial<ReturnType<typeof env>["bucket"]>) => {
  const { name, region, forcePathStyle, endpoint, publicEndpoint, credentials } = env().bucket;
  const settings = { local: null, name, region, forcePathStyle, endpoint, publicEndpoint, credentials };
  const bucket = connectBucket({ ...settings, ...changes } as Parameters<typeof connectBucket>[0]);
  bucket.traits = bucketClient().traits;
  return bucket;
};

test("a bucket that was set up is fine, and nothing is left in it", async () => {
  const findings = await examine();
  expect(troubles(findings)).toEqual([]);
  expect(exitCodeOf(findings)).toBe(usual.length === 0 ? 0 : 1);
  expect(findings.map(({ id }) => id)).toEqual(
    expect.arrayContaining([
      "credentials",
      "clock",
      "bucket",
      "cors",
      "upload",
      "kept",
      "get",
      "conditions",
      "defences",
    ]),
  );
  expect(findings.find(({ id }) => id === "defences")?.what).toContain(
    hasQuirk("checks-no-sha256") ? "20 of 21" : "21 of 21",
  );
  const { secretAccessKey } = await bucketClient().s3.config.credentials();
  expect(JSON.stringify(findings)).not.toContain(secretAccessKey);
  expect(await leftBehind()).toEqual([]);
});

test("it finds out what the store can", async () => {
  const { traits, answers } = await examineAll();
  const { cors, policies, lifecycle, ...tried } = s3Traits;
  const unlike = {
    ...(hasQuirk("keeps-no-sha256") && { objectDigest: "md5", partDigest: "md5" }),
    ...(hasQuirk("ignores-if-none-match") && { writeConditions: false }),
    ...(hasQuirk("keeps-versions") && { versions: "on" }),
    ...(hasQuirk("ignores-copy-conditions") && { copyConditions: false }),
    ...(hasQuirk("keeps-filename-variable") && { expandsFilename: false }),
  };
  expect(traits).toMatchObject({ ...tried, ...unlike });
  expect(answers.map(({ tried }) => tried)).toContain("a form as Pail signs it");
  const { secretAccessKey } = await bucketClient().s3.config.credentials();
  expect(JSON.stringify(answers)).not.toContain(secretAccessKey);
});

test("S3_UPLOAD=put has uploads tried by signed PUTs", async () => {
  const { findings, traits } = await examineAll(bucketClient(), { upload: "put" });
  expect(troubles(findings)).toEqual(usualOfPuts);
  expect(traits?.upload).toBe("put");
  expect(findings.find(({ id }) => id === "upload")?.what).toContain("PUT");
  expect(findings.find(({ id }) => id === "defences")?.what).toContain(`${19 - usualOfPuts.length} of 19`);
});

/** As stores without POST Object answer a form. */
const refusesForms: Conduct = (request, response, pass) =>
  /^multipart\/form-data/.test(request.headers["content-type"] ?? "")
    ? refuse(request, response, 501, "NotImplemented")
    : pass();

test("a store without forms is sent to by signed PUTs", async () => {
  const { findings, traits, answers } = await behind(refusesForms, (bucket) => examineAll(bucket));
  expect(troubles(findings)).toEqual(usualOfPuts);
  const writeConditions = !hasQuirk("ignores-if-none-match");
  const objectDigest = hasQuirk("keeps-no-sha256") ? "md5" : "sha256";
  expect(traits).toMatchObject({ upload: "put", objectDigest, writeConditions });
  expect(findings.find(({ id }) => id === "upload")?.what).toContain("501 NotImplemented");
  expect(answers).toContainEqual(expect.objectContaining({ answer: "501 NotImplemented" }));
});

test("a store that closes the connection on what it refuses refuses it", async () => {
  const { findings, traits } = await behind(
    (request, response, pass) =>
      /^multipart\/form-data/.test(request.headers["content-type"] ?? "") ? void response.destroy() : pass(),
    (bucket) => examineAll(bucket),
  );
  expect(troubles(findings)).toEqual(usualOfPuts);
  expect(traits?.upload).toBe("put");
});

test("a store that copies another object than the one that was asked for is found out", async () => {
  const { findings, traits } = await behind(
    (request, response, pass) =>
      request.headers["x-amz-copy-source-if-match"] === '"0"'
        ? void response.end("<CopyObjectResult><ETag>&quot;1&quot;</ETag></CopyObjectResult>")
        : pass(),
    (bucket) => examineAll(bucket),
  );
  expect(traits?.copyConditions).toBe(false);
  expect(findings.find(({ id }) => id === "conditions")?.what).toContain("of a copy");
});

test("neither way, and S3_UPLOAD=post where there are no forms, are fatal", async () => {
  const only = await behind(refusesForms, (bucket) => examineAll(bucket, { upload: "post" }));
  expect(troubles(only.findings)).toEqual(["fatal upload"]);
  expect(only.traits).toBeNull();
  const neither = await behind(
    (request, response, pass) =>
      request.method === "PUT" && request.headers.authorization === undefined
        ? refuse(request, response, 501, "NotImplemented")
        : refusesForms(request, response, pass),
    (bucket) => examineAll(bucket),
  );
  expect(troubles(neither.findings)).toEqual(["fatal upload"]);
});

describe("it names", () => {
  testUnless(
    ["has-cors-by-server", "says-star-to-preflights"],
    "CORS rules for another origin, and for every origin",
    async () => {
      expect(troubles(await examine(bucketClient(), "http://localhost:4000"))).toEqual(["fatal cors"]);
      const everyone = { AllowedOrigins: ["*"], AllowedHeaders: ["*"] };
      const put = (AllowedMethods: string[]) =>
        bucketClient().s3.send(
          new PutBucketCorsCommand({
            Bucket: bucketClient().name,
            CORSConfiguration: { CORSRules: [{ ...everyone, AllowedMethods }] },
          }),
        );
      await put(["GET", "POST"]);
      expect(troubles(await examine())).toContain("warning cors");
      await put(["PUT", "POST"]);
      expect((await examine()).find(({ id }) => id === "cors")?.what).toContain("read from it (GET)");
      await bucketClient().s3.send(new DeleteBucketCorsCommand({ Bucket: bucketClient().name }));
    },
  );

  test("a store whose preflights say * as one that lets pages of any origin send", async () => {
    const findings = await behind(
      (request, _response, pass) =>
        pass({
          head: (answer) => {
            if (request.method !== "OPTIONS") return;
            const { headers } = answer;
            answer.statusCode = 200;
            headers["access-control-allow-origin"] = "*";
            headers["access-control-allow-methods"] = "*";
            headers["access-control-allow-headers"] = "*";
          },
        }),
      (bucket) => examine(bucket),
    );
    expect(troubles(findings)).toEqual(takesAnyOrigin ? [] : ["warning cors"]);
    expect(findings.find(({ id }) => id === "cors")?.what).toContain("any origin");
  });

  testUnless("checks-no-region", "the right region", async () => {
    const findings = await examine(bucketWith({ region: "eu-west-3" }));
    expect(troubles(findings)).toEqual(["fatal region"]);
    expect(findings.find(({ id }) => id === "region")).toMatchObject({
      mend: `Set S3_REGION=${env().bucket.region}.`,
    });
  });

  test("a lifecycle rule and a block of public access that are gone", async () => {
    const target = { Bucket: bucketClient().name };
    const [hasRules, hasBlock] = [!hasQuirk("has-no-lifecycle"), !hasQuirk("has-no-public-access-block")];
    if (hasRules) await bucketClient().s3.send(new DeleteBucketLifecycleCommand(target));
    if (hasBlock) await bucketClient().s3.send(new DeletePublicAccessBlockCommand(target));
    const findings = await examine();
    const expected = [
      ...(hasBlock ? ["warning public-access"] : []),
      ...(hasRules ? ["warning lifecycle"] : []),
    ];
    expect(troubles(findings)).toEqual(expected);
    expect(exitCodeOf(findings)).toBe(expected.length + usual.length > 0 ? 1 : 0);
  });

  test("a bucket that is not there", async () => {
    expect(troubles(await examine(bucketWith({ name: "no-such-bucket" as "pail" })))).toEqual([
      "fatal bucket",
    ]);
  });

  test("wrong credentials", async () => {
    const credentials = { accessKeyId: "NOBODYKNOWSTHIS", secretAccessKey: "secret" };
    const expected = hasQuirk("tells-no-unknown-keys") ? "fatal access" : "fatal credentials";
    expect(troubles(await examine(bucketWith({ credentials })))).toEqual([expected]);
  });

  test("a clock that is 20 minutes off, either way", async () => {
    for (const minutes of [-20, 20]) {
      setClock(new Date(Date.now() + minutes * 60_000));
      const findings = await examine();
      expect(troubles(findings)).toContain("fatal clock");
      expect(findings.find(({ id }) => id === "clock")?.what).toMatch(/(19|20) minutes (ahead|behind)/);
    }
  });

  test("an address at which nothing answers, for the server or for browsers", async () => {
    const nowhere = "http://127.0.0.1:9";
    const server = bucketWith({ endpoint: nowhere as never });
    expect(troubles(await examine(server))).toEqual(["fatal endpoint"]);
    const browsers = bucketWith({ publicEndpoint: nowhere });
    expect(troubles(await examine(browsers))).toEqual(["fatal public-endpoint"]);
    // Of a name that only browsers may know it cannot say whether it is wrong; the rest is tried on the server's own way.
    const unknown = await examine(
      bucketWith({ publicEndpoint: "http://bucket.invalid" }),
      "http://pail.invalid",
    );
    const fatal = unknown.filter(({ level }) => level === "fatal").map(({ id }) => id);
    expect(fatal).toEqual(takesAnyOrigin ? [] : ["cors"]);
    expect(troubles(unknown)).toContain("warning public-endpoint");
    expect(unknown.map(({ id }) => id)).toContain("defences");
  });

  test("a store that hangs", async () => {
    const findings = await behind(
      (request, response, pass) =>
        request.method === "POST" && !request.url?.includes("?delete") ? void response : pass(),
      (bucket) => examine(bucket),
    );
    expect(troubles(findings)).toEqual(["fatal time"]);
  });

  test("a key that may only read", async () => {
    const findings = await behind(
      (request, response, pass) =>
        request.method === "GET" || request.method === "HEAD" || request.method === "OPTIONS"
          ? pass()
          : refuse(request, response, 403, "AccessDenied"),
      (bucket) => examine(bucket),
    );
    expect(troubles(findings)).toEqual(["fatal upload"]);
    expect(findings.find(({ id }) => id === "upload")?.what).toContain("403 AccessDenied");
  });

  test("a key that may not copy to media/, and one that may not delete", async () => {
    const copies = await behind(
      (request, response, pass) =>
        request.headers["x-amz-copy-source"] === undefined
          ? pass()
          : refuse(request, response, 403, "AccessDenied"),
      (bucket) => examine(bucket),
    );
    expect(troubles(copies)).toEqual(["fatal permissions"]);
    expect(copies.find(({ id }) => id === "permissions")?.what).toContain("CopyObject");
    const deletions = await behind(
      (request, response, pass) =>
        request.headers.authorization !== undefined && /\?delete|x-id=DeleteObject/.test(request.url ?? "")
          ? refuse(request, response, 403, "AccessDenied")
          : pass(),
      (bucket) => examine(bucket),
    );
    expect(troubles(deletions)).toEqual(["warning left-behind"]);
    const left = await leftBehind();
    expect(left.length).toBeGreaterThan(0);
    for (const location of [env().locations.incoming, env().locations.media, env().locations.journal])
      await new Storage(bucketClient(), location).delete(left);
  });

  test("a store that keeps no metadata of copies, and a key that may not write the journal", async () => {
    const dropped = await behind(
      (request, _response, pass) => {
        if (request.headers["x-amz-copy-source"] === undefined) {
          pass({ head: (answer) => delete answer.headers["x-amz-meta-pail"] });
        } else pass();
      },
      (bucket) => examine(bucket),
    );
    expect(troubles(dropped)).toEqual(["warning journal"]);
    const refused = await behind(
      (request, response, pass) =>
        request.method === "PUT" && request.url?.includes(`/${env().locations.journal}/`)
          ? refuse(request, response, 403, "AccessDenied")
          : pass(),
      (bucket) => examine(bucket),
    );
    expect(troubles(refused)).toEqual(["warning journal"]);
    const mend = expect.stringContaining("bucket iam-policy");
    expect(refused.find(({ id }) => id === "journal")).toMatchObject({ mend });
    expect(await leftBehind()).toEqual([]);
  });

  test("a store that accepts anything, by everything that it accepted", async () => {
    const findings = await behind(
      (_request, response, pass) =>
        pass({
          head: (answer) => {
            if (answer.statusCode === 403 || answer.statusCode === 400) answer.statusCode = 200;
            response.setHeader("x-lax", "1");
          },
        }),
      (bucket) => examine(bucket),
    );
    const accepted = findings.filter(({ id }) => id.startsWith("probe-"));
    expect(accepted).toHaveLength(21);
    // The others only change how the object of whoever holds the form looks.
    expect(accepted.filter(({ level }) => level === "fatal")).toHaveLength(16);
    expect(exitCodeOf(findings)).toBe(2);
    expect(await leftBehind()).toEqual([]);
  });

  test("a store without SHA-256 and without overrides", async () => {
    const findings = await behind(
      (_request, _response, pass) =>
        pass({
          head: (answer) => {
            delete answer.headers["x-amz-checksum-sha256"];
            delete answer.headers["cache-control"];
          },
        }),
      (bucket) => examine(bucket),
    );
    expect(findings.find(({ id }) => id === "sha256")?.level).toBe("warning");
    expect(findings.find(({ id }) => id === "get")?.what).toContain("a Cache-Control");
  });

  test("pages by https with a bucket by http, and a bucket on the visitor's own machine", async () => {
    const app = "https://photos.example.org";
    const remote = (publicEndpoint: string, endpoint?: string) =>
      bucketWith({ publicEndpoint, ...(endpoint !== undefined && { endpoint: endpoint as never }) });
    expect(troubles(await examine(remote("http://127.0.0.1:9000"), app))).toContain("fatal public-endpoint");
    const dead = "http://127.0.0.1:9";
    expect(troubles(await examine(remote("http://bucket.example.org", dead), app))).toContain(
      "fatal mixed-content",
    );
    expect(
      troubles(await examine(remote("http://bucket.example.org", dead), "http://photos.example.org")),
    ).toContain("warning transport");
  });
});
