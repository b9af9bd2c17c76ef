import "server-only";
import { isDeepStrictEqual } from "node:util";
import { now } from "@/lib/clock";
import type { Env } from "@/lib/env";
import { AppError, type Failure } from "@/lib/errors";
import { deleteObjects } from "@/lib/storage/delete-objects";
import {
  halfCopiedKey,
  markHalfCopied,
  requireWholeBucket,
  unmarkHalfCopied,
} from "@/lib/storage/half-copied";
import { type ListedKey, listObjects } from "@/lib/storage/list-objects";
import { locationNames, locationRules } from "@/lib/storage/locations";
import { partBytes } from "@/lib/storage/put-object";
import { findStoredObject, type StoredObject } from "@/lib/storage/stored-object";
import { carryObject, hashStored, type Route } from "./carry-object";
import type { CopyLedger } from "./copy-ledger";
import {
  countOpenUploads,
  digestsOfOriginals,
  knowsSome,
  pictureIdsIn,
  withoutPicture,
} from "./known-pictures";
import { failureOf, inParallel } from "./tries";

/** Objects of up to 8 MiB that are copied at the same time; of longer ones one goes at a time, in parts. */
const smallAtOnce = 8;
/** As of `uploads reconcile --repair`: to delete more than this part of a bucket is more likely a mistake. */
const maxShareDeleted = 0.01;

export interface CopyReport {
  copied: number;
  copiedBytes: number;
  /** that were there already, as they are here */
  present: number;
  /** of those that were copied: the store keeps less of what they say of themselves */
  altered: number;
  /** in the target alone, and left there */
  left: number;
  deleted: number;
  /** uploads that have not ended: what they have put is not copied */
  openUploads: number;
  failed: { key: string; error: Failure }[];
}

export interface CopyOptions {
  locations: Env["locations"];
  ledger: CopyLedger;
  /** Reads what is there already, too. */
  isDeep?: boolean;
  /** Deletes in the target what was copied there and is here no more. */
  deletes?: boolean;
  /** also where that is more than one in a hundred */
  force?: boolean;
  /** Once it is known that the bucket may be written to, and before it is. */
  beforeWriting?(): Promise<void>;
  onProgress?(done: number): void;
}

/**
 * Copies what lies in the locations that are kept to another bucket, as it is, and compares every object by its SHA-256. Cut short or
 * run again, it goes on with what is not there yet. See “Copying a bucket” in README.md.
 *
 * @throws AppError `unfit_bucket` where this bucket is half copied itself, or the other one is another Pail's; `too_many` where
 * more would be deleted than is likely; StorageError where one of the two is not to be had
 */
export async function copyBucket(route: Route, options: CopyOptions): Promise<CopyReport> {
  return new BucketCopy(route, options).run();
}

/** What its rules empty by themselves is on its way, and nothing is lost with it. */
export const copiedLocations = locationNames.filter((name) => locationRules[name].emptied === null);

class BucketCopy {
  readonly report: CopyReport = {
    ...{ copied: 0, copiedBytes: 0, present: 0, altered: 0, left: 0, deleted: 0, openUploads: 0 },
    failed: [],
  };

  constructor(
    readonly route: Route,
    readonly options: CopyOptions,
  ) {}

  async run(): Promise<CopyReport> {
    const { from, to } = this.route;
    const { locations } = this.options;
    await requireWholeBucket(from, locations);
    const total = await this.notePresent();
    await this.refuseOthersBucket();
    await this.options.beforeWriting?.();
    await markHalfCopied(to, locations);
    for (const prefix of this.prefixes())
      for await (const { objects } of listObjects(from, prefix, { recursive: true }))
        await this.copyPage(objects);
    if (this.report.failed.length === 0) await unmarkHalfCopied(to, locations);
    this.report.left = this.options.ledger.countLeft();
    if (this.options.deletes === true) await this.deleteLeft(total);
    this.report.openUploads = await countOpenUploads();
    return this.report;
  }

  private prefixes(): string[] {
    return copiedLocations.map((name) => `${this.options.locations[name]}/`);
  }

  private async notePresent(): Promise<number> {
    const { ledger, locations } = this.options;
    let total = 0;
    for (const prefix of this.prefixes()) {
      for await (const { objects } of listObjects(this.route.to, prefix, { recursive: true })) {
        const page = objects.filter(({ key }) => key !== halfCopiedKey(locations));
        ledger.notePresent(page);
        total += page.length;
      }
    }
    return total;
  }

  /** One in which there are pictures, and none that this Pail knows or has ever put there. */
  private async refuseOthersBucket(): Promise<void> {
    const { ledger, locations } = this.options;
    const { name, host } = this.route.to;
    let example: string | undefined;
    for (const keys of ledger.presentUnder(`${locations.media}/`)) {
      const ids = pictureIdsIn(keys);
      example ??= keys.find((key) => pictureIdsIn([key]).length > 0);
      if (keys.some((key) => ledger.knows(key)) || (await knowsSome(ids))) return;
    }
    if (example === undefined) return;
    const sentence = `The bucket ${name} at ${host} has pictures of another Pail, like ${example}: choose an empty bucket. Nothing was copied.`;
    throw new AppError("others_bucket", sentence);
  }

  private async copyPage(listed: ListedKey[]): Promise<void> {
    const { ledger, isDeep = false, locations } = this.options;
    const page = listed.filter(({ key }) => key !== halfCopiedKey(locations));
    const wanted: ListedKey[] = [];
    for (const object of page) {
      const found = ledger.find(object);
      if (!isDeep && found?.isCompared && found.bytes === object.bytes) this.report.present += 1;
      else wanted.push(object);
    }
    const digests = await digestsOfOriginals(wanted.map(({ key }) => key));
    const work = ({ key }: ListedKey) => this.bring(key, digests.get(key) ?? null);
    await inParallel(smallAtOnce, wanted.filter(isSmall), work);
    await inParallel(
      1,
      wanted.filter((object) => !isSmall(object)),
      work,
    );
    ledger.noteFound(page.map(({ key }) => key));
    this.options.onProgress?.(this.report.present + this.report.copied + this.report.failed.length);
  }

  private async bring(key: string, expected: string | null): Promise<void> {
    const error = await failureOf(() => this.tryToBring(key, expected));
    if (error !== null) this.report.failed.push({ key, error });
  }

  private async tryToBring(key: string, expected: string | null): Promise<void> {
    const { route, report } = this;
    const { from } = route;
    const { ledger } = this.options;
    const lookedAt = now();
    const source = await findStoredObject(from, key);
    // Deleted since it was listed.
    if (source === null) return;
    const present = ledger.find({ key, ...source }) && (await this.findSame(key, source, expected));
    const copy = present ?? (await carryObject(route, key, source, expected));
    ledger.noteCompared(key, source, copy, lookedAt);
    if (present !== null) report.present += 1;
    else {
      report.copied += 1;
      report.copiedBytes += source.bytes;
      if (!saysTheSame(source, copy)) report.altered += 1;
    }
  }

  /** The copy where it is the same; null where it has to be made anew. */
  private async findSame(
    key: string,
    source: StoredObject,
    expected: string | null,
  ): Promise<StoredObject | null> {
    const { from, to } = this.route;
    const copy = await findStoredObject(to, key);
    if (copy === null || copy.bytes !== source.bytes || !saysTheSame(source, copy)) return null;
    const wanted = expected ?? source.sha256 ?? (await hashStored(from, key, source));
    const told = this.options.isDeep === true ? null : copy.sha256;
    return wanted === (told ?? (await hashStored(to, key, copy))) ? copy : null;
  }

  private async deleteLeft(total: number): Promise<void> {
    const { ledger, force = false } = this.options;
    const { to } = this.route;
    const left: string[] = [];
    for (const keys of ledger.leftBehind()) left.push(...(await withoutPicture(keys)));
    if (!force && left.length > total * maxShareDeleted) {
      const sentence = `Everything is copied, but --delete would delete ${left.length} of ${total} objects in ${to.name} that are here no more, more than one in a hundred. If that is right, add --force.`;
      throw new AppError("too_many", sentence);
    }
    await deleteObjects(to, left, { allVersions: to.traits.versions !== "none" });
    ledger.forget(left);
    this.report.deleted = left.length;
    this.report.left -= left.length;
  }
}

const isSmall = ({ bytes }: ListedKey): boolean => bytes <= partBytes;

function saysTheSame({ headers: one }: StoredObject, { headers: other }: StoredObject): boolean {
  const comparable = ({ Metadata = {}, ...headers }: StoredObject["headers"]) => ({
    ...headers,
    custom: Object.fromEntries(Object.entries(Metadata).map(([name, value]) => [name.toLowerCase(), value])),
  });
  return isDeepStrictEqual(comparable(one), comparable(other));
}
