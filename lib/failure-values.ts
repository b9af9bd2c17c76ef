/** What a sentence says of the case at hand. Of an older Pail, or of a program, it may say nothing. */
export interface FailureValues {
  /** of what the server's log has the reason under this number */
  incident?: string;
  maxBytes?: number;
  width?: number;
  height?: number;
  maxPixels?: number;
  waitSeconds?: number;
  /** what a file is that is no picture */
  kind?: FileKind;
  /** what there is none of */
  what?: "picture" | "album" | "token" | "upload";
  /** where Pail is */
  origin?: string;
  /** the field that is wrong, and whether it is too short or too long, like `name_short` */
  issue?: string;
  min?: number;
  max?: number;
  /** media types: what it is, and what it was said to be */
  type?: string;
  announced?: string;
}

/** What Pail tells from pictures, to say what to do instead. */
export type FileKind =
  | "archive"
  | "bmp"
  | "icon"
  | "jpeg_xl"
  | "pdf"
  | "photoshop"
  | "raw"
  | "svg"
  | "text"
  | "video"
  | "web_page"
  | "other";
