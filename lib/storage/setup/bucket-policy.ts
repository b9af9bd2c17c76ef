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
import { meaningOf, type Statement, statementShape } from "./policy-statement";
import { type Proposal, presentValue, type Setting, type Unsupported, type Wishes } from "./setting";

const policyShape = z.looseObject({
  Version: z.string().default("2012-10-17"),
  Statement: z.array(statementShape),
});
type Policy = z.infer<typeof policyShape>;

const guarded = locationNames.filter((name) => locationRules[name].refusesPresignedWrites);

/**
 * Statements that only ever deny. Those of others are let be. Each is put by itself, as a store may know the condition of one and not
 * that of the other.
 */
export const bucketPolicy: Setting = {
  id: "policy",
  name: "Bucket policies",
  otherwise: { policies: false },
  async propose(bucket, wishes, known = {}) {
    const target = { Bucket: bucket.name };
    const ask = async () => (await bucket.s3.send(new GetBucketPolicyCommand(target))).Policy;
    let policy = parse(bucket, await presentValue(bucket, "GetBucketPolicy", ask));
    const put = async (own: Statement[]) => {
      const others = policy.Statement.filter(({ Sid }) => !own.some((one) => one.Sid === Sid));
      const next = { ...policy, Statement: [...others, ...own] };
      await bucket.s3.send(new PutBucketPolicyCommand({ ...target, Policy: JSON.stringify(next) }));
      policy = next;
    };
    const proposal: Required<Pick<Proposal, "changes" | "unsupported" | "found">> = {
      changes: [],
      unsupported: [],
      found: {},
    };
    const writes = guarded.map((name) => presignedWrites(bucket, wishes, name));
    const missing = writes.filter(({ statement }) => !isIn(policy, statement));
    if (missing.length === 0) proposal.found.policies = true;
    else if (known?.policies === false) {
      const why = "The store has refused it, or not kept it, before.";
      proposal.unsupported.push({ what: missing.map(({ lack }) => lack).join(", "), why });
    } else {
      proposal.changes.push({
        id: "policy",
        what: `Refuse ${missing.map(({ what }) => what).join(", and ")} (bucket policy)`,
        why: "Verified pictures and backups must not be replaced by whoever gets hold of a signature.",
        apply: () => put(writes.map(({ statement }) => statement)),
        lack: missing.map(({ lack }) => lack).join(", "),
        otherwise: { policies: false },
      });
    }
    const tlsOnly = unencrypted(bucket);
    const lack = "Access by TLS only";
    if (!bucket.publicUrl.startsWith("https:") || !bucket.endpoint.startsWith("https:")) {
      proposal.unsupported.push({ what: lack, why: `The store is reached by http (${bucket.endpoint}).` });
    } else if (!isIn(policy, tlsOnly)) {
      proposal.changes.push({
        id: "tls",
        what: "Refuse whatever comes without TLS (bucket policy)",
        why: "Pictures, and the signatures that open them, must not be read on the way.",
        apply: () => put([tlsOnly]),
        lack,
      });
    }
    return proposal;
  },
  async verify(bucket, { locations }) {
    const lacks = await Promise.all(
      guarded.map((name) => tryPresignedWrite(new Storage(bucket, locations[name]))),
    );
    return lacks.flat();
  },
};

const isIn = ({ Statement }: Policy, wanted: Statement): boolean =>
  Statement.some((other) => isDeepStrictEqual(meaningOf(other), meaningOf(wanted)));

/** What the store lacks, found out by a write that it should refuse. */
async function tryPresignedWrite(location: Storage): Promise<Unsupported[]> {
  const { bucket } = location;
  const probe = `setup-${randomBytes(8).toString("hex")}`;
  const key = location.key(probe);
  const url = await presign(bucket, { method: "PUT", key, query: {}, signingDate: now(), expiresIn: 60 });
  const what = lackOf(location.location);
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
  lack: lackOf(locations[location]),
  statement: {
    Sid: `PailNoPresignedWritesUnder${capitalized(location)}`,
    Effect: "Deny",
    Principal: "*",
    Action: "s3:PutObject",
    Resource: `arn:aws:s3:::${name}/${locations[location]}/*`,
    Condition: { StringEquals: { "s3:authType": ["REST-QUERY-STRING", "POST"] } },
  },
});

const lackOf = (folder: string): string => `Refusing presigned writes under ${folder}/`;

const unencrypted = ({ name }: BucketClient): Statement => ({
  Sid: "PailTlsOnly",
  Effect: "Deny",
  Principal: "*",
  Action: "s3:*",
  Resource: [`arn:aws:s3:::${name}`, `arn:aws:s3:::${name}/*`],
  Condition: { Bool: { "aws:SecureTransport": "false" } },
});
