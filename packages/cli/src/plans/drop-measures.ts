// The names of what a drop counts, apart from their code, so that the command line loads quickly.

/** What a drop counts. */
export type DropMeasure = 'agreement' | 'error';

/** Names that `--measure` takes. */
export const DROP_MEASURES: readonly DropMeasure[] = ['agreement', 'error'];
