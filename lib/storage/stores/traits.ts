/** What other stores do otherwise than S3, store by store. The product, the doctor and the contract's tests read it here. */
export const stores = {
  r2: {
    name: "Cloudflare R2",
    host: /\.r2\.cloudflarestorage\.com$/,
    traits: {
      "no-post-policies": "R2 answers 501 to every form.",
    },
  },
  ceph: {
    name: "Ceph",
    host: null,
    traits: {
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
  },
} as const satisfies Record<string, Store>;

interface Store {
  name: string;
  /** of the endpoint, where it tells */
  host: RegExp | null;
  /** each with its sentence */
  traits: Record<string, string>;
}

export type StoreId = keyof typeof stores;
type TraitsOf<S> = S extends { traits: infer T } ? keyof T : never;
/** One thing that some store does otherwise. */
export type Trait = { [S in StoreId]: TraitsOf<(typeof stores)[S]> }[StoreId];

/** What the stores of these names do otherwise, each with its sentence; names are divided by commas. Throws on an unknown one. */
export function traitsOf(names: string): ReadonlyMap<Trait, string> {
  const listed = names.split(",").filter(Boolean);
  return new Map(
    listed.flatMap((name) => {
      if (!Object.hasOwn(stores, name))
        throw new Error(`There is no store named ${name} in stores/traits.ts.`);
      return Object.entries(stores[name as StoreId].traits) as [Trait, string][];
    }),
  );
}

/** The store at this host, with or without a port, where its name tells; else null. */
export function findStore(host: string): StoreId | null {
  const hostname = host.replace(/:\d+$/, "");
  const found = Object.entries<Store>(stores).find(([, store]) => store.host?.test(hostname));
  return found === undefined ? null : (found[0] as StoreId);
}
