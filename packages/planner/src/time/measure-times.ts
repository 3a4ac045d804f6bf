// Measures a handful of products in each execution form, once for a backend.
import { GCompressError, type JsonObject, type ProgressOptions, reportProgress } from '@gcompress/core';
import { assertKnownOptions, assertNumber, assertType, describeValue } from '@gcompress/core/checks';
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
  // The first size is measured twice, because engines compile what runs often while it runs
  const tasks = prepared.flatMap(([form, prepare]) =>
    [sizes[0], ...sizes].map((size, i) => ({ form, prepare, size, isWarmUp: i === 0 })),
  );
  for (const [i, { form, prepare, size, isWarmUp }] of tasks.entries()) {
    reportProgress({ signal, onProgress }, i / tasks.length);
    const own = { ...size, bytes: size.bytes ?? denseBytes(size) };
    const product = await prepare(own);
    assertProduct(form, product);
    try {
      const milliseconds = await measuredTime(() => product.run(), { ...timing, signal });
      if (!isWarmUp) measured[form].push({ ...own, bytes: product.bytes ?? own.bytes, milliseconds });
    } finally {
      product.dispose?.();
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

/** @throws GCompressError `invalid-option` for anything but a product that can run. */
function assertProduct(form: string, product: unknown): asserts product is PreparedProduct {
  const where = `${WHERE} forms '${form}'`;
  assertType(where, 'product', product, 'object', 'Return { run, dispose }.');
  const { run, dispose, bytes } = product as PreparedProduct;
  assertType(where, 'run', run, 'function');
  if (dispose !== undefined) assertType(where, 'dispose', dispose, 'function');
  if (bytes !== undefined) assertNumber(where, 'bytes', bytes, { above: 0, max: Number.MAX_VALUE });
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
