import type { Place } from "../facts";

/** Lower no camera goes, and higher no balloon. */
const altitudes = { lowest: -12_000, highest: 100_000 } as const;

/**
 * Degrees, minutes and seconds, of which the later ones may be missing, and the side that they count to: negative in the south and in
 * the west. NaN for what is none.
 */
export function signedDegrees(parts: number[], side: string): number {
  const [degrees = Number.NaN, minutes = 0, seconds = 0] = parts;
  const isFraction = (part: number) => part >= 0 && part <= 60;
  const sign = { N: 1, E: 1, S: -1, W: -1 }[side.trim().toUpperCase()];
  // Without its side it could be on the other side of the world.
  if (sign === undefined || degrees < 0 || !isFraction(minutes) || !isFraction(seconds)) return Number.NaN;
  return sign * (degrees + minutes / 60 + seconds / 3600);
}

/** Undefined for what is no place on Earth, and for the one at 0, 0, which a device notes that has not found itself yet. */
export function placeOf(latitude: number, longitude: number, metres = Number.NaN): Place | undefined {
  const isOnEarth = Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180;
  if (!isOnEarth || (latitude === 0 && longitude === 0)) return undefined;
  const isAltitude = metres >= altitudes.lowest && metres <= altitudes.highest;
  return {
    latitude: rounded(latitude, 1e6),
    longitude: rounded(longitude, 1e6),
    ...(isAltitude && { altitudeMetres: rounded(metres, 10) }),
  };
}

// Never -0, which JSON and people do not tell from 0.
const rounded = (value: number, scale: number): number => Math.round(value * scale) / scale + 0;
