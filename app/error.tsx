"use client";

import { useTexts } from "./_texts/provider";
import { Entrance } from "./_ui/entrance";
import { primaryButton } from "./_ui/styles";

export default function ErrorPage({
  error,
  reset,
}: {
  error: Error & { digest?: string };
  reset: () => void;
}) {
  const texts = useTexts("frame");
  return (
    <Entrance title={texts("pageFailed")}>
      <p className="text-quiet">
        {error.digest ? texts("pageFailedHintDigest", { digest: error.digest }) : texts("pageFailedHint")}
      </p>
      <button type="button" className={primaryButton} onClick={reset}>
        {texts("tryAgain")}
      </button>
    </Entrance>
  );
}
