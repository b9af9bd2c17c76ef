import { expect, test } from "vitest";
import { countRoundTrips } from "@/lib/testing/round-trips";

test("nothing asks the database more often than it has to", async () => {
  const counted = await countRoundTrips(0);
  expect(counted.length).toBeGreaterThan(20);
  expect(counted.filter(({ trips, most }) => trips > most)).toEqual([]);
  // Where it takes fewer, its mark is to follow.
  expect(counted.filter(({ trips }) => trips === 0)).toEqual([]);
});
