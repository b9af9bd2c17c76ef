import { ceph } from "./ceph/ceph";
import { garage } from "./garage";
import { minio, minioEncrypted, minioVersioned } from "./minio";
import { rustfs } from "./rustfs";
import { seaweedfs } from "./seaweedfs";
import type { TestStore } from "./test-store";
import { versitygw } from "./versitygw";

/** By the names that `npm run test:stores` takes, in the order in which it goes through them. */
export const stores = {
  minio,
  "minio-encrypted": minioEncrypted,
  "minio-versioned": minioVersioned,
  garage,
  versitygw,
  ceph,
  seaweedfs,
  rustfs,
} as const satisfies Record<string, TestStore>;

export type StoreName = keyof typeof stores;
export const storeNames = Object.keys(stores) as StoreName[];
