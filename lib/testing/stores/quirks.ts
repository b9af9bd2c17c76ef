/** What stores do otherwise than S3, as the contract's tests show it: store by store, each quirk with its sentence. */
export const quirks = {
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
    "reorders-cors": "Ceph keeps the lists of a CORS rule in an order of its own.",
    "wants-bucket-permission-to-delete-together":
      "Ceph allows DeleteObjects only to whoever may do it in the whole bucket.",
  },
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
