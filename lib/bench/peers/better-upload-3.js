import { uploadFiles } from "@better-upload/client";

globalThis.contenders = {
  "better-upload 3": async (files) => {
    const result = await uploadFiles({ api: "/better-upload", route: "images", files });
    if (result.files.length !== files.length) throw new Error("better-upload 3 did not send everything");
  },
};
