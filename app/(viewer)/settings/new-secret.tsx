"use client";

import { ArrowDownToLine, Copy } from "lucide-react";
import { useRef } from "react";
import { useTexts } from "../../_texts/provider";
import { quietButton, textField } from "../../_ui/styles";
import { toast } from "../../_ui/toaster";

/** The secret, this once. The file is in the page itself, so that no address ever leads to it. */
export function NewSecret({ secret, shareX }: { secret: string; shareX: string | null }) {
  const texts = useTexts("settings");
  const field = useRef<HTMLInputElement>(null);
  const copy = async () => {
    field.current?.select();
    // Over plain http in a home network there is no clipboard; then it is selected at least.
    await navigator.clipboard?.writeText(secret);
    toast(navigator.clipboard ? texts("copied") : texts("selected"));
  };
  return (
    <div role="status" className="grid gap-3 rounded-lg bg-sunken p-4">
      <p>{texts("copyNow")}</p>
      <input
        ref={field}
        className={`${textField} font-mono`}
        aria-label={texts("theNewToken")}
        readOnly
        value={secret}
      />
      <div className="flex flex-wrap gap-2">
        <button type="button" className={quietButton} onClick={copy}>
          <Copy aria-hidden size={18} />
          {texts("copy")}
        </button>
        {shareX === null ? null : (
          <a
            className={quietButton}
            href={`data:application/json,${encodeURIComponent(shareX)}`}
            download="Pail.sxcu"
          >
            <ArrowDownToLine aria-hidden size={18} />
            {texts("shareX")}
          </a>
        )}
      </div>
    </div>
  );
}
