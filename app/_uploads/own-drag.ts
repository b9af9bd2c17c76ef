/**
 * A picture of Pail that is dragged brings its file along, as browsers have it: it would be uploaded where it is dropped. What is
 * dragged out of a page of Pail is marked, for this page and for those beside it.
 */
const markOfPail = "application/x-pail";

export function markOwnDrag({ dataTransfer }: DragEvent): void {
  dataTransfer?.setData(`${markOfPail}-${window.location.host}`, "");
}

export const isOwnDrag = (data: DataTransfer | null): boolean =>
  data?.types.includes(`${markOfPail}-${window.location.host}`.toLowerCase()) ?? false;
