// The paths of Lucide's icons (ISC), each in one: see `Glyph`. Its components would be a tenth of the viewer.
const circle = "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20";

export const backIcon = "m12 19-7-7 7-7M19 12H5";
export const nextIcon = "m9 18 6-6-6-6";
export const moreIcon = "M12 5h.01M12 12h.01M12 19h.01";
export const heartIcon =
  "M2 9.5a5.5 5.5 0 0 1 9.591-3.676.56.56 0 0 0 .818 0A5.49 5.49 0 0 1 22 9.5c0 2.29-1.5 4-3 5.5l-5.492 5.313a2 2 0 0 1-3 .019L5 15c-1.5-1.5-3-3.2-3-5.5";
export const albumIcon =
  "M12 10v6M9 13h6M20 20a2 2 0 0 0 2-2V8a2 2 0 0 0-2-2h-7.9a2 2 0 0 1-1.69-.9L9.6 3.9A2 2 0 0 0 7.93 3H4a2 2 0 0 0-2 2v13a2 2 0 0 0 2 2Z";
export const downloadIcon = "M12 17V3M6 11l6 6 6-6M19 21H5";
export const playIcon = "M6 4v16l13-8Z";
export const pauseIcon = "M9 5v14M15 5v14";
export const fullScreenIcon =
  "M8 3H5a2 2 0 0 0-2 2v3M21 8V5a2 2 0 0 0-2-2h-3M3 16v3a2 2 0 0 0 2 2h3M16 21h3a2 2 0 0 0 2-2v-3";
export const factsIcon = `${circle}M12 16v-4M12 8h.01`;
export const deleteIcon =
  "M10 11v6M14 11v6M19 6v14a2 2 0 0 1-2 2H7a2 2 0 0 1-2-2V6M3 6h18M8 6V4a2 2 0 0 1 2-2h4a2 2 0 0 1 2 2v2";
export const keysIcon = `${circle}M9.09 9a3 3 0 0 1 5.83 1c0 2-3 3-3 3M12 17h.01`;
