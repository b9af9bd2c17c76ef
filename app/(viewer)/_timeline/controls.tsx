"use client";

import { useRouter } from "next/navigation";
import { useTransition } from "react";
import { type TimelineOrder, timelineOrders } from "@/lib/images/contract";
import { useTexts } from "../../_texts/provider";
import { remember } from "../../_ui/remember";
import { type GridSize, gridCookie, gridSizes, orderCookie } from "./grid";

interface ControlsProps {
  size: GridSize;
  onSize(size: GridSize): void;
  /** null where it cannot be chosen */
  order: TimelineOrder | null;
}

/** How large the pictures are and which come first. Both are remembered. */
export function Controls({ size, onSize, order }: ControlsProps) {
  const texts = useTexts("timeline");
  const router = useRouter();
  const [isPending, startTransition] = useTransition();
  return (
    <div className="flex h-11 items-center justify-end gap-1 px-2" aria-busy={isPending}>
      {order === null ? null : (
        <Choice
          label={texts("order")}
          value={order}
          options={timelineOrders}
          textOf={(option) => texts(option === "newest" ? "newest" : "oldest")}
          onChoose={(chosen) => {
            remember(orderCookie, chosen);
            startTransition(() => router.refresh());
          }}
        />
      )}
      <Choice
        label={texts("size")}
        value={size}
        options={gridSizes}
        textOf={(option) => texts(option === "small" ? "small" : option === "medium" ? "medium" : "large")}
        onChoose={(chosen) => {
          remember(gridCookie, chosen);
          onSize(chosen);
        }}
      />
    </div>
  );
}

function Choice<T extends string>(props: {
  label: string;
  value: T;
  options: readonly T[];
  textOf(option: T): string;
  onChoose(option: T): void;
}) {
  const { label, value, options, textOf, onChoose } = props;
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
          {textOf(option)}
        </option>
      ))}
    </select>
  );
}
