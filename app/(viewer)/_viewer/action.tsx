import { Glyph } from "../../_ui/glyph";
import type { ViewerAction } from "./actions";

interface ActionProps {
  action: ViewerAction;
  className: string;
  /** the id of the menu that it is in, which it closes */
  menu?: string;
}

/** A button, or the link that it is; what it is for stands beside its icon. */
export function Action({ action: { name, icon, label, isOn, link, run }, className, menu }: ActionProps) {
  const inside = (
    <>
      <Glyph path={icon} sizePx={20} className={isOn && name === "favourite" ? "fill-current" : ""} />
      {label}
    </>
  );
  return link === undefined ? (
    <button
      type="button"
      className={className}
      aria-pressed={isOn}
      popoverTarget={menu}
      popoverTargetAction="hide"
      onClick={run}
    >
      {inside}
    </button>
  ) : (
    <a {...link} className={className} download>
      {inside}
    </a>
  );
}
