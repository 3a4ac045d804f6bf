/** What JavaScript lets a caller pass for anything, by the name that failures show. */
export const PLAIN_VALUES: Readonly<Record<string, () => unknown>> = {
  null: () => null,
  undefined: () => undefined,
  '0': () => 0,
  NaN: () => Number.NaN,
  '-1': () => -1,
  "''": () => '',
  "'x'": () => 'x',
  '{}': () => ({}),
  '[]': () => [],
  true: () => true,
  'a function': () => () => undefined,
  'a symbol': () => Symbol('plain'),
  'a promise': () => Promise.resolve(1),
};
