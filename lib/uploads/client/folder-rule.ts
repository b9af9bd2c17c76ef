/**
 * What lies in a person's folders and is none of their pictures, by names alone. The drop, the choice of a folder and the
 * command `upload` all go by it: see “What is left out of folders” in ../README.md.
 */

/** NAS, systems and archivers keep them beside the pictures: previews, what was deleted, halves of files. */
const foldersOfPrograms = new Set([
  "@eadir",
  "@recently-snapshot",
  "@recycle",
  "#recycle",
  "#snapshot",
  "$recycle.bin",
  "__macosx",
  "lost+found",
  "system volume information",
]);
/** Of a photo library the pictures are elsewhere in it; what is in these was made of them. */
const insideLibraries = /^(resources|thumbnails|previews|database|private|internal|scopes)$/i;
const library = /\.(photoslibrary|photolibrary|migratedphotolibrary|aplibrary)$/i;
/** Lightroom's previews. */
const previews = /\.lrdata$/i;

const filesOfSystems = /^(thumbs\.db|ehthumbs\.db|desktop\.ini|icon\r)$/i;
const sidecars = /\.(json|aae|xmp|thm)$/i;
const videos =
  /\.(mp4|m4v|mov|qt|avi|mkv|webm|3gp|3g2|mts|m2ts|mpg|mpeg|wmv|flv|ogv|insv|lrv|asf|vob|dv|rmvb|hevc)$/i;

const isHidden = (name: string): boolean => name.startsWith(".");

/** Whether a folder is another program's; `parent` is the name of the folder that it is in, null where nothing is known of it. */
export const isFolderOfProgram = (name: string, parent: string | null): boolean =>
  isHidden(name) ||
  foldersOfPrograms.has(name.toLowerCase()) ||
  previews.test(name) ||
  (parent !== null && library.test(parent) && insideLibraries.test(name));

/** Whether a file is a system's, a picture's sidecar or a video, whatever folder it is in. */
export const isFileBeside = (name: string): boolean =>
  isHidden(name) || filesOfSystems.test(name) || sidecars.test(name) || videos.test(name);

/** Whether one of the folders that a file came in is another program's, but for the first: that one was chosen. */
export const isInFolderOfProgram = (folders: readonly string[]): boolean =>
  folders.some((name, index) => index > 0 && isFolderOfProgram(name, folders[index - 1] ?? null));
