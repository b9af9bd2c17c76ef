export const maxAlbumName = 100;
export const maxImagesPerAddition = 100;
