// Inputs that a module yields, batch by batch: tensors, or plain arrays with a shape.
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isGCompressError } from '@gcompress/core';
import { describeValue } from '@gcompress/core/checks';
import { type TensorFlow, tensorFlow } from '../models/tensor-flow.ts';
import { withCount } from '../output/progress.ts';
import { inputError, messageOf } from '../process/refusals.ts';
import type { Surroundings } from '../process/surroundings.ts';
import type { GivenInputs } from './input-types.ts';
import { joinExamples } from './join-examples.ts';
import { arrayInputs } from './model-inputs.ts';
import { MAX_VALUES } from './npy.ts';
import type { PlainArray } from './plain-array.ts';
import type { NamedArrays } from './read-arrays.ts';
import { type Batch, readBatch } from './read-batch.ts';

/** Endings of names that are loaded as modules. */
export const MODULE_ENDINGS: readonly string[] = ['.mjs', '.js', '.cjs', '.mts', '.ts', '.cts'];

type Batches = Iterable<unknown> | AsyncIterable<unknown>;

const EXPECTED = 'a module whose default export is an iterable of batches, or a function that returns one';

/**
 * The inputs of a module. Its default export is an iterable of batches, also an asynchronous one, or a function that returns one and gets the names
 * of `@tensorflow/tfjs` that this program uses. The batches are read once, when a model asks for them, and joined; their tensors are disposed.
 *
 * @param name the path of the module, relative to the current folder.
 * @throws GCompressError `file-read` if the module cannot be loaded, or exports anything else.
 */
export async function moduleInputs(name: string, surroundings: Surroundings): Promise<GivenInputs> {
  const where = `'${name}'`;
  const exported = await defaultExport(where, resolve(surroundings.cwd, name));
  let read: Promise<JoinedBatches> | undefined;
  let examples: number | undefined;
  return {
    where,
    description: () =>
      examples === undefined ? name : `${examples} ${examples === 1 ? 'example' : 'examples'} from ${name}, unchanged`,
    forModel: async (model) => {
      read ??= withCount(`reading ${name}:`, surroundings, (onCount) => joinedBatches(where, exported, onCount));
      const { arrays, isNamed } = await read;
      const names = model.inputs.map((input) => input.name);
      if (isNamed && (names.length !== arrays.size || !names.every((each) => arrays.has(each)))) {
        throw inputError(where, `batches with ${quoted(names)}`, quoted([...arrays.keys()]));
      }
      const inputs = arrayInputs(model, arrays, where);
      examples = inputs[0]?.shape[0];
      return inputs;
    },
    labelsOf: (labels) => labels,
  };
}

async function defaultExport(where: string, path: string): Promise<Batches | ((tf: TensorFlow) => unknown)> {
  let exported: unknown;
  try {
    ({ default: exported } = await import(pathToFileURL(path).href));
  } catch (cause) {
    throw inputError(where, EXPECTED, messageOf(cause));
  }
  if (typeof exported === 'function') return exported as (tf: TensorFlow) => unknown;
  return batchesIn(where, exported);
}

function batchesIn(where: string, value: unknown): Batches {
  const isIterable = typeof value === 'object' && value !== null;
  if (isIterable && (Symbol.iterator in value || Symbol.asyncIterator in value)) return value as Batches;
  throw inputError(where, EXPECTED, describeValue(value), 'Put a single batch into an array: export default [batch].');
}

interface JoinedBatches {
  readonly arrays: NamedArrays;
  /** Whether batches were records with the names of inputs. */
  readonly isNamed: boolean;
}

async function joinedBatches(
  where: string,
  exported: Batches | ((tf: TensorFlow) => unknown),
  onCount: (examples: number) => void,
): Promise<JoinedBatches> {
  const parts = new Map<string, PlainArray[]>();
  let first: Batch | undefined;
  let [examples, values] = [0, 0];
  try {
    const batches = typeof exported === 'function' ? batchesIn(where, await exported(await tensorFlow())) : exported;
    for await (const given of batches) {
      const batch = await readBatch(where, given);
      first ??= batch;
      assertAlike(where, batch, first);
      for (const [name, array] of batch.arrays) {
        const own = parts.get(name);
        if (own) own.push(array);
        else parts.set(name, [array]);
        values += array.data.length;
      }
      if (values > MAX_VALUES) throw inputError(where, `at most ${MAX_VALUES} values`, 'more', 'Yield fewer batches.');
      examples += [...batch.arrays.values()][0]?.shape[0] ?? 0;
      onCount(examples);
    }
  } catch (cause) {
    if (isGCompressError(cause)) throw cause;
    throw inputError(where, EXPECTED, messageOf(cause));
  }
  if (!first) throw inputError(where, 'at least one batch', 'none');
  const { isNamed } = first;
  return { arrays: new Map([...parts].map(([name, arrays]) => [name, joinExamples(arrays)])), isNamed };
}

/** Refuses a batch whose names, types or shapes differ from those of the first one, up to the number of examples. */
function assertAlike(where: string, batch: Batch, first: Batch): void {
  const sides = ({ shape, dtype }: PlainArray) => `${dtype} [examples, ${shape.slice(1).join(', ')}]`;
  const words = ({ arrays }: Batch) => [...arrays].map(([name, array]) => `${name} ${sides(array)}`.trim());
  const wanted = new Set(words(first));
  const found = words(batch);
  if (found.length === wanted.size && found.every((each) => wanted.has(each))) return;
  throw inputError(where, `batches like the first one, ${[...wanted].join(' and ')}`, found.join(' and '));
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `'${name}'`).join(', ');
}
