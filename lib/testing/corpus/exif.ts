import { join, uint16, uint32 } from "./bytes";

export const takenAt = Date.UTC(2024, 6, 31, 18, 5, 9);

const types = { byte: 1, short: 3, long: 4 } as const;

/** An EXIF block that notes an orientation, as a number of this type, and when the picture was taken. */
export function exif(orientation: number, type: keyof typeof types = "short"): Buffer {
  const value = {
    byte: [orientation, 0, 0, 0],
    short: [...uint16(orientation), 0, 0],
    long: uint32(orientation),
  };
  const main = 8;
  const inner = main + 2 + 2 * 12 + 4;
  const text = inner + 2 + 12 + 4;
  return join(
    ...["MM", uint16(42), uint32(main), uint16(2)],
    ...[uint16(0x0112), uint16(types[type]), uint32(1), value[type]],
    ...[uint16(0x8769), uint16(types.long), uint32(1), uint32(inner), uint32(0)],
    ...[uint16(1), uint16(0x9003), uint16(2), uint32(20), uint32(text), uint32(0)],
    "2024:07:31 18:05:09\0",
  );
}
