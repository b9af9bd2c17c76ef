/** What stores do otherwise than S3, as the contract's tests show it: store by store, each quirk with its sentence. */
export const quirks = {
  local: {
    "has-no-policies": "The local bucket has no bucket policies: whoever signs may do everything.",
  },
  r2: {
    "no-post-policies": "R2 answers 501 to every form.",
  },
  ceph: {
    "keeps-no-sha256": "Ceph 16 ignores SHA-256 checksums: none is kept or given back.",
    "checks-no-sha256": "Ceph 16 ignores SHA-256 checksums: a wrong one is taken.",
    "checks-no-region": "Ceph 16 takes signatures for any region.",
    "drops-form-cache-headers": "Ceph drops the form fields Cache-Control and Content-Disposition.",
    "appends-query-to-redirect": "Ceph appends ?bucket=… to a redirect that has a query already.",
    "keeps-filename-variable":
      "Ceph does not put the file's name in the place of a form's variable filename.",
    "refuses-aws-chunked": "Ceph 16 answers 411 to a chunked body with a trailing checksum.",
    "refuses-unasked-checksums": "Ceph answers errors to the checksums that the SDK adds unasked.",
    "refuses-private-writes-under-block": "Ceph refuses private PUTs under BlockPublicAcls.",
    "ignores-copy-conditions":
      "Ceph 16 ignores the conditions of a copy: the source is asked again after it.",
    "has-no-ownership": "Ceph has no object ownership.",
    "ignores-auth-type": "Ceph keeps s3:authType in a policy and does not act on it.",
    "takes-unsigned-headers": "Ceph takes a presigned PUT with a header of x-amz that was not signed.",
    "has-no-object-attributes": "Ceph 16 answers GetObjectAttributes with the object itself.",
    "ignores-expected-owner": "Ceph 16 ignores the owner that a request expects.",
    "reorders-cors": "Ceph keeps the lists of a CORS rule in an order of its own.",
    "wants-bucket-permission-to-delete-together":
      "Ceph allows DeleteObjects only to whoever may do it in the whole bucket.",
  },
  minio: {
    "has-cors-by-server": "MinIO has no CORS rules by bucket: they are a setting of the server.",
    "has-no-public-access-block": "MinIO does not know BlockPublicAccess.",
    "drops-lifecycle-of-parts": "MinIO keeps a lifecycle rule without what it says of unfinished parts.",
    "tells-no-sha256-of-copies": "MinIO tells no SHA-256 of a copy of what came in parts.",
    "checks-no-region": "MinIO takes signatures for any region, unless it is told its own.",
    "has-any-region": "MinIO makes a bucket in any region.",
    "has-no-ownership": "MinIO has no object ownership.",
    "ignores-auth-type": "MinIO keeps s3:authType in a policy and does not act on it.",
    "rewrites-policies": "MinIO gives a policy back with a list for each value, and a principal by its kind.",
    "keeps-filename-variable": "MinIO leaves the place of a form's variable filename empty.",
    "refuses-tags-with-markup": "MinIO takes only the signs in a tag that AWS documents.",
    "reads-checksums-before-policies": "MinIO answers 400 to a form's checksum that it cannot read.",
    "keeps-no-odd-keys": "MinIO refuses keys with an empty or a dotted part, like a//b and a/../b.",
    "completes-uploads-once": "MinIO answers NoSuchUpload where an upload is completed again.",
    "counts-parts-otherwise": "MinIO counts one part of an object that came in one piece.",
    "names-nobody-in-acls": "MinIO's ACLs name nobody.",
    "ignores-expected-owner": "MinIO ignores the owner that a request expects.",
  },
  "minio-encrypted": {
    "has-etags-of-its-own": "MinIO's ETag of what it encrypted is not made of its bytes.",
  },
  "minio-versioned": {
    "keeps-versions": "The tests' buckets keep what is replaced or deleted as older versions.",
  },
  garage: {
    "says-star-to-preflights":
      "Garage answers * to every preflight where the bucket was made by S3: its name is the key's alone.",
    "refuses-forms-with-400": "Garage answers 400 InvalidRequest where a form differs from its policy.",
    "ignores-if-none-match": "Garage ignores If-None-Match: a PUT replaces what is there.",
    "has-no-tags": "Garage has no tags.",
    "completes-small-parts": "Garage completes an upload whose parts are smaller than S3 allows.",
    "tells-no-sha256-of-copies": "Garage tells no SHA-256 of a copy of what came in parts.",
    "has-no-public-access-block": "Garage has no BlockPublicAccess.",
    "has-no-policies": "Garage has no bucket policies.",
    "has-no-ownership": "Garage has no object ownership.",
    "keeps-filename-variable": "Garage does not put the file's name in the place of a form's variable.",
    "tells-no-wrong-region":
      "Garage answers InvalidRequest, as to much else, to a bucket for another region.",
    "tells-no-unknown-keys":
      "Garage answers AccessDenied, like to anyone else, to credentials that it does not know.",
    "copies-ranges-beyond-the-end":
      "Garage copies as much as there is of a range that ends behind its object.",
    "completes-uploads-once": "Garage answers NoSuchUpload where an upload is completed again.",
    "has-no-object-attributes": "Garage answers GetObjectAttributes with the object itself.",
    "has-no-list-of-versions": "Garage does not list versions.",
    "names-nobody-in-acls": "Garage's ACLs name nobody.",
    "lists-no-owners": "Garage lists no owners.",
    "ignores-expected-owner": "Garage ignores the owner that a request expects.",
    "takes-zero-days": "Garage takes a lifecycle rule of zero days.",
  },
  versitygw: {
    "keeps-aws-chunked": "versitygw keeps aws-chunked as the encoding of what came so.",
    "refuses-tags-with-markup": "versitygw takes only the signs in a tag that AWS documents.",
    "lists-plus-as-it-is": "versitygw leaves the plus sign of a key as it is where a listing is URL-encoded.",
    "has-no-lifecycle": "versitygw has no lifecycle rules.",
    "has-no-public-access-block": "versitygw has no BlockPublicAccess.",
    "turns-acls-off-at-once": "versitygw makes buckets whose ACLs are off.",
    "keeps-filename-variable": "versitygw does not put the file's name in the place of a form's variable.",
    "keeps-no-odd-keys": "versitygw takes the key a//b for a/b.",
    "refuses-auth-type": "versitygw says MalformedPolicy to s3:authType.",
    "counts-parts-otherwise": "versitygw counts no parts.",
    "lists-versions-twice": "versitygw begins a page of versions with the last of the page before.",
    "has-no-object-acls": "versitygw has no ACLs of objects.",
  },
  seaweedfs: {
    "drops-redirect-query": "SeaweedFS drops the query of the address to which a form leads back.",
  },
  rustfs: {},
} as const satisfies Record<string, Record<string, string>>;

type QuirksOf<S> = S extends S ? keyof S : never;
/** One thing that some store does otherwise. */
export type Quirk = QuirksOf<(typeof quirks)[keyof typeof quirks]>;

/** What the stores of these names do otherwise, each with its sentence; names are divided by commas. Throws on an unknown one. */
export function quirksOf(names: string): ReadonlyMap<Quirk, string> {
  const listed = names.split(",").filter(Boolean);
  return new Map(
    listed.flatMap((name) => {
      if (!Object.hasOwn(quirks, name)) throw new Error(`There is no store named ${name} in quirks.ts.`);
      return Object.entries(quirks[name as keyof typeof quirks]) as [Quirk, string][];
    }),
  );
}
