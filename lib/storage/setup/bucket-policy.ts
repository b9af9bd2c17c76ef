import "server-only";
import { randomBytes } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { GetBucketPolicyCommand, PutBucketPolicyCommand } from "@aws-sdk/client-s3";
import { z } from "zod";
import { now } from "@/lib/clock";
import { AppError } from "@/lib/errors";
import type { BucketClient } from "../bucket-client";
import { capitalized } from "../iam-policy";
import { type LocationName, locationNames, locationRules } from "../locations";
import { presign } from "../signed-url";
import { Storage } from "../storage";
import { presentValue, type Setting, type Unsupported, type Wishes } from "./setting";

const policyShape = z.looseObject({
  Version: z.string().default("2012-10-17"),
  Statement: z.array(z.looseObject({ Sid: z.string().optional() })),
});
type Policy = z.infer<typeof policyShape>;

const guarded = locationNames.filter((name) => locationRules[name].refusesPresignedWrites);

/** Statements that only ever deny. Those of others are let be. */
export const bucketPolicy: Setting = {
  id: "policy",
  name: "Bucket policies",
  async propose(bucket, wishes) {
    const target = { Bucket: bucket.name };
    const ask = async () => (await bucket.s3.send(new GetBucketPolicyCommand(target))).Policy;
    const present = parse(bucket, await presentValue(bucket, "GetBucketPolicy", "NoSuchBucketPolicy", ask));
    const isEncrypted = bucket.publicUrl.startsWith("https:") && bucket.endpoint.startsWith("https:");
    const wanted = [
      ...guarded.map((name) => presignedWrites(bucket, wishes, name)),
      ...(isEncrypted ? [unencrypted(bucket)] : []),
    ];
    const unsupported = isEncrypted
      ? []
      : [{ what: "Access by TLS only", why: `The store is reached by http (${bucket.endpoint}).` }];
    const missing = wanted.filter(
      ({ statement }) => !present.Statement.some((other) => isDeepStrictEqual(other, statement)),
    );
    if (missing.length === 0) return { changes: [], unsupported };
    const apply = async () => {
      const others = present.Statement.filter(({ Sid }) => !wanted.some((own) => own.statement.Sid === Sid));
      const Statement = [...others, ...wanted.map(({ statement }) => statement)];
      const Policy = JSON.stringify({ ...present, Statement });
      await bucket.s3.send(new PutBucketPolicyCommand({ ...target, Policy }));
    };
    const words = missing.map(({ what }) => what).join(", and ");
    const why =
      "Verified pictures must not be replaced by whoever gets hold of a signature, nor read on the way.";
    return { changes: [{ id: "policy", what: `Refuse ${words} (bucket policy)`, why, apply }], unsupported };
  },
  async verify(bucket, { locations }) {
    const lacks = await Promise.all(
      guarded.map((name) => tryPresignedWrite(new Storage(bucket, locations[name]))),
    );
    return lacks.flat();
  },
};

/** What the store lacks, found out by a write that it should refuse. */
async function tryPresignedWrite(location: Storage): Promise<Unsupported[]> {
  const { bucket } = location;
  const probe = `setup-${randomBytes(8).toString("hex")}`;
  const key = location.key(probe);
  const url = await presign(bucket, { method: "PUT", key, query: {}, signingDate: now(), expiresIn: 60 });
  const what = `Refusing presigned writes under ${location.location}/`;
  try {
    const { ok } = await fetch(url, { method: "PUT", body: "x" });
    if (!ok) return [];
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return [{ what, why: `It could not be tried: ${bucket.publicUrl} does not answer here.` }];
  }
  await location.delete([probe]);
  return [{ what, why: "The store does not act on s3:authType. Pail never signs such a write." }];
}

function parse({ name }: BucketClient, text: string | null): Policy {
  if (text === null) return { Version: "2012-10-17", Statement: [] };
  try {
    return policyShape.parse(JSON.parse(text));
  } catch (cause) {
    if (!(cause instanceof SyntaxError || cause instanceof z.ZodError)) throw cause;
    throw new AppError(
      "odd_policy",
      `The policy of ${name} cannot be read: correct it in the console first.`,
    );
  }
}

/** Neither a signed URL nor a form may write there: only the server does, by requests with a signed header. */
const presignedWrites = ({ name }: BucketClient, { locations }: Wishes, location: LocationName) => ({
  what: `presigned writes under ${locations[location]}/`,
  statement: {
    Sid: `PailNoPresignedWritesUnder${capitalized(location)}`,
    Effect: "Deny",
    Principal: "*",
    Action: "s3:PutObject",
    Resource: `arn:aws:s3:::${name}/${locations[location]}/*`,
    Condition: { StringEquals: { "s3:authType": ["REST-QUERY-STRING", "POST"] } },
  },
});

const unencrypted = ({ name }: BucketClient) => ({
  what: "whatever comes without TLS",
  statement: {
    Sid: "PailTlsOnly",
    Effect: "Deny",
    Principal: "*",
    Action: "s3:*",
    Resource: [`arn:aws:s3:::${name}`, `arn:aws:s3:::${name}/*`],
    Condition: { Bool: { "aws:SecureTransport": "false" } },
  },
});
