// Runs the probes of a packed file on the loaded model.
import { GCompressError } from '@gcompress/core';
import { assertNumber, assertType } from '@gcompress/core/checks';
import type { StoredTensor } from '../container/header.ts';
import { type ProbeTensor, seededValues } from '../container/probe.ts';
import { type PackedContents, readContents } from '../load/load-artifacts.ts';
import { type PackedModelOptions, readOptions } from '../load/packed-model.ts';
import { assertSource, openSource, type PackedSource } from '../load/source.ts';
import { compareOutputs, type OutputDifference } from './compare-outputs.ts';
import { answers, assertModel, type ProbedModel } from './probed-model.ts';

/** Options of {@link verify}. */
export interface VerifyOptions extends PackedModelOptions {
  /**
   * Largest difference that counts as agreement, as a fraction of the largest absolute value of the output. A file holds the outputs of the
   * model before packing, so the difference includes the loss of packing. Default 0.05.
   */
  readonly tolerance?: number;
}

/** One output for one probe. */
export interface VerifiedOutput extends OutputDifference {
  /** Number of the probe, from 0. */
  readonly probe: number;
}

/** The result of {@link verify}. */
export interface Verification {
  /** Whether all outputs agree. */
  readonly agrees: boolean;
  /** The largest difference of all. */
  readonly largestDifference: number;
  readonly outputs: readonly VerifiedOutput[];
}

/**
 * Runs the probes of a packed file on the loaded model, on this device and backend, and compares the outputs with those in the file.
 *
 * @param model the loaded model; it is not changed.
 * @param source the file that it was loaded from.
 * @throws GCompressError `invalid-option`; `not-ready` for a file without probes; `shape-mismatch` if the inputs of the model differ from the
 *   probes; errors of loading.
 */
export async function verify(
  model: ProbedModel,
  source: PackedSource,
  options: VerifyOptions = {},
): Promise<Verification> {
  assertModel('verify', model);
  assertSource('verify', source);
  assertType('verify', 'options', options, 'object');
  const { tolerance = 0.05, ...loading } = options;
  assertNumber('verify', 'tolerance', tolerance, { min: 0 });
  const settings = readOptions('verify', loading);
  const probes = probesOf(await readContents(openSource(source, settings.signal), settings));
  if (probes.length === 0) {
    throw new GCompressError('not-ready', {
      where: 'verify',
      expected: 'a file with probes',
      actual: 'none',
      hint: 'Pass probes to pack().',
    });
  }
  const outputs: VerifiedOutput[] = [];
  for (const [number, { inputs, expected }] of probes.entries()) {
    assertInputs(model, inputs);
    const got = await answers(model, inputs);
    outputs.push(...compareOutputs(expected, got, { tolerance }).map((output) => ({ probe: number, ...output })));
  }
  return {
    agrees: outputs.every(({ agrees }) => agrees),
    largestDifference: Math.max(0, ...outputs.map(({ largestDifference }) => largestDifference)),
    outputs,
  };
}

/** Matches inputs by order and shape, because the input names of a layers model change each time it is built. */
function assertInputs(model: ProbedModel, inputs: readonly ProbeTensor[]): void {
  const fits = model.inputs.every(({ shape }, i) => {
    const actual = inputs[i]?.shape;
    return (
      !shape ||
      !actual ||
      (shape.length === actual.length && shape.every((side, axis) => isFree(side) || side === actual[axis]))
    );
  });
  if (fits && inputs.length === model.inputs.length) return;
  const shapes = (list: readonly { readonly shape?: readonly (number | null)[] | undefined }[]) =>
    list.map(({ shape }) => `[${shape?.map((side) => (isFree(side) ? 'any' : side)).join(', ') ?? ''}]`).join(' and ');
  throw new GCompressError('shape-mismatch', {
    where: 'verify',
    expected: `a file for inputs of shape ${shapes(model.inputs)}`,
    actual: `one for ${shapes(inputs).slice(0, 200)}`,
    hint: 'Pass the file that the model was loaded from.',
  });
}

function isFree(side: number | null): boolean {
  return side === null || side < 0;
}

function probesOf({ header, probes }: PackedContents) {
  let at = 0;
  const read = (tensor: StoredTensor): ProbeTensor => {
    const bytes = probes[at++].buffer as ArrayBuffer;
    const [name, dtype, shape, storage] = tensor;
    if (storage?.seed !== undefined) return seededValues({ name, shape, seed: storage.seed });
    if (dtype === 'float32') return { name, shape, dtype, data: new Float32Array(bytes) };
    if (dtype === 'int32') return { name, shape, dtype, data: new Int32Array(bytes) };
    if (dtype === 'bool') return { name, shape, dtype, data: new Uint8Array(bytes) };
    throw new GCompressError('file-dtype', {
      where: 'packed file',
      expected: 'probes of float32, int32 or bool',
      actual: dtype.slice(0, 60),
    });
  };
  return header.probes.map(({ inputs, outputs }) => ({ inputs: inputs.map(read), expected: outputs.map(read) }));
}
