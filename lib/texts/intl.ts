/** Making a formatter takes a hundred times as long as using it, so each is made once. */
export const numberFormat = /* @__PURE__ */ remembered(
  (language: string, options?: Intl.NumberFormatOptions) => new Intl.NumberFormat(language, options),
);

export const dateFormat = /* @__PURE__ */ remembered(
  (language: string, options?: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(language, options),
);

export const pluralRules = /* @__PURE__ */ remembered(
  (language: string, options?: Intl.PluralRulesOptions) => new Intl.PluralRules(language, options),
);

function remembered<A extends unknown[], T>(make: (...args: A) => T): (...args: A) => T {
  const known = new Map<string, T>();
  return (...args) => {
    const key = JSON.stringify(args);
    const value = known.get(key) ?? make(...args);
    known.set(key, value);
    return value;
  };
}
