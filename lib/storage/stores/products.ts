/**
 * What products call themselves, and what is to be done on each in its own words. A guess, for advice alone: what a store can is found
 * out by trying (traits.ts), and nothing else may follow from its name.
 */
export interface Impression {
  /** of the endpoint, with or without a port */
  host: string;
  /** the Server header; null where there is none */
  server: string | null;
  /** what it answers to a request that nobody signed */
  answer: string;
}

/** Each a sentence or two, what to do first. */
export interface Advice {
  name: string;
  /** for CORS, so that pages of these origins may send */
  allowOrigins(origins: string[]): string;
  /** for CORS, so that pages of others may not */
  closeOrigins: string;
  /** in the place of a bucket policy that refuses presigned writes; null: nothing */
  policies: string | null;
  /** so that older versions end */
  endVersions: string;
}

interface Product extends Advice {
  isIt(impression: Impression): boolean;
}

const isHost =
  (pattern: RegExp) =>
  ({ host }: Impression): boolean =>
    pattern.test(host.replace(/:\d+$/, ""));
const isServer =
  (pattern: RegExp) =>
  ({ server, answer }: Impression): boolean =>
    pattern.test(server ?? "") || pattern.test(answer);

const corsOfApi = (origins: string[]): string =>
  `Give its CORS configuration a rule with the origins ${origins.join(", ")}, the methods GET, HEAD, POST and PUT and the header *: aws s3api put-bucket-cors.`;

const products: Product[] = [
  {
    name: "AWS S3",
    isIt: isHost(/\.amazonaws\.com(\.cn)?$/),
    allowOrigins: () =>
      "Run “npm run manage -- bucket setup”, or in the console: the bucket, Permissions, Cross-origin resource sharing.",
    closeOrigins:
      "In the console: the bucket, Permissions, Cross-origin resource sharing; remove the rule that names *.",
    policies: null,
    endVersions: "In the console: the bucket, Management, Lifecycle rules; or turn versioning off.",
  },
  {
    name: "Cloudflare R2",
    isIt: isHost(/\.r2\.cloudflarestorage\.com$/),
    allowOrigins: (origins) =>
      `Run “npm run manage -- bucket setup” with a token of the permission Admin Read & Write, or in the dashboard: R2, the bucket, Settings, CORS policy: the origins ${origins.join(", ")}, the methods GET, HEAD and PUT, the header *.`,
    closeOrigins: "In the dashboard: R2, the bucket, Settings, CORS policy; remove the rule that names *.",
    policies: "Give the app a token of the permission Object Read & Write for this bucket alone.",
    endVersions: "R2 keeps no versions.",
  },
  {
    name: "Backblaze B2",
    isIt: isHost(/\.backblazeb2\.com$/),
    allowOrigins: (origins) =>
      `Run “npm run manage -- bucket setup” with a key that has writeBuckets. The console's CORS Rules are not enough, as they allow no uploads: the b2 command can, with allowedOperations s3_put, s3_get and s3_head for ${origins.join(", ")}.`,
    closeOrigins:
      "Give the bucket CORS rules that name the app's origin alone: “npm run manage -- bucket setup” makes one.",
    policies: "Give the app an application key for this bucket alone.",
    endVersions: "In the console: the bucket, Lifecycle Settings, Keep only the last version of the file.",
  },
  {
    name: "MinIO",
    isIt: isServer(/^MinIO/),
    allowOrigins: (origins) =>
      `Start MinIO with MINIO_API_CORS_ALLOW_ORIGIN=${origins.join(",")}: it has one CORS setting for all its buckets.`,
    closeOrigins:
      "Start MinIO with MINIO_API_CORS_ALLOW_ORIGIN=<the app's origin>; unset, it lets every page in.",
    policies: null,
    endVersions:
      "mc ilm rule add --noncurrent-expire-days 1 ALIAS/BUCKET, or turn versioning off: mc version suspend.",
  },
  {
    name: "Garage",
    isIt: isServer(/\bGarage\b/),
    allowOrigins: () =>
      "Let the key of “npm run manage -- bucket setup” own the bucket (garage bucket allow --owner BUCKET --key KEY), and run that again.",
    closeOrigins:
      "Garage looks at the rules of a bucket only by its global name: garage bucket alias BUCKET-ID NAME; garage bucket list tells the id.",
    policies:
      "Give the app a key for this bucket alone: garage bucket allow --read --write BUCKET --key KEY.",
    endVersions: "Garage keeps no versions.",
  },
  {
    name: "SeaweedFS",
    isIt: isServer(/SeaweedFS/i),
    allowOrigins: (origins) =>
      `Start weed with -s3.allowedOrigins=${origins.join(",")}, or give the bucket CORS rules of its own, which go before that: “npm run manage -- bucket setup”.`,
    closeOrigins:
      "Start weed with -s3.allowedOrigins=<the app's origin>; unset, it lets every page in where the bucket has no rules.",
    policies: "Give the app an identity with Read, Write and List on this bucket alone, in weed's s3.json.",
    endVersions: "Turn versioning off, aws s3api put-bucket-versioning, or delete older versions by hand.",
  },
  {
    name: "versitygw",
    isIt: isServer(/^VERSITYGW/i),
    allowOrigins: corsOfApi,
    closeOrigins: "aws s3api put-bucket-cors, without the rule that names *; or without --cors-allow-origin.",
    policies: "Give the app an account of its own: versitygw admin create-user.",
    endVersions:
      "Start versitygw without --versioning-dir, or delete older versions by hand: it has no lifecycle rules.",
  },
  {
    name: "RustFS",
    isIt: isServer(/^RustFS/i),
    allowOrigins: (origins) =>
      `${corsOfApi(origins)} Or start RustFS with RUSTFS_CORS_ALLOWED_ORIGINS=${origins.join(",")}.`,
    closeOrigins: "aws s3api put-bucket-cors, without the rule that names *.",
    policies: null,
    endVersions: "aws s3api put-bucket-versioning turns versioning off.",
  },
  {
    name: "Ceph",
    isIt: ({ server, answer }) => /^Ceph/.test(server ?? "") || /<RequestId>tx[0-9a-f]{20,}-/.test(answer),
    allowOrigins: corsOfApi,
    closeOrigins: "aws s3api put-bucket-cors, without the rule that names *.",
    policies: null,
    endVersions: "aws s3api put-bucket-versioning turns versioning off.",
  },
];

const ofAny: Advice = {
  name: "this store",
  allowOrigins: (origins) =>
    `${corsOfApi(origins)} Where the store has no such rules, look in its manual for its server's CORS setting.`,
  closeOrigins: "Remove the rule that names * from its CORS configuration, or set its server's own origin.",
  policies: null,
  endVersions: "Give the bucket a lifecycle rule with NoncurrentVersionExpiration, or turn versioning off.",
};

/** The words of the product that it looks like; those that fit any where it looks like none. */
export function adviceFor(impression: Impression): Advice {
  return products.find(({ isIt }) => isIt(impression)) ?? ofAny;
}
