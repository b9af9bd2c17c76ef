import * as s3 from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sendSigned } from "@/lib/testing/local-bucket/hand-signed";
import { startTestServer, type TestServer } from "@/lib/testing/local-bucket/test-server";

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const putXml = async (subresource: string, xml: string) => {
  const { status, code } = await sendSigned(server.endpoint, {
    method: "PUT",
    path: `/${server.bucket}`,
    query: { [subresource]: "" },
    body: Buffer.from(xml),
  });
  return `${status} ${code}`;
};

test("lifecycle rules come back as they were put, until they are deleted", async () => {
  const Bucket = server.bucket;
  const get = () => server.client.send(new s3.GetBucketLifecycleConfigurationCommand({ Bucket }));
  await expect(get()).rejects.toMatchObject({ name: "NoSuchLifecycleConfiguration" });
  const Rules: s3.LifecycleRule[] = [
    {
      ID: "incoming",
      Status: "Enabled",
      Filter: { Prefix: "incoming/" },
      Expiration: { Days: 7 },
      AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
    },
    {
      ID: "narrow",
      Status: "Disabled",
      Filter: {
        And: { Prefix: "a&<b>/", Tags: [{ Key: "state", Value: "old" }], ObjectSizeGreaterThan: 5 },
      },
      Expiration: { Date: new Date("2031-01-01T00:00:00Z") },
    },
    { ID: "tag", Status: "Enabled", Filter: { Tag: { Key: "k", Value: "" } }, Expiration: { Days: 1 } },
    { ID: "all", Status: "Enabled", Filter: { Prefix: "" }, Expiration: { Days: 400 } },
  ];
  await server.client.send(
    new s3.PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules } }),
  );
  expect((await get()).Rules).toEqual(Rules);
  await server.restart();
  expect((await get()).Rules).toEqual(Rules);
  await server.client.send(new s3.DeleteBucketLifecycleCommand({ Bucket }));
  await expect(get()).rejects.toMatchObject({ name: "NoSuchLifecycleConfiguration" });
});

const rule = (content: string) => `<LifecycleConfiguration><Rule>${content}</Rule></LifecycleConfiguration>`;
const expiration = "<Expiration><Days>1</Days></Expiration>";
const enabled = "<ID>a</ID><Status>Enabled</Status><Filter><Prefix>a</Prefix></Filter>";

test.each([
  ["no rule", "<LifecycleConfiguration/>", "400 MalformedXML"],
  ["no action", rule(enabled), "400 MalformedXML"],
  ["no filter", rule(`<Status>Enabled</Status>${expiration}`), "400 MalformedXML"],
  ["another status", rule(`<Status>On</Status><Filter/>${expiration}`), "400 MalformedXML"],
  ["zero days", rule(`${enabled}<Expiration><Days>0</Days></Expiration>`), "400 InvalidArgument"],
  ["negative days", rule(`${enabled}<Expiration><Days>-1</Days></Expiration>`), "400 InvalidArgument"],
  [
    "zero days until an abort",
    rule(
      `${enabled}<AbortIncompleteMultipartUpload><DaysAfterInitiation>0</DaysAfterInitiation></AbortIncompleteMultipartUpload>`,
    ),
    "400 InvalidArgument",
  ],
  ["half a day", rule(`${enabled}<Expiration><Days>0.5</Days></Expiration>`), "400 MalformedXML"],
  ["a word for days", rule(`${enabled}<Expiration><Days>week</Days></Expiration>`), "400 MalformedXML"],
  [
    "an hour that is not midnight",
    rule(`${enabled}<Expiration><Date>2031-01-01T01:00:00Z</Date></Expiration>`),
    "400 InvalidArgument",
  ],
  ["a word for a date", rule(`${enabled}<Expiration><Date>tomorrow</Date></Expiration>`), "400 MalformedXML"],
  [
    "days and a date",
    rule(`${enabled}<Expiration><Days>1</Days><Date>2031-01-01T00:00:00Z</Date></Expiration>`),
    "400 MalformedXML",
  ],
  [
    "two conditions without And",
    rule(
      `<Status>Enabled</Status><Filter><Prefix>a</Prefix><ObjectSizeLessThan>1</ObjectSizeLessThan></Filter>${expiration}`,
    ),
    "400 MalformedXML",
  ],
  ["something unknown", rule(`${enabled}${expiration}<Extra/>`), "400 MalformedXML"],
  [
    "one ID twice",
    rule(`${enabled}${expiration}</Rule><Rule>${enabled}${expiration}`),
    "400 InvalidArgument",
  ],
  [
    "an abort by tag",
    rule(
      "<Status>Enabled</Status><Filter><Tag><Key>k</Key><Value>v</Value></Tag></Filter><AbortIncompleteMultipartUpload><DaysAfterInitiation>1</DaysAfterInitiation></AbortIncompleteMultipartUpload>",
    ),
    "400 InvalidRequest",
  ],
  [
    "a storage class",
    rule(
      `${enabled}<Transition><Days>30</Days><StorageClass>GLACIER</StorageClass></Transition>${expiration}`,
    ),
    "501 NotImplemented",
  ],
])("a lifecycle with %s is refused", async (_what, xml, answer) => {
  expect(await putXml("lifecycle", xml)).toBe(answer);
});

test("the older form with a Prefix beside no Filter is understood", async () => {
  const xml = rule(`<Status>Enabled</Status><Prefix>old/</Prefix>${expiration}`);
  expect(await putXml("lifecycle", xml)).toBe("200 undefined");
  const { Rules } = await server.client.send(
    new s3.GetBucketLifecycleConfigurationCommand({ Bucket: server.bucket }),
  );
  expect(Rules).toEqual([
    { ID: "rule-1", Status: "Enabled", Filter: { Prefix: "old/" }, Expiration: { Days: 1 } },
  ]);
});

test("public access block, ownership and tags come back as they were put", async () => {
  const Bucket = server.bucket;
  const { client } = server;
  const getBlock = () => client.send(new s3.GetPublicAccessBlockCommand({ Bucket }));
  await expect(getBlock()).rejects.toMatchObject({ name: "NoSuchPublicAccessBlockConfiguration" });
  const PublicAccessBlockConfiguration = { BlockPublicAcls: true, BlockPublicPolicy: true };
  await client.send(new s3.PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration }));
  expect((await getBlock()).PublicAccessBlockConfiguration).toEqual({
    BlockPublicAcls: true,
    IgnorePublicAcls: false,
    BlockPublicPolicy: true,
    RestrictPublicBuckets: false,
  });

  const getOwnership = () => client.send(new s3.GetBucketOwnershipControlsCommand({ Bucket }));
  await expect(getOwnership()).rejects.toMatchObject({ name: "OwnershipControlsNotFoundError" });
  const own = (ObjectOwnership: s3.ObjectOwnership) =>
    client.send(
      new s3.PutBucketOwnershipControlsCommand({
        Bucket,
        OwnershipControls: { Rules: [{ ObjectOwnership }] },
      }),
    );
  await expect(own("ObjectWriter")).rejects.toMatchObject({ name: "MalformedXML" });
  await own("BucketOwnerEnforced");
  expect((await getOwnership()).OwnershipControls?.Rules).toEqual([
    { ObjectOwnership: "BucketOwnerEnforced" },
  ]);

  const getTags = () => client.send(new s3.GetBucketTaggingCommand({ Bucket }));
  await expect(getTags()).rejects.toMatchObject({ name: "NoSuchTagSet" });
  const TagSet = Array.from({ length: 50 }, (_, i) => ({ Key: `k${i}`, Value: "<é>" }));
  await client.send(new s3.PutBucketTaggingCommand({ Bucket, Tagging: { TagSet } }));
  expect((await getTags()).TagSet).toEqual(TagSet);
  const tooMany = { TagSet: [...TagSet, { Key: "one", Value: "more" }] };
  await expect(
    client.send(new s3.PutBucketTaggingCommand({ Bucket, Tagging: tooMany })),
  ).rejects.toMatchObject({ name: "InvalidTag" });
  // One setting changes no other.
  await client.send(new s3.DeleteBucketTaggingCommand({ Bucket }));
  await expect(getTags()).rejects.toMatchObject({ name: "NoSuchTagSet" });
  expect((await getBlock()).PublicAccessBlockConfiguration?.BlockPublicAcls).toBe(true);
});

test("what is not offered says so: policies, versioning, encryption, of a bucket that is not there too", async () => {
  const Bucket = server.bucket;
  const { client } = server;
  const sends = [
    () => client.send(new s3.PutBucketPolicyCommand({ Bucket, Policy: "{}" })),
    () =>
      client.send(
        new s3.PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Enabled" } }),
      ),
    () => client.send(new s3.GetBucketEncryptionCommand({ Bucket })),
  ];
  for (const sent of sends) {
    await expect(sent()).rejects.toMatchObject({
      name: "NotImplemented",
      message: expect.stringMatching(/^This server does not implement (Put|Get)Bucket/),
    });
  }
  await expect(
    client.send(new s3.GetBucketLifecycleConfigurationCommand({ Bucket: "not-there" })),
  ).rejects.toMatchObject({ name: "NoSuchBucket" });
});
