// The compression methods by name, each loaded on demand.
import type { CompressionMethod, JsonObject, JsonValue, MatrixCompressor } from '@gcompress/core';
import { usageError } from '../process/refusals.ts';

type Method = ((options: never) => MatrixCompressor) & Pick<CompressionMethod, 'method' | 'format' | 'forBudget'>;

const METHODS: Readonly<Record<string, () => Promise<Method>>> = {
  uniform: async () => (await import('@gcompress/uniform')).uniform,
  kmeans: async () => (await import('@gcompress/kmeans')).kMeans,
  lowrank: async () => (await import('@gcompress/lowrank')).lowRank,
  dictlearn: async () => (await import('@gcompress/dictlearn')).dictLearn,
  simhash: async () => (await import('@gcompress/simhash')).simhash,
  pruned: async () => (await import('@gcompress/pruning')).pruned,
  'pruned-kmeans': async () => (await import('@gcompress/pruning')).prunedKMeans,
  'block-diagonal': async () => (await import('@gcompress/blocks')).blockDiagonal,
  'mixed-block': async () => (await import('@gcompress/blocks')).mixedBlock,
};

/** Names that `--method` takes. */
export const METHOD_NAMES: readonly string[] = Object.keys(METHODS);

/** All methods. */
export function allMethods(): Promise<Method[]> {
  return Promise.all(Object.values(METHODS).map((load) => load()));
}

/** Options of methods that the command line has as separate options. */
export interface MethodChoice {
  readonly method?: string;
  readonly bits?: number;
  readonly ratio?: number;
  readonly rank?: number;
  readonly levels?: number;
  readonly sparsity?: number;
  /** All options of the method as JSON. */
  readonly options?: JsonObject;
}

/**
 * The requested compressor, by default `uniform({ bits: 5, steps: 'column' })` as in `pack`.
 *
 * @throws GCompressError the errors of the method about its options.
 */
export async function compressorFor(choice: MethodChoice): Promise<MatrixCompressor> {
  const { method = 'uniform', bits, ratio, rank, levels, sparsity, options = {} } = choice;
  const load = METHODS[method];
  if (!load) throw usageError('--method', `one of ${METHOD_NAMES.join(', ')}`, `'${method}'`);
  const sizes = Object.entries({ bits, ratio, rank, levels, sparsity }).filter(([, size]) => size !== undefined);
  const given: Record<string, JsonValue> = { ...options, ...(Object.fromEntries(sizes) as JsonObject) };
  if (method === 'uniform') {
    given.steps ??= 'column';
    if (given.bits === undefined && given.ratio === undefined && given.bytes === undefined) given.bits = 5;
  }
  const make = await load();
  return make(given as never);
}

/**
 * What a choice of sizes may choose from: with options a single compressor, without options a method of any size.
 *
 * @throws GCompressError `invalid-option` for a method that needs options.
 */
export async function candidateFor(
  choice: MethodChoice,
): Promise<MatrixCompressor | Required<Pick<Method, 'forBudget'>>> {
  if (choice.options !== undefined) return compressorFor(choice);
  const { forBudget } = (await METHODS[choice.method ?? 'uniform']?.()) ?? {};
  if (forBudget) return { forBudget };
  throw usageError('--candidate', `options for '${choice.method}', which has no sizes of its own`, 'none');
}
