import type { GalleryImage } from "@/lib/images/contract";
import { byKind, variantKinds } from "@/lib/images/variants";
import type { PreparedImage } from "@/lib/uploads/client/prepare/prepared-image";
import { maxBytesAtOnce, partsOf } from "@/lib/uploads/contract";

export function preparedImage(file: File, sha256: string): PreparedImage {
  const variant = (bytes: number) => ({
    type: "image/webp" as const,
    bytes,
    sha256: `${sha256} ${bytes}`,
    blob: new Blob([new Uint8Array(bytes)]),
  });
  return {
    original: {
      type: "image/jpeg",
      bytes: file.size,
      sha256,
      blob: file,
      ...(file.size > maxBytesAtOnce && { parts: partsOf(file.size).map(({ number }) => `${number}`) }),
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
    thumbUrl: `https://bucket.test/${id}`,
    capturedAt: 0,
    capturedOrder: "",
  };
}
