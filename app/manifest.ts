import type { MetadataRoute } from "next";
import { env } from "@/lib/env";
import { acceptedFiles } from "@/lib/images/formats/table";
import { currentLanguage, getTexts } from "./_texts/request";

/** Makes Pail an app of a phone or a desktop, and a target of its share sheet, whose pictures the service worker takes. */
export default async function manifest(): Promise<MetadataRoute.Manifest> {
  const texts = await getTexts("phone");
  const frame = await getTexts("frame");
  const lang = await currentLanguage();
  const icons = `${env().staticUrl ?? ""}/icons`;
  const icon = { src: `${icons}/icon-192.png`, sizes: "192x192", type: "image/png" };
  return {
    id: "/",
    start_url: "/",
    scope: "/",
    name: "Pail",
    short_name: "Pail",
    description: frame("description"),
    lang,
    display: "standalone",
    background_color: "#ffffff",
    theme_color: "#ffffff",
    categories: ["photo"],
    icons: [
      icon,
      { src: `${icons}/icon-512.png`, sizes: "512x512", type: "image/png" },
      { src: `${icons}/maskable-512.png`, sizes: "512x512", type: "image/png", purpose: "maskable" },
      { src: `${icons}/monochrome-512.png`, sizes: "512x512", type: "image/png", purpose: "monochrome" },
    ],
    shortcuts: [
      { name: texts("addPictures"), url: "/?add", icons: [icon] },
      { name: texts("albums"), url: "/albums", icons: [icon] },
    ],
    share_target: {
      action: "/share",
      method: "POST",
      enctype: "multipart/form-data",
      params: { files: [{ name: "pictures", accept: ["image/*", ...acceptedFiles.split(",")] }] },
    },
  };
}
