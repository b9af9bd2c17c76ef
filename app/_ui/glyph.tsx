interface GlyphProps {
  /** in a square of 24: see `icons` */
  path: string;
  sizePx: number;
  className?: string;
}

/** An icon beside words, or in a button that has a name. */
export function Glyph({ path, sizePx, className = "" }: GlyphProps) {
  return (
    <svg aria-hidden width={sizePx} height={sizePx} viewBox="0 0 24 24" className={`glyph ${className}`}>
      <path d={path} />
    </svg>
  );
}

export const plusPath = "M5 12h14M12 5v14";
export const closePath = "M18 6 6 18M6 6l12 12";
