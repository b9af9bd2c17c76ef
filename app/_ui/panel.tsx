import type { ReactNode } from "react";

interface PanelProps {
  /** which a button names in `popoverTarget` */
  id: string;
  label: string;
  className: string;
  children: ReactNode;
}

/**
 * What a button opens above the page: HTML's own popover, which opens, closes and gives focus back without a script. `listenForPanels`
 * has a link in it close it.
 */
export function Panel({ id, label, className, children }: PanelProps) {
  return (
    <section id={id} popover="auto" aria-label={label} className={`panel p-2 print:hidden ${className}`}>
      {children}
    </section>
  );
}
