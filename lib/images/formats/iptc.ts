import { latin1, viewOf } from "./byte-reader";
import type { DateNote } from "./date-note";

const resource = { signature: "8BIM", iptc: 0x0404 } as const;
const recordMarker = 0x1c;
const applicationRecord = 2;
const dataset = { dateCreated: 55, timeCreated: 60, digitalDate: 62, digitalTime: 63 } as const;

/** IPTC among the resources that Photoshop keeps in a file; null where there is none. */
export function findIptc(resources: Uint8Array): Uint8Array | null {
  const view = viewOf(resources);
  let at = 0;
  while (at + 12 <= resources.length && latin1(resources.subarray(at, at + 4)) === resource.signature) {
    const nameBytes = view.getUint8(at + 6) + 1;
    const sizeAt = at + 6 + nameBytes + (nameBytes % 2);
    if (sizeAt + 4 > resources.length) return null;
    const bytes = view.getUint32(sizeAt);
    if (view.getUint16(at + 4) === resource.iptc) return resources.subarray(sizeAt + 4, sizeAt + 4 + bytes);
    at = sizeAt + 4 + bytes + (bytes % 2);
  }
  return null;
}

/** Dates of IPTC's records: a day and, apart from it, a time with a zone. */
export function readIptc(records: Uint8Array): DateNote[] {
  const view = viewOf(records);
  const texts = new Map<number, string>();
  let at = 0;
  while (at + 5 <= records.length && view.getUint8(at) === recordMarker) {
    const bytes = view.getUint16(at + 3);
    if (view.getUint8(at + 1) === applicationRecord)
      texts.set(view.getUint8(at + 2), latin1(records.subarray(at + 5, at + 5 + Math.min(bytes, 64))));
    at += 5 + bytes;
  }
  const note = (of: DateNote["of"], day: number, time: number): DateNote[] =>
    texts.has(day) ? [{ of, text: `${texts.get(day)} ${texts.get(time) ?? ""}` }] : [];
  return [
    ...note("taken", dataset.dateCreated, dataset.timeCreated),
    ...note("digitized", dataset.digitalDate, dataset.digitalTime),
  ];
}
