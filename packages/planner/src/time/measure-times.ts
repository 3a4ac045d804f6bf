// Measures a handful of products in each execution form, once for a backend.
import {
  GCompressError,
  type JsonObject,
  type ProgressOptions,
  partialProgress,
  reportProgress,
} from '@gcompress/core';
import { assertKnownOptions, assertType, describeValue } from '@gcompress/core/checks';
import { assertStore, type EvaluationStore } from '../evaluate/evaluation-store.ts';
import { type MeasuredTimeOptions, measuredTime } from './measured-time.ts';
import {
  assertProductSize,
  assertTimeTable,
  denseBytes,
  LEAST_SIZES,
  type ProductSize,
  type TimedSize,
  type TimeTable,
} from './time-table.ts';

/** A product that is ready to be measured. */
export interface PreparedProduct {
  /** Bytes of the weights as the product reads them. Default: those of float32. */
  readonly bytes?: number;
  /** Multiplies once. A backend that computes on a device must be waited for. */
  run(): void | Promise<void>;
  /** Frees what was prepared. */
  dispose?(): void;
}

/** Prepares a product `x [rows, inputs] · W [inputs, outputs]` in one execution form. */
export type PrepareProduct = (size: Required<ProductSize>) => PreparedProduct | Promise<PreparedProduct>;

/** Options of {@link measureTimes}. */
export interface MeasureTimesOptions extends ProgressOptions, Pick<MeasuredTimeOptions, 'clock' | 'rounds' | 'span'> {
  /** The backend, and whatever else tells this table from others, such as the machine. */
  readonly backend: string;
  /** What is measured. Default: 15 sizes of 1 to 256 rows and 4,096 to 524,288 weights. At least six. */
  readonly sizes?: readonly ProductSize[];
  /** Keeps the table, so that it is measured once: `folderStore` of `@gcompress/planner/folder` writes it as JSON. Default none. */
  readonly store?: EvaluationStore | undefined;
}

const WHERE = 'measureTimes';
const OPTIONS = ['backend', 'sizes', 'store', 'clock', 'rounds', 'span', 'signal', 'onProgress'] as const;
/** Square and narrow matrices: the factors of a low rank are narrow. */
const SHAPES = [
  [16, 256],
  [256, 16],
  [64, 64],
  [256, 256],
  [512, 1024],
] as const;
const SIZES: readonly ProductSize[] = [1, 16, 256].flatMap((rows) =>
  SHAPES.map(([inputs, outputs]) => ({ rows, inputs, outputs })),
);

/**
 * Measures products of several sizes in each execution form, on the backend that the given functions compute on: `dense` by `tf.matMul`, for
 * example, and formats by their inference kernels, under the id of the format. Products of factors need no form: they are dense products.
 *
 * @param forms how a product is prepared, by the name of the form; several for a format whose options change the bytes.
 * @throws GCompressError `invalid-option` and `unknown-option`; what the forms and the store throw; the signal's reason when aborted.
 */
export async function measureTimes(
  forms: Readonly<Record<string, PrepareProduct | readonly PrepareProduct[]>>,
  options: MeasureTimesOptions,
): Promise<TimeTable> {
  const prepared = preparedForms(forms);
  assertKnownOptions(WHERE, options, OPTIONS);
  const { backend, sizes = SIZES, store, signal, onProgress, ...timing } = options;
  assertType(WHERE, 'backend', backend, 'string');
  assertSizes(sizes);
  if (store !== undefined) assertStore(WHERE, store);
  const key = JSON.stringify(['times', backend, prepared.map(([form]) => form), sizes]);
  const known = storedTable(await store?.get(key));
  if (known) return known;
  const measured: Record<string, TimedSize[]> = Object.fromEntries(prepared.map(([form]) => [form, []]));
  const all = prepared.length * sizes.length;
  for (const [i, [form, prepare]] of prepared.entries()) {
    for (const [j, size] of sizes.entries()) {
      const part = partialProgress(
        { signal, onProgress },
        (i * sizes.length + j) / all,
        (i * sizes.length + j + 1) / all,
      );
      reportProgress(part, 0);
      const own = { ...size, bytes: size.bytes ?? denseBytes(size) };
      const product = await prepare(own);
      try {
        const milliseconds = await measuredTime(() => product.run(), { ...timing, signal });
        measured[form].push({ ...own, bytes: product.bytes ?? own.bytes, milliseconds });
      } finally {
        product.dispose?.();
      }
    }
  }
  const table: TimeTable = { backend, forms: measured };
  assertTimeTable(WHERE, table);
  await store?.set(key, table as JsonObject);
  reportProgress({ signal, onProgress }, 1);
  return table;
}

/** The forms with their names, each way to prepare by itself. */
function preparedForms(forms: unknown): (readonly [form: string, prepare: PrepareProduct])[] {
  assertType(WHERE, 'forms', forms, 'object', 'Pass { dense: (size) => ({ run, dispose }) }.');
  const prepared = Object.entries(forms as object).flatMap(([form, given]) =>
    (Array.isArray(given) ? given : [given]).map((one: unknown) => {
      assertType(`${WHERE} forms`, form, one, 'function');
      return [form, one as PrepareProduct] as const;
    }),
  );
  if (prepared.length > 0) return prepared;
  throw new GCompressError('invalid-option', {
    where: `${WHERE} forms`,
    expected: 'at least one form',
    actual: 'none',
  });
}

function assertSizes(sizes: unknown): asserts sizes is readonly ProductSize[] {
  if (!Array.isArray(sizes) || sizes.length < LEAST_SIZES) {
    const actual = Array.isArray(sizes) ? `${sizes.length}` : describeValue(sizes);
    throw new GCompressError('invalid-option', {
      where: `${WHERE} sizes`,
      expected: `at least ${LEAST_SIZES} sizes`,
      actual,
    });
  }
  for (const size of sizes) assertProductSize(`${WHERE} sizes`, size);
}

/** A table from a store; undefined for anything else, which is then measured anew. */
function storedTable(value: unknown): TimeTable | undefined {
  try {
    assertTimeTable(WHERE, value);
    return value;
  } catch {
    return undefined;
  }
}
