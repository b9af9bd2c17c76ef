import "server-only";
import { env } from "@/lib/env";
import { operations } from "./operations";

/** A custom uploader for ShareX, a program for screenshots, as a .sxcu file. It holds the token's secret. */
export function shareXConfiguration(secret: string): string {
  const { appOrigin } = env();
  return JSON.stringify(
    {
      Version: "15.0.0",
      Name: `Pail, ${new URL(appOrigin).host}`,
      DestinationType: "ImageUploader",
      RequestMethod: operations.sendImage.method,
      RequestURL: appOrigin + operations.sendImage.path,
      Parameters: { name: "{filename}" },
      Headers: { Authorization: `Bearer ${secret}` },
      Body: "Binary",
      URL: "{json:url}",
      ThumbnailURL: "{json:thumbUrl}",
      ErrorMessage: "{json:error.message}",
    },
    null,
    2,
  );
}
