import { expect, test } from "vitest";
import { packagesToInstall } from "./install-ceph";

const programs = ["ceph-mon", "monmaptool", "ceph-osd", "radosgw", "ceph", "radosgw-admin"];
const having = (...names: string[]) => ({ has: (name: string) => names.includes(name) });

test("where every program is there, nothing is installed: neither root nor apt-get is needed", () => {
  expect(packagesToInstall({ ...having(...programs), isRoot: false })).toEqual([]);
});

test("root with apt-get installs the packages of the programs that are missing, and no others", () => {
  expect(packagesToInstall({ ...having("apt-get"), isRoot: true })).toEqual([
    "ceph-mon",
    "ceph-osd",
    "radosgw",
    "ceph-common",
  ]);
  const someMissing = having(
    "apt-get",
    ...programs.filter((name) => !/^(radosgw|radosgw-admin)$/.test(name)),
  );
  expect(packagesToInstall({ ...someMissing, isRoot: true })).toEqual(["radosgw", "ceph-common"]);
});

test("who is not root is told what root has to run", () => {
  const allButOne = having("apt-get", ...programs.filter((name) => name !== "ceph-osd"));
  expect(() => packagesToInstall({ ...allButOne, isRoot: false })).toThrow(
    "apt-get install --no-install-recommends ceph-osd as root",
  );
});

test("where there is no apt-get, the programs are named", () => {
  expect(() => packagesToInstall({ ...having("radosgw"), isRoot: true })).toThrow(
    /no apt-get.*monmaptool.*radosgw-admin/,
  );
});
