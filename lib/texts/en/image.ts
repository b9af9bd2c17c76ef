/** The page of one picture. */
export const image = {
  backToPictures: "Back to your pictures",
  backToAlbum: "Back to the album",
  newer: "Newer picture",
  older: "Older picture",
  title: "Title",
  download: "Download original",
  delete: "Delete",
  added: "Added",
  date: "Date",
  camera: "Camera",
  type: "Type",
  dimensions: "Dimensions",
  size: "Size",
  sizeInBytes: "{size} ({bytes, number} bytes)",
  fileName: "File name",
} as const;
