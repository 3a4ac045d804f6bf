// Compares the answers of a model's forms to the same inputs.
import { GCompressError } from '@gcompress/core';
import { assertKnownOptions, assertNumber, assertType, describeValue } from '@gcompress/core/checks';
import type { ChangedInput, Evaluation, FormName, FormQuality } from '../data/report-data.ts';
import { largestPlaces, relativeDifference, relativeDifferences } from './compare-rows.ts';
import { picturesOf } from './pictures.ts';
import type { PlainTensor } from './plain-tensor.ts';
import { proportion } from './wilson.ts';

/** First outputs `[n, …]` of each form for the same inputs. */
export interface FormOutputs {
  readonly original: PlainTensor;
  readonly packed: PlainTensor;
  readonly float16?: PlainTensor;
  readonly uint8?: PlainTensor;
}

/** Options of {@link evaluateForms}. */
export interface EvaluateOptions {
  /** Where the inputs come from, such as the name of a file. */
  readonly source?: string;
  /** The inputs `[n, …]`. Images `[n, height, width, 1 or 3]` appear as small pictures. */
  readonly inputs?: PlainTensor;
  /** A name of each input, such as that of an image file; by default their numbers. */
  readonly inputNames?: readonly string[];
  /** The right class of each input, from 0. */
  readonly labels?: readonly number[] | Int32Array;
  /** Names of the classes; by default their numbers. */
  readonly classNames?: readonly string[];
  /** Most changed inputs that are listed. Default 24. */
  readonly mostChanged?: number;
}

const WHERE = 'evaluateForms';
const ORDER: readonly FormName[] = ['original', 'float16', 'uint8', 'packed'];

/**
 * Compares the answers of a model's forms. Outputs `[n, classes]` with two classes or more count as classes, and the largest value is the
 * prediction. For all other outputs only relative errors are given.
 *
 * @throws GCompressError `invalid-option` and `unknown-option`; `shape-mismatch` if outputs, inputs or labels do not fit each other.
 */
export function evaluateForms(outputs: FormOutputs, options: EvaluateOptions = {}): Evaluation {
  assertKnownOptions(WHERE, options, ['source', 'inputs', 'inputNames', 'labels', 'classNames', 'mostChanged']);
  const { source = 'the given inputs', inputs, inputNames, labels, classNames, mostChanged = 24 } = options;
  assertType(WHERE, 'source', source, 'string');
  assertNumber(WHERE, 'mostChanged', mostChanged, { min: 0, max: 1000, integer: true });
  const { original, packed } = assertOutputs(outputs);
  const [examples = 0, ...rest] = original.shape;
  const isClasses = rest.length === 1 && (rest[0] as number) > 1;
  if (inputs !== undefined) assertTensor('inputs', inputs, examples);
  const rightClasses =
    labels === undefined || !isClasses ? undefined : assertLabels(labels, examples, rest[0] as number);
  const nameOf = namesOf(classNames);
  if (inputNames !== undefined) assertInputNames(inputNames, examples);
  const [before, after] = [original, packed].map((each) => (isClasses ? largestPlaces(each) : undefined));
  const differences = relativeDifferences(original, packed);
  const isChanged = (i: number) => (before && after ? before[i] !== after[i] : (differences[i] as number) > 0);
  const changed = [...differences.keys()].filter(isChanged).sort((a, b) => differences[b] - differences[a] || a - b);
  const pictureOf = inputs && picturesOf(inputs);
  const described = changed.slice(0, mostChanged).map((index): ChangedInput => {
    const [label, picture] = [rightClasses?.[index], pictureOf?.(index)];
    const predicted = (classes: readonly number[], { data }: PlainTensor) => {
      const found = classes[index] as number;
      return { label: nameOf(found), value: data[index * (rest[0] as number) + found] as number };
    };
    return {
      index,
      ...(inputNames && { name: inputNames[index] as string }),
      ...(before && { before: predicted(before, original) }),
      ...(after && { after: predicted(after, packed) }),
      ...(label !== undefined && { label: nameOf(label) }),
      relativeError: differences[index] as number,
      ...(picture !== undefined && { picture }),
    };
  });
  return {
    inputs: examples,
    source,
    classes: isClasses,
    forms: ORDER.flatMap((form) =>
      outputs[form] ? [qualityOf(form, outputs[form], original, before, rightClasses)] : [],
    ),
    changedInputs: changed.length,
    changed: described,
  };
}

function qualityOf(
  form: FormName,
  outputs: PlainTensor,
  original: PlainTensor,
  expected: readonly number[] | undefined,
  labels: readonly number[] | undefined,
): FormQuality {
  const relativeError = relativeDifference(original.data, outputs.data);
  if (!expected) return { form, relativeError };
  const found = largestPlaces(outputs);
  const same = (others: readonly number[]) =>
    proportion(found.filter((place, i) => place === others[i]).length, found.length);
  return { form, ...(labels && { accuracy: same(labels) }), agreement: same(expected), relativeError };
}

function namesOf(classNames: unknown): (index: number) => string {
  if (classNames === undefined) return (index) => `class ${index}`;
  if (!Array.isArray(classNames) || !classNames.every((name) => typeof name === 'string')) {
    throw new GCompressError('invalid-option', {
      where: `${WHERE} classNames`,
      expected: 'a list of names',
      actual: describeValue(classNames),
    });
  }
  return (index) => classNames[index] ?? `class ${index}`;
}

function assertInputNames(names: unknown, examples: number): void {
  if (Array.isArray(names) && names.length === examples && names.every((name) => typeof name === 'string')) return;
  throw new GCompressError('invalid-option', {
    where: `${WHERE} inputNames`,
    expected: `${examples} names`,
    actual: Array.isArray(names) ? `${names.length} others` : describeValue(names),
  });
}

function assertOutputs(outputs: unknown): FormOutputs {
  assertType(WHERE, 'outputs', outputs, 'object', 'Pass the outputs of the original and of the packed model.');
  const given = outputs as FormOutputs;
  assertTensor('outputs.original', given.original);
  const [examples] = given.original.shape;
  for (const form of ORDER.filter((name) => name === 'packed' || given[name] !== undefined)) {
    assertTensor(`outputs.${form}`, given[form], examples);
    if (given[form]?.shape.join() === given.original.shape.join()) continue;
    throw mismatch(`outputs.${form}`, given.original.shape, given[form]?.shape);
  }
  return given;
}

function assertTensor(name: string, tensor: unknown, examples?: number): void {
  const { shape, data } = (tensor ?? {}) as Partial<PlainTensor>;
  const isTensor =
    Array.isArray(shape) &&
    shape.every((side) => Number.isSafeInteger(side) && side >= 1) &&
    shape.length > 0 &&
    ArrayBuffer.isView(data) &&
    data.length === shape.reduce((product, side) => product * side, 1);
  if (!isTensor) {
    throw new GCompressError('invalid-option', {
      where: `${WHERE} ${name}`,
      expected: 'values { shape, data } with at least one example',
      actual: describeValue(tensor),
    });
  }
  if (examples !== undefined && shape[0] !== examples) throw mismatch(name, [examples, ...shape.slice(1)], shape);
}

function assertLabels(labels: unknown, examples: number, classes: number): readonly number[] {
  const given = Array.isArray(labels) || labels instanceof Int32Array ? [...labels] : [];
  const isLabels =
    given.length === examples && given.every((label) => Number.isInteger(label) && label >= 0 && label < classes);
  if (isLabels) return given;
  throw new GCompressError('invalid-option', {
    where: `${WHERE} labels`,
    expected: `${examples} classes from 0 to ${classes - 1}`,
    actual: Array.isArray(labels) ? `${labels.length} others` : describeValue(labels),
  });
}

function mismatch(name: string, expected: readonly number[], actual: readonly number[] = []): GCompressError {
  return new GCompressError('shape-mismatch', {
    where: `${WHERE} ${name}`,
    expected: `the shape [${expected.join(', ')}]`,
    actual: `[${actual.join(', ')}]`,
  });
}
