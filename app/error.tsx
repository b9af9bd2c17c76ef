"use client";

import { useTexts } from "./_texts/provider";
import { Entrance } from "./_ui/entrance";
import { PageFailure } from "./_ui/page-failure";

export default function ErrorPage(props: { error: Error & { digest?: string }; reset: () => void }) {
  const texts = useTexts("frame");
  return (
    <Entrance title={texts("pageFailed")}>
      <PageFailure {...props} />
    </Entrance>
  );
}
