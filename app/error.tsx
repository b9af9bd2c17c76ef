"use client";

import { Entrance } from "./_ui/entrance";
import { primaryButton } from "./_ui/styles";

export default function ErrorPage({
  error,
  reset,
}: {
  error: Error & { digest?: string };
  reset: () => void;
}) {
  return (
    <Entrance title="This page could not be shown">
      <p className="text-quiet">
        Your pictures are safe. Try again; if it goes on, look at the server’s log
        {error.digest ? ` for ${error.digest}` : ""}.
      </p>
      <button type="button" className={primaryButton} onClick={reset}>
        Try again
      </button>
    </Entrance>
  );
}
