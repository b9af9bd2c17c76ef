/** How many, in words that agree with the number. */
export const pictures = (count: number): string =>
  count === 1 ? "1 picture" : `${count.toLocaleString("en")} pictures`;
