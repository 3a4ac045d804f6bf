// Checks the probes that a user passes and turns them into tensors of the file.
import { GCompressError } from '@gcompress/core';
import { assertSeed, assertType, describeValue } from '@gcompress/core/checks';
import { product } from '../container/byte-lengths.ts';
import type { Probe, ProbeTensor, SeededInput } from '../container/probe.ts';
import type { FileContents, WrittenTensor } from './write-file.ts';

const ARRAYS = { float32: Float32Array, int32: Int32Array, bool: Uint8Array } as const;

/**
 * The tensors of probes for the file.
 *
 * @throws GCompressError `invalid-option` for anything but probes.
 */
export function writtenProbes(probes: readonly Probe[]): FileContents['probes'] {
  assertList('probes', probes);
  return probes.map((probe) => {
    assertType('pack probes', 'probe', probe, 'object');
    const { inputs, outputs } = probe;
    assertList('probes inputs', inputs);
    assertList('probes outputs', outputs);
    return { inputs: inputs.map(written), outputs: outputs.map(writtenValues) };
  });
}

function written(input: ProbeTensor | SeededInput): WrittenTensor {
  assertType('pack probes', 'input', input, 'object');
  if (!('seed' in input)) return writtenValues(input);
  const { name, shape, seed } = input;
  assertSeed(seed, 'pack probes');
  assertNameAndShape(name, shape);
  return { tensor: [name, 'float32', shape, { seed }], bytes: new Uint8Array(0) };
}

function writtenValues(tensor: ProbeTensor): WrittenTensor {
  assertType('pack probes', 'tensor', tensor, 'object');
  const { name, shape, dtype, data } = tensor;
  const values = assertNameAndShape(name, shape);
  if (!Object.hasOwn(ARRAYS, dtype) || !(data instanceof ARRAYS[dtype]) || data.length !== values) {
    throw badProbe(`${values} values of float32, int32 or bool for '${name}'`, describeValue(data));
  }
  return { tensor: [name, dtype, shape], bytes: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
}

function assertNameAndShape(name: unknown, shape: readonly number[]): number {
  const values = product(shape);
  if (typeof name !== 'string' || Number.isNaN(values)) throw badProbe('a name and a shape', describeValue(shape));
  return values;
}

function assertList(name: string, list: unknown): void {
  if (!Array.isArray(list)) throw badProbe(`a list of ${name}`, describeValue(list));
}

function badProbe(expected: string, actual: string): GCompressError {
  return new GCompressError('invalid-option', {
    where: 'pack probes',
    expected,
    actual,
    hint: 'Make probes by probe(model, inputs) of @gcompress/packed/probes.',
  });
}
