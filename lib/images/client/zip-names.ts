/** Bytes of UTF-8. File systems take 255, encrypted ones 143. */
const maxBytes = 120;
/** For “ (1234)”. */
const numberBytes = 8;
/** Devices, on Windows, whatever their extension. */
const devices = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)/i;

/** Names within one zip: such that Windows, macOS and Linux unpack all of them side by side. */
export class ZipNames {
  /** A sensitive file system takes more, which does no harm. */
  private readonly taken = new Set<string>();
  /** For a name that came before, the first number that may be free: a phone may call all pictures “image.jpg”. */
  private readonly numbers = new Map<string, number>();

  /** The name under which a file of this name goes in: “lake.jpg”, then “lake (2).jpg”. */
  take(name: string): string {
    const [stem, extension] = safeParts(name);
    let taken = stem + extension;
    const key = keyOf(taken);
    let number = this.numbers.get(key) ?? 2;
    if (this.taken.has(key))
      do {
        taken = `${stem} (${number})${extension}`;
        number += 1;
      } while (this.taken.has(keyOf(taken)));
    this.numbers.set(key, number);
    this.taken.add(keyOf(taken));
    return taken;
  }
}

/** Two names of the same key are one file on Windows or macOS. */
const keyOf = (name: string): string => name.normalize("NFKC").toUpperCase().toLowerCase().normalize("NFC");

function safeParts(name: string): [stem: string, extension: string] {
  const plain = name
    .toWellFormed()
    .normalize("NFC")
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "")
    .replaceAll(/[<>:"/\\|?*]/g, "-")
    .replace(/^[.~\s]+/, "_")
    .replace(/[.\s]+$/, "");
  const extension = /.(\.[A-Za-z0-9]{1,5})$/.exec(plain)?.[1] ?? "";
  const stem = cutTo(
    maxBytes - numberBytes - extension.length,
    plain.slice(0, plain.length - extension.length),
  );
  const kept = stem.replace(/[.\s]+$/, "") || "_";
  return [devices.test(kept) ? `${kept}_` : kept, extension];
}

/** Between what people see as characters. */
function cutTo(bytes: number, text: string): string {
  const encoder = new TextEncoder();
  let [kept, left] = ["", bytes];
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    left -= encoder.encode(segment).length;
    if (left < 0) break;
    kept += segment;
  }
  return kept;
}
