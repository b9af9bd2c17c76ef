import type { Facts, Place } from "@/lib/images/facts";
import { numberFormat } from "@/lib/texts/intl";
import { useLanguage, useTexts } from "../../_texts/provider";

/** From so long on, a time is no fraction any more. */
const longestFraction = 0.3;

/** Facts as photographers write them; null for what is not known. */
export function useFactWords() {
  const texts = useTexts("image");
  const language = useLanguage();
  const number = (value: number, maximumFractionDigits = 1) =>
    numberFormat(language, { maximumFractionDigits, useGrouping: false }).format(value);
  const shutter = (seconds: number) =>
    seconds < longestFraction
      ? texts("exposureFraction", { value: number(1 / seconds, 0) })
      : texts("exposureSeconds", { value: number(seconds) });
  return {
    camera: ({ make, model }: Facts): string | null => namedBy(make, model),
    lens: ({ lensMake, lensModel }: Facts): string | null => namedBy(lensMake, lensModel),
    exposure: ({ exposureSeconds, fNumber, iso, focalLengthMm }: Facts): string | null =>
      [
        exposureSeconds === undefined ? [] : shutter(exposureSeconds),
        fNumber === undefined ? [] : texts("aperture", { value: number(fNumber) }),
        iso === undefined ? [] : texts("iso", { value: number(iso, 0) }),
        focalLengthMm === undefined ? [] : texts("focalLength", { value: number(focalLengthMm) }),
      ]
        .flat()
        .join(" · ") || null,
    coordinates: ({ latitude, longitude }: Place): string =>
      [
        texts(latitude < 0 ? "south" : "north", { value: number(Math.abs(latitude), 5) }),
        texts(longitude < 0 ? "west" : "east", { value: number(Math.abs(longitude), 5) }),
      ].join(", "),
    altitude: (metres: number): string =>
      texts(metres < 0 ? "altitudeBelow" : "altitude", { value: number(Math.abs(metres), 0) }),
  };
}

/** Many models are called by their makers already: “Canon EOS R5”, of “Canon”. */
function namedBy(maker: string | undefined, model: string | undefined): string | null {
  if (model === undefined) return maker ?? null;
  const [first = ""] = (maker ?? "").toLowerCase().split(/\s/);
  return maker === undefined || model.toLowerCase().includes(first) ? model : `${maker} ${model}`;
}
