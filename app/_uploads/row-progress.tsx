import { preparingSteps } from "@/lib/uploads/client/prepare/preparing";
import { sentFraction, type UploadItemState } from "@/lib/uploads/client/queue/upload-item";

/**
 * How far a file is: quietly while it is prepared, and in the accent's colour while it is sent. Where nobody can tell it moves, but
 * for whoever wants nothing to move.
 */
export function RowProgress({ name, state }: { name: string; state: UploadItemState }) {
  const isPreparing = state.status === "preparing";
  const share = isPreparing ? preparedShare(state) : sentFraction(state);
  const percent = share === null ? null : Math.round(100 * share);
  return (
    <div
      role="progressbar"
      aria-label={name}
      {...(percent !== null && { "aria-valuenow": percent })}
      aria-valuemin={0}
      aria-valuemax={100}
      className="h-1 overflow-hidden rounded-full bg-sunken"
    >
      {percent === null ? (
        <div
          data-fill
          className="h-full w-2/5 rounded-full bg-quiet motion-safe:animate-to-and-fro rtl:[--travel:-150%] motion-reduce:w-full motion-reduce:opacity-40"
        />
      ) : (
        <div
          data-fill
          className={`h-full origin-left rtl:origin-right ${isPreparing ? "bg-quiet" : "bg-accent"}`}
          style={{ transform: `scaleX(${percent / 100})` }}
        />
      )}
    </div>
  );
}

/** Of all steps together. */
function preparedShare({ step, share }: Extract<UploadItemState, { status: "preparing" }>): number | null {
  return share === null ? null : (preparingSteps.indexOf(step) + share) / preparingSteps.length;
}
