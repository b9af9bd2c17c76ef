import AwsS3 from "@uppy/aws-s3";
import Uppy from "@uppy/core";
import ThumbnailGenerator from "@uppy/thumbnail-generator";
import { sign } from "./sign.js";

globalThis.contenders = {
  "Uppy without thumbnails": (files) => upload(files, () => {}),
  "Uppy with thumbnails": (files) =>
    upload(files, (uppy) => uppy.use(ThumbnailGenerator, { waitForThumbnailsBeforeUpload: true })),
};

async function upload(files, setUp) {
  const uppy = new Uppy({ autoProceed: false });
  setUp(uppy);
  uppy.use(AwsS3, {
    shouldUseMultipart: false,
    signRequest: async () => {
      const [url] = await sign("PUT", 1);
      return { url };
    },
  });
  uppy.addFiles(files.map((file) => ({ name: file.name, type: file.type, data: file })));
  const { failed, successful } = await uppy.upload();
  if (failed.length > 0 || successful.length !== files.length)
    throw new Error("Uppy did not send everything");
}
