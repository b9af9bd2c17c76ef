/** Rows of quiet tiles, as the gallery will have them. */
export default function Loading() {
  const shapes = [1.5, 1.33, 0.75, 1.5, 1.78, 1, 1.33, 1.5, 0.67, 1.5, 1.33, 1.78];
  return (
    <div role="status" aria-label="Loading" className="mt-12 flex flex-wrap gap-1">
      {shapes.map((shape, index) => (
        <div
          key={index}
          className="h-44 animate-pulse bg-sunken"
          style={{ flexGrow: shape, flexBasis: `${shape * 11}rem` }}
        />
      ))}
    </div>
  );
}
