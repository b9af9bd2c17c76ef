/**
 * Whether anything shines through the picture that this thumbhash was made of: it has the alpha of what was decoded, or notes
 * that there is none.
 */
export const isTransparent = (thumbhash: Uint8Array): boolean => ((thumbhash[2] ?? 0) & 0x80) !== 0;
