import type { GalleryImage } from "@/lib/images/contract";
import { byKind, variantKinds } from "@/lib/images/variants";
import type { PreparedImage } from "@/lib/uploads/client/prepare/prepared-image";
import { maxBytesAtOnce, partsOf, sha256Alone, type WantedDigests } from "@/lib/uploads/contract";

export function preparedImage(
  file: File,
  sha256: string,
  { object, part }: WantedDigests = sha256Alone,
): PreparedImage {
  const md5 = object === "md5" && { md5: `md5 of ${sha256}` };
  const variant = (bytes: number) => ({
    type: "image/webp" as const,
    bytes,
    sha256: `${sha256} ${bytes}`,
    ...md5,
    blob: new Blob([new Uint8Array(bytes)]),
  });
  return {
    original: {
      type: "image/jpeg",
      bytes: file.size,
      sha256,
      blob: file,
      ...md5,
      ...(file.size > maxBytesAtOnce &&
        part !== "none" && {
          parts: partsOf(file.size).map(({ number }) => `${part} ${number}`),
          partDigest: part,
        }),
    },
    ...byKind(variantKinds, (kind) => variant(10 * (variantKinds.indexOf(kind) + 1))),
    thumbhash: "",
  };
}

export function imageOf(id: string, title: string): GalleryImage {
  return {
    id,
    title,
    width: 4,
    height: 3,
    placeholder: { colour: "gray", thumbhash: "", isTransparent: false },
    bytes: 1000,
    isFavourite: false,
    thumbUrl: `https://bucket.test/${id}`,
    capturedAt: 0,
    capturedOrder: "",
  };
}
