/** The methods of compression, by the id of their format, with the names that the page shows. */
export const METHODS = {
  lowrank: 'Low rank',
  kmeans: 'k-means',
  simhash: 'SimHash',
  dictlearn: 'Dictionary',
  uniform: 'Coded levels',
} as const;

/** Id of a method. */
export type Method = keyof typeof METHODS;

/** How alpha falls. */
export const CURVES = { linear: 'Straight', cosine: 'Cosine', exponential: 'Fast, then slow' } as const;

/** Id of a curve. */
export type Curve = keyof typeof CURVES;

/** How many times smaller the compressed matrices must be at least. */
export const RATIOS = [2, 3, 4, 6, 8, 12, 16, 24] as const;

/** What the user chooses before a training. */
export interface Settings {
  readonly method: Method;
  /** One of {@link RATIOS}; of every method but uniform levels. */
  readonly ratio: number;
  /** Bytes of the whole file at most, to which uniform levels train. */
  readonly bytes: number;
  /** Digits to train with. */
  readonly digits: number;
  /** How often all of them are seen. */
  readonly epochs: number;
  /** Part of the training after which the compression begins, in percent. */
  readonly begin: number;
  /** Part of the training after which alpha is 0, in percent; above `begin`. */
  readonly end: number;
  readonly curve: Curve;
}

/** What the page starts with. */
export const DEFAULT_SETTINGS: Settings = {
  method: 'lowrank',
  ratio: 4,
  bytes: 20_000,
  digits: 6000,
  epochs: 8,
  begin: 30,
  end: 40,
  curve: 'linear',
};

/** Ranges of the numbers among the settings. */
export const RANGES = {
  bytes: { min: 8000, max: 60_000, step: 1000 },
  digits: { min: 1000, max: 6000, step: 1000 },
  epochs: { min: 1, max: 20, step: 1 },
  begin: { min: 0, max: 80, step: 5 },
  end: { min: 5, max: 95, step: 5 },
} as const;

/** Pictures that one training step sees. */
export const BATCH_SIZE = 64;

/** Whether the user names the size of the file instead of a ratio. */
export function namesBytes({ method }: Settings): boolean {
  return method === 'uniform';
}

/** All steps of a training. */
export function totalSteps({ digits, epochs }: Settings): number {
  return Math.floor(digits / BATCH_SIZE) * epochs;
}

/** The first step of the compression, and the one at which alpha reaches 0. */
export function compressionWindow(settings: Settings): { readonly begin: number; readonly end: number } {
  const steps = totalSteps(settings);
  const begin = Math.round((steps * settings.begin) / 100);
  return { begin, end: Math.max(begin + 1, Math.round((steps * settings.end) / 100)) };
}

/** Settings as the query of an address, such as `method=kmeans&ratio=8`. */
export function settingsToQuery(settings: Settings): string {
  return new URLSearchParams(Object.entries(settings).map(([key, value]) => [key, String(value)])).toString();
}

/** The settings of an address; whatever is missing or not allowed is as in {@link DEFAULT_SETTINGS}. */
export function settingsFromQuery(query: string): Settings {
  const given = new URLSearchParams(query);
  const number = (key: keyof typeof RANGES): number => {
    const { min, max, step } = RANGES[key];
    const value = Number(given.get(key) ?? Number.NaN);
    return value >= min && value <= max && (value - min) % step === 0 ? value : DEFAULT_SETTINGS[key];
  };
  const choice = <T extends string>(key: keyof Settings, choices: Readonly<Record<T, string>>): T => {
    const value = given.get(key) ?? '';
    return (Object.hasOwn(choices, value) ? value : DEFAULT_SETTINGS[key]) as T;
  };
  const ratio = RATIOS.find((known) => known === Number(given.get('ratio'))) ?? DEFAULT_SETTINGS.ratio;
  const [begin, end] = [number('begin'), number('end')];
  const ordered = end > begin;
  return {
    method: choice('method', METHODS),
    ratio,
    bytes: number('bytes'),
    digits: number('digits'),
    epochs: number('epochs'),
    begin: ordered ? begin : DEFAULT_SETTINGS.begin,
    end: ordered ? end : DEFAULT_SETTINGS.end,
    curve: choice('curve', CURVES),
  };
}
