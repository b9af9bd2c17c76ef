import type { IncomingMessage } from "node:http";
import type { Precondition } from "../index/object-index";
import type { ObjectRecord } from "../index/records";
import { header } from "../wire/request";
import { S3Error } from "../wire/s3-error";

/** The conditions of a read or a copy, under the names that it uses for them. */
export interface ConditionNames {
  ifMatch: string;
  ifNoneMatch: string;
  ifModifiedSince: string;
  ifUnmodifiedSince: string;
}

export const readConditions: ConditionNames = {
  ifMatch: "if-match",
  ifNoneMatch: "if-none-match",
  ifModifiedSince: "if-modified-since",
  ifUnmodifiedSince: "if-unmodified-since",
};

export const copyConditions: ConditionNames = {
  ifMatch: "x-amz-copy-source-if-match",
  ifNoneMatch: "x-amz-copy-source-if-none-match",
  ifModifiedSince: "x-amz-copy-source-if-modified-since",
  ifUnmodifiedSince: "x-amz-copy-source-if-unmodified-since",
};

/** Refuses when an object is not the expected one; tells whether it is one that the client already has. */
export function checkConditions(
  http: IncomingMessage,
  names: ConditionNames,
  object: ObjectRecord,
): "proceed" | "not modified" {
  const ifMatch = header(http, names.ifMatch);
  const ifUnmodifiedSince = readDate(header(http, names.ifUnmodifiedSince));
  if (ifMatch !== undefined) {
    if (!matchesEtag(ifMatch, object.etag)) throw failed(names.ifMatch);
  } else if (ifUnmodifiedSince !== undefined && modifiedSecond(object) > ifUnmodifiedSince) {
    throw failed(names.ifUnmodifiedSince);
  }
  const ifNoneMatch = header(http, names.ifNoneMatch);
  const ifModifiedSince = readDate(header(http, names.ifModifiedSince));
  if (ifNoneMatch !== undefined) return matchesEtag(ifNoneMatch, object.etag) ? "not modified" : "proceed";
  if (ifModifiedSince !== undefined && modifiedSecond(object) <= ifModifiedSince) return "not modified";
  return "proceed";
}

/** The condition that a write puts on what it would replace. */
export function writeCondition(http: IncomingMessage): Precondition {
  const ifNoneMatch = header(http, "if-none-match");
  const ifMatch = header(http, "if-match");
  if (ifNoneMatch !== undefined && ifNoneMatch !== "*") {
    throw new S3Error("NotImplemented", "If-None-Match of a write can only be *.");
  }
  return (existing) => {
    if (ifNoneMatch !== undefined && existing) throw failed("If-None-Match");
    if (ifMatch === undefined) return;
    if (!existing) throw new S3Error("NoSuchKey", "The specified key does not exist.");
    if (!matchesEtag(ifMatch, existing.etag)) throw failed("If-Match");
  };
}

export function failed(condition: string): S3Error {
  return new S3Error("PreconditionFailed", "At least one of the pre-conditions you specified did not hold", {
    Condition: condition,
  });
}

export function matchesEtag(list: string, etag: string): boolean {
  return list.split(",").some((item) => {
    const candidate = item.trim().replace(/^W\//, "");
    return candidate === "*" || candidate.replace(/^"(.*)"$/, "$1") === etag;
  });
}

function readDate(text: string | undefined): number | undefined {
  const time = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}

/** HTTP dates have no fractions. */
function modifiedSecond({ modifiedAt }: ObjectRecord): number {
  return Math.floor(modifiedAt / 1000) * 1000;
}
