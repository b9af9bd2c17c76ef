import type { LucideIcon } from "lucide-react";
import { iconButton } from "../_ui/styles";

interface IconButtonProps {
  label: string;
  /** where the label names a file, of which the row tells */
  title?: string;
  icon: LucideIcon;
  onClick: () => void;
  className?: string;
  /** whether focus comes to it as it appears */
  takesFocus?: boolean;
}

/** A button of the tray that is only an icon. */
export function IconButton({
  label,
  title = label,
  icon: Icon,
  onClick,
  className = "",
  takesFocus = false,
}: IconButtonProps) {
  return (
    <button
      type="button"
      className={`${iconButton} ${className}`}
      aria-label={label}
      title={title}
      onClick={onClick}
      // biome-ignore lint/a11y/noAutofocus: whoever has just pressed what this stands for goes on here.
      autoFocus={takesFocus}
    >
      <Icon aria-hidden size={18} />
    </button>
  );
}
