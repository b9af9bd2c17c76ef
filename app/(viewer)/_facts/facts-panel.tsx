"use client";

import { useEffect, useState } from "react";
import type { ImageWithAlbums } from "@/lib/images/contract";
import type { CompiledMessages } from "@/lib/texts/compiled";
import { loadTexts } from "../../_texts/late-texts";
import { MoreTexts, useLanguage, useTexts } from "../../_texts/provider";
import { quietButton } from "../../_ui/styles";
import { useFactChanges } from "./fact-changes";
import { Facts } from "./facts";
import { fetchDetails } from "./fetch-details";

/** What is known of a picture, and what can be changed of it. It fetches what it is not given, its texts too. */
export function FactsPanel({ id, image }: { id: string; image?: ImageWithAlbums }) {
  const language = useLanguage();
  const [messages, setMessages] = useState<CompiledMessages | "failed">();
  const [details, setDetails] = useState<ImageWithAlbums | "failed" | undefined>(image);
  const [tries, setTries] = useState(0);
  const changes = useFactChanges();

  // biome-ignore lint/correctness/useExhaustiveDependencies: another try asks anew.
  useEffect(() => {
    loadTexts(language, "image").then(setMessages, () => setMessages("failed"));
  }, [language, tries]);
  // So does a change of the facts.
  useEffect(() => {
    let isWanted = true;
    const show = (found: ImageWithAlbums | "failed") => {
      if (!isWanted) return;
      // What is shown already stays where it cannot be had anew.
      setDetails((before) => (found === "failed" && isOf(before, id) ? before : found));
    };
    if (image === undefined || changes > 0 || tries > 0) fetchDetails(id).then(show, () => show("failed"));
    return () => {
      isWanted = false;
    };
  }, [id, image, changes, tries]);

  if (messages === "failed" || details === "failed") return <Failed onRetry={() => setTries(tries + 1)} />;
  if (messages === undefined || !isOf(details, id)) return <Skeleton />;
  return (
    <MoreTexts messages={messages}>
      <Facts key={id} image={details} />
    </MoreTexts>
  );
}

const isOf = (details: ImageWithAlbums | "failed" | undefined, id: string): details is ImageWithAlbums =>
  typeof details === "object" && details.id === id;

/** Its sentence has to be there without the texts that may have failed too. */
function Failed({ onRetry }: { onRetry(): void }) {
  const errors = useTexts("errors");
  const frame = useTexts("frame");
  return (
    <div className="grid justify-items-start gap-3" role="alert">
      <p className="text-sm">{errors("no_answer")}</p>
      <button type="button" className={quietButton} onClick={onRetry}>
        {frame("tryAgain")}
      </button>
    </div>
  );
}

function Skeleton() {
  const widths = ["w-2/3", "w-1/3", "w-full", "w-5/6", "w-full", "w-3/4"];
  return (
    <div aria-busy className="grid gap-4 pt-2">
      {widths.map((width, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: bars without anything in them.
        <span key={index} className={`block h-4 rounded bg-sunken ${width}`} />
      ))}
    </div>
  );
}
