import { S3Error } from "../wire/s3-error";

export const maxParts = 10_000;

/** A part's number as S3 has them, 1 to 10,000. */
export function readPartNumber(text: string | undefined): number {
  const number = /^\d{1,5}$/.test(text ?? "") ? Number(text) : 0;
  if (number >= 1 && number <= maxParts) return number;
  throw new S3Error(
    "InvalidArgument",
    `Part number must be an integer between 1 and ${maxParts}, inclusive`,
    {
      ArgumentName: "partNumber",
      ArgumentValue: text ?? "",
    },
  );
}
