import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import {
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeletePublicAccessBlockCommand,
  ListObjectVersionsCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { setClock } from "@/lib/clock";
import { database, openDatabase, setDatabase } from "@/lib/db/client";
import { migrate } from "@/lib/db/migrate";
import { env, setEnv } from "@/lib/env";
import { getImage } from "@/lib/images/image";
import { purgeTrash, trashImage, trashSeconds } from "@/lib/images/trash";
import { checkBucket } from "@/lib/storage/bucket";
import { type BucketClient, bucketClient, connectBucket } from "@/lib/storage/bucket-client";
import { examineBucket } from "@/lib/storage/doctor/examine";
import { isFatal } from "@/lib/storage/doctor/finding";
import { iamPolicy } from "@/lib/storage/iam-policy";
import { incoming, journal } from "@/lib/storage/locations";
import { listMultiparts } from "@/lib/storage/multipart";
import { planSetup, setUpBucket } from "@/lib/storage/setup/set-up";
import { addViewer, makePicture, postAll, type TestPicture } from "@/lib/testing/test-pail";
import { listParts } from "@/lib/upkeep/journal/parts";
import { mergeJournal, writeChanges } from "@/lib/upkeep/journal/write";
import { sweep } from "@/lib/upkeep/sweep";
import { abandonUploads, beginUploads } from "./begin";
import { confirmUploads } from "./confirm";
import { type ImageOffer, maxBytesAtOnce, partsOf } from "./contract";
import { incomingName } from "./objects";

// `npm run test:stores -- ceph` has a second user, who may do only what the bucket's owner allows.
const {
  S3_CONTRACT_ENDPOINT,
  S3_CONTRACT_REGION,
  S3_CONTRACT_ACCESS_KEY,
  S3_CONTRACT_SECRET_KEY,
  S3_CONTRACT_STRANGER,
} = process.env;

describe.runIf(S3_CONTRACT_STRANGER !== undefined)("with the app's policy", () => {
  const stranger = JSON.parse(S3_CONTRACT_STRANGER ?? "{}") as Record<
    "accessKeyId" | "secretAccessKey" | "arn",
    string
  >;
  const name = `iam-${randomBytes(5).toString("hex")}`;
  let dataDir: string;
  let owner: BucketClient;

  beforeAll(async () => {
    dataDir = await mkdtemp(path.join(os.tmpdir(), "pail-iam-"));
    setEnv({
      DATA_DIR: dataDir,
      APP_ORIGIN: "http://localhost:3000",
      S3_BUCKET: name,
      S3_ENDPOINT: S3_CONTRACT_ENDPOINT ?? "",
      S3_REGION: S3_CONTRACT_REGION ?? "",
      AWS_ACCESS_KEY_ID: stranger.accessKeyId,
      AWS_SECRET_ACCESS_KEY: stranger.secretAccessKey,
    });
    setDatabase(openDatabase(`file:${path.join(dataDir, "pail.sqlite")}`));
    await migrate(database());
    const credentials = {
      accessKeyId: S3_CONTRACT_ACCESS_KEY ?? "",
      secretAccessKey: S3_CONTRACT_SECRET_KEY ?? "",
    };
    owner = connectBucket({ ...env().bucket, credentials } as Parameters<typeof connectBucket>[0]);
    await setUpBucket(owner, { ...env(), origins: [env().appOrigin] });
    // Ceph takes a policy that names a second user for a public one.
    await owner.s3.send(new DeletePublicAccessBlockCommand({ Bucket: name }));
  });
  afterAll(async () => {
    database().close();
    for (const object of await versionsUnder(""))
      await owner.s3.send(new DeleteObjectCommand({ Bucket: name, ...object }));
    await owner.s3.send(new DeleteBucketCommand({ Bucket: name }));
    await rm(dataDir, { recursive: true });
  });

  /** All versions and markers. */
  async function versionsUnder(Prefix: string) {
    const { Versions = [], DeleteMarkers = [] } = await owner.s3.send(
      new ListObjectVersionsCommand({ Bucket: name, Prefix }),
    );
    return [...Versions, ...DeleteMarkers].map(({ Key = "", VersionId = "" }) => ({ Key, VersionId }));
  }

  interface Permission {
    action: string;
    resource: string;
  }

  const whole: Permission[] = iamPolicy("app", { name, locations: env().locations }).Statement.flatMap(
    ({ Action, Resource }) => Action.map((action) => ({ action, resource: String(Resource) })),
  );

  /** On Ceph whoever writes an object owns it, and may read it by that: so what is missing is denied too. */
  async function allowAllBut(missing?: Permission): Promise<void> {
    const Statement = whole.map(({ action, resource }) => ({
      Effect: action === missing?.action && resource === missing.resource ? "Deny" : "Allow",
      Principal: { AWS: [stranger.arn] },
      Action: [action],
      Resource: [resource],
    }));
    const Policy = JSON.stringify({ Version: "2012-10-17", Statement });
    await owner.s3.send(new PutBucketPolicyCommand({ Bucket: name, Policy }));
  }

  /** Everything that the running app does with its bucket, step by step; the name of the first step that fails. */
  async function journey(): Promise<string> {
    setClock(null);
    const viewer = await addViewer();
    const picture = await makePicture();
    const [begun] = await beginUploads(viewer, [picture.offer]);
    if (begun?.status !== "granted") return "begin";
    if ((await postAll(begun.grants, picture)).some((status) => status !== 204)) return "post";
    let imageId = "";
    const large = largeOffer(picture);
    const beginLarge = async (uploadId?: string): Promise<string> => {
      const [outcome] = await beginUploads(viewer, [{ ...large, uploadId }]);
      if (outcome?.status !== "granted") throw new Error("not granted");
      return outcome.uploadId;
    };
    const steps: [string, () => Promise<unknown>][] = [
      ["health", () => checkBucket(bucketClient())],
      // Which parts are there is asked when it begins again.
      ["parts", async () => beginLarge(await beginLarge())],
      [
        "abandon",
        async () => {
          const id = await beginLarge();
          await abandonUploads(viewer, [id]);
          const key = incoming().key(incomingName(id, "original"));
          for await (const page of listMultiparts(owner, "incoming/"))
            if (page.some((left) => left.key === key)) throw new Error("its parts were left");
        },
      ],
      [
        "confirm",
        async () => {
          const [outcome] = await confirmUploads(viewer, [begun.uploadId]);
          if (outcome?.status !== "ready") throw new Error(`not ready: ${JSON.stringify(outcome)}`);
          imageId = outcome.image.id;
          const { displayUrl } = await getImage(viewer, imageId);
          const { status } = await fetch(displayUrl);
          if (status !== 200) throw new Error(`the picture is not shown: ${status}`);
          for await (const { files } of incoming().listdir(begun.uploadId))
            if (files.length > 0) throw new Error("incoming/ was not cleared");
          await trashImage(viewer, outcome.image.id);
        },
      ],
      ["sweep", sweep],
      [
        "purge",
        async () => {
          setClock(new Date(Date.now() + (trashSeconds() + 60) * 1000));
          await purgeTrash();
        },
      ],
      [
        "journal",
        async () => {
          await writeChanges();
          for (let n = 0; n < 2; n += 1) await mergeJournal({ always: true });
        },
      ],
      [
        "versions",
        async () => {
          if (bucketClient().traits.versions === "none") return;
          const { found } = await planSetup(bucketClient(), { ...env(), origins: [env().appOrigin] });
          if (found.versions !== "on") throw new Error("it is not seen that there are versions");
          const left = await Promise.all(
            [`incoming/${begun.uploadId}/`, `media/${imageId}/`].map(versionsUnder),
          );
          const told = (await listParts()).parts.flatMap(({ objects }) =>
            objects.map((each) => journal().key(each)),
          );
          const others = (await versionsUnder("journal/2")).filter(
            ({ Key }) => !Key.endsWith("/whole.json") && !told.includes(Key),
          );
          if (left.flat().length + others.length > 0) throw new Error("older versions were left");
        },
      ],
    ];
    for (const [step, run] of steps) {
      try {
        await run();
      } catch {
        setClock(null);
        return step;
      }
    }
    setClock(null);
    return "none";
  }

  /** One that would go in parts; they never come. */
  function largeOffer({ offer }: TestPicture): ImageOffer {
    const digest = (length: number) => randomBytes(length).toString("base64");
    const bytes = maxBytesAtOnce + 1;
    const { partDigest } = bucketClient().traits;
    if (partDigest === "none") throw new Error("this store takes no parts");
    const lengths = { sha256: 32, md5: 16, crc32c: 4 };
    const original = {
      type: "image/png",
      bytes,
      sha256: digest(32),
      parts: partsOf(bytes).map(() => digest(lengths[partDigest])),
      partDigest,
    } as const;
    return { ...offer, original };
  }

  test("every journey passes, and the doctor finds nothing fatal", async () => {
    await allowAllBut();
    expect(await journey()).toBe("none");
    expect((await examineBucket(bucketClient(), env())).findings.filter(isFatal)).toEqual([]);
  });

  test("nothing outside of the locations can be read or written", async () => {
    await allowAllBut();
    const { s3 } = bucketClient();
    await expect(s3.send(new DeleteBucketCommand({ Bucket: name }))).rejects.toMatchObject({
      code: "access_denied",
    });
    await expect(s3.send(new PutBucketPolicyCommand({ Bucket: name, Policy: "{}" }))).rejects.toMatchObject({
      code: "access_denied",
    });
  });

  const failing: Record<string, string> = {
    [`s3:ListBucket ${name}`]: "health",
    [`s3:ListBucketMultipartUploads ${name}`]: "sweep",
    [`s3:GetBucketVersioning ${name}`]: "versions",
    [`s3:ListBucketVersions ${name}`]: "versions",
    "s3:DeleteObjectVersion incoming": "versions",
    "s3:DeleteObjectVersion media": "versions",
    "s3:DeleteObjectVersion journal": "versions",
    "s3:ListMultipartUploadParts incoming": "parts",
    "s3:AbortMultipartUpload incoming": "abandon",
    "s3:PutObject incoming": "post",
    "s3:GetObject incoming": "confirm",
    "s3:DeleteObject incoming": "confirm",
    "s3:PutObject journal": "journal",
    "s3:GetObject journal": "journal",
    "s3:DeleteObject journal": "journal",
    "s3:PutObject media": "confirm",
    "s3:GetObject media": "confirm",
    "s3:DeleteObject media": "purge",
  };

  async function missingFails(missing: Permission): Promise<void> {
    await allowAllBut(missing);
    const place = /:::(?:[^/]+\/)?([^/]+)/.exec(missing.resource)?.[1];
    expect(await journey()).toBe(failing[`${missing.action} ${place}`]);
  }

  const isOfVersions = ({ action }: Permission) => /Version/.test(action);

  test.each(whole.filter((permission) => !isOfVersions(permission)))(
    "without $action on $resource a journey fails",
    missingFails,
  );

  describe("in a bucket that keeps versions", () => {
    beforeAll(async () => {
      const VersioningConfiguration = { Status: "Enabled" as const };
      await owner.s3.send(new PutBucketVersioningCommand({ Bucket: name, VersioningConfiguration }));
      bucketClient().traits = { ...bucketClient().traits, versions: "on" };
    });

    test("every journey passes, and leaves no older version", async () => {
      await allowAllBut();
      expect(await journey()).toBe("none");
    });

    test.each(whole.filter(isOfVersions))("without $action on $resource a journey fails", missingFails);
  });
});
