/** `npm run test:long` runs all of the suites that are seeded or kill processes, `npm test` a part of each. */
export const isLong = process.env.PAIL_TEST_LONG === "1";
