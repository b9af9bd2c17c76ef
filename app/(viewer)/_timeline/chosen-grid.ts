import { cookies } from "next/headers";
import { type TimelineOrder, timelineOrders } from "@/lib/images/contract";
import { type GridSize, gridCookie, gridSizeOf, orderCookie } from "./grid";

/** How somebody wants their timelines: as they chose last. */
export async function chosenGrid(): Promise<{ size: GridSize; order: TimelineOrder }> {
  const known = await cookies();
  const order = known.get(orderCookie)?.value;
  return {
    size: gridSizeOf(known.get(gridCookie)?.value),
    order: timelineOrders.find((one) => one === order) ?? "newest",
  };
}
