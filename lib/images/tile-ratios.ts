/** Width by height of a tile: extremes are cut, so that nothing becomes a thread. */
export const tileRatios = { narrowest: 0.2, widest: 10 } as const;
