import { useTexts } from "../../_texts/provider";
import { quietButton } from "../../_ui/styles";
import type { useDownload } from "../../_ui/use-download";

/** Where a picture cannot be shown. */
export function Failure(props: { download: ReturnType<typeof useDownload> | null; onRetry(): void }) {
  const { download, onRetry } = props;
  const texts = useTexts("viewer");
  return (
    <div className="pointer-events-none absolute inset-0 z-10 grid place-content-center justify-items-center gap-4 p-6">
      <p role="alert" className="max-w-xs rounded-xl bg-raised px-4 py-3 text-center text-sm">
        {texts("failed")}
      </p>
      <div className="pointer-events-auto flex flex-wrap justify-center gap-2">
        <button type="button" className={`${quietButton} bg-raised`} onClick={onRetry}>
          {texts("tryAgain")}
        </button>
        {download === null ? null : (
          <a className={`${quietButton} bg-raised`} {...download} download>
            {texts("download")}
          </a>
        )}
      </div>
    </div>
  );
}
