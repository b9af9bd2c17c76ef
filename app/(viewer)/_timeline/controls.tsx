"use client";

import { useRouter } from "next/navigation";
import { useTransition } from "react";
import { type TimelineOrder, timelineOrders } from "@/lib/images/contract";
import { useTexts } from "../../_texts/provider";
import { remember } from "../../_ui/remember";
import { type GridSize, gridSizes, orderCookie } from "./grid";

interface ControlsProps {
  size: GridSize;
  /** the size as it is to be said to who does not see it; null for nothing */
  saidSize: GridSize | null;
  onSize(size: GridSize): void;
  /** null where it cannot be chosen */
  order: TimelineOrder | null;
}

/** How large the pictures are, and which come first, which is remembered. */
export function Controls({ size, saidSize, onSize, order }: ControlsProps) {
  const texts = useTexts("timeline");
  const router = useRouter();
  const [isPending, startTransition] = useTransition();
  const orders = { newest: texts("newest"), oldest: texts("oldest") };
  const sizes = { small: texts("small"), medium: texts("medium"), large: texts("large") };
  return (
    <div className="flex h-11 items-center justify-end gap-1 px-2" aria-busy={isPending}>
      {order === null ? null : (
        <Choice
          label={texts("order")}
          value={order}
          options={timelineOrders}
          texts={orders}
          onChoose={(chosen) => {
            remember(orderCookie, chosen);
            startTransition(() => router.refresh());
          }}
        />
      )}
      <Choice label={texts("size")} value={size} options={gridSizes} texts={sizes} onChoose={onSize} />
      <p role="status" className="sr-only">
        {saidSize === null ? "" : sizes[saidSize]}
      </p>
    </div>
  );
}

function Choice<T extends string>(props: {
  label: string;
  value: T;
  options: readonly T[];
  texts: Record<T, string>;
  onChoose(option: T): void;
}) {
  const { label, value, options, texts, onChoose } = props;
  return (
    <select
      aria-label={label}
      value={value}
      onChange={(event) => {
        const chosen = options.find((option) => option === event.target.value);
        if (chosen !== undefined) onChoose(chosen);
      }}
      className="h-11 max-w-full cursor-pointer truncate rounded-full bg-transparent px-2 text-sm text-quiet hover:bg-sunken hover:text-text"
    >
      {options.map((option) => (
        <option key={option} value={option} className="bg-raised text-text">
          {texts[option]}
        </option>
      ))}
    </select>
  );
}
