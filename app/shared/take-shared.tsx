"use client";

import { useEffect, useState } from "react";
import { useTexts } from "../_texts/provider";
import { primaryButton, quietButton } from "../_ui/styles";
import { takeShared } from "../_uploads/kept-choice";
import { wantShared } from "../_uploads/shared-pictures";

interface TakeSharedProps {
  id: string;
  isSignedIn: boolean;
  /** whether another site has sent them: then the person is asked */
  isAnothers: boolean;
}

/** Leads what was shared to the page that sends it, as soon as somebody is signed in. */
export function TakeShared({ id, isSignedIn, isAnothers }: TakeSharedProps) {
  const texts = useTexts("phone");
  const [isWanted, setIsWanted] = useState(!isAnothers);
  useEffect(() => {
    if (!isWanted) return;
    wantShared(id);
    // Not by Next's router: pictures are taken by a page that begins, and this one stays out of the history.
    if (isSignedIn) window.location.replace("/");
  }, [id, isWanted, isSignedIn]);
  if (!isWanted)
    return (
      <>
        <p>{texts("anothers")}</p>
        <div className="flex gap-2">
          <button type="button" className={primaryButton} onClick={() => setIsWanted(true)}>
            {texts("addThem")}
          </button>
          <button
            type="button"
            className={quietButton}
            onClick={() => void takeShared([id]).then(() => window.location.replace("/"))}
          >
            {texts("discardThem")}
          </button>
        </div>
      </>
    );
  if (isSignedIn) return <p role="status">{texts("adding")}</p>;
  return (
    <>
      <p>{texts("signInFirst")}</p>
      <a href="/sign-in" className={primaryButton}>
        {texts("signIn")}
      </a>
    </>
  );
}
