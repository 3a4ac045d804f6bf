// The stored form of a stacked matrix: what the outer format stores of its own, and the tensors of each part.

import { GCompressError } from '../checks/errors.ts';
import { describeShape } from '../checks/option-checks.ts';
import { assertElementLimit, MAX_ELEMENTS, type ReadLimits } from '../checks/size-limit.ts';
import type { CompressedFormat } from '../contract/compressed-format.ts';
import { type Factor, type Factorization, floatFactor } from '../contract/factors.ts';
import type { PackedMatrix, PackedTensor } from '../contract/packed-matrix.ts';
import { assertVersion, packedDtype } from '../storage/packed-tensor.ts';
import { elementCount } from '../tensors/element-count.ts';
import {
  besides,
  factorShape,
  type InnerFormats,
  innerParts,
  outerForm,
  outerVersion,
  outside,
  type StackedPart,
  type StackedParts,
  within,
} from './stack-parts.ts';

/** Values of all parts that a file of any size may ask for: 4 MiB of float32. */
const FREE_VALUES = 2 ** 20;
/** Beyond that, values of the parts for each stored byte. */
const VALUES_PER_BYTE = 1024;

/**
 * The tensors of a stacked matrix. The outer format stores its factors with ones in the place of those that are compressed, because
 * what it stores of the others must not depend on values that a reader does not have yet; the ones are then left out.
 *
 * Where the outer format stores a compressed factor in another shape than it works with, such as a codebook without unused rows, that
 * shape stays, as a tensor without values: `codebook [16, 4, 0]`.
 */
export function packStack(
  outer: CompressedFormat,
  inner: InnerFormats,
  whole: Factorization,
): Record<string, PackedTensor> {
  const names = Object.keys(inner);
  const parts = innerParts(whole.config, names);
  const own = outer.pack({ ...outerForm(whole), factors: { ...besides(whole.factors, names), ...onesFor(parts) } });
  const shapes = names.flatMap((name): [string, PackedTensor][] => {
    const stored = own[name].shape;
    if (sameShape(stored, factorShape(parts[name]))) return [];
    return [[name, { shape: [...stored, 0], data: new Float32Array(0) }]];
  });
  const packed = names.flatMap((name) =>
    outside(name, inner[name].pack({ ...parts[name], factors: within(whole.factors, name) })),
  );
  const tensors = Object.fromEntries([...Object.entries(besides(own, names)), ...shapes, ...packed]);
  assertCost(tensors, parts, undefined);
  return tensors;
}

/**
 * The factors of a stored stacked matrix.
 *
 * @throws GCompressError for whatever a part or the outer format refuses; `file-oversized`, before anything is unpacked, for parts that
 *   are larger than the limit or than the bytes of the tensors justify; `file-tensor` for parts that the outer format does not have.
 */
export function unpackStack(
  outer: CompressedFormat,
  inner: InnerFormats,
  packed: PackedMatrix,
  limits: ReadLimits | undefined,
): Record<string, Factor> {
  assertVersion(packed, 1);
  const names = Object.keys(inner);
  const parts = innerParts(packed.config, names);
  // Before any part is unpacked: a few bytes may claim large ones
  assertCost(packed.tensors, parts, limits);
  const unpacked = names.map((name) => {
    const part = innerStored(inner[name], parts[name], packed.tensors, name);
    return [name, inner[name].unpack(part, limits)] as const;
  });
  const own = unpackOuter(outer, packed, parts, limits);
  const coded = unpacked.flatMap(([name, factors]) => outside(name, withRole(factors, own[name].trainable)));
  return Object.fromEntries([...Object.entries(besides(own, names)), ...coded]);
}

/** The factors of a part. None of them trains if the factor that they stand for does not train. */
export function withRole<F extends { readonly trainable: boolean }>(
  factors: Readonly<Record<string, F>>,
  trainable: boolean,
): Readonly<Record<string, F>> {
  if (trainable) return factors;
  return Object.fromEntries(Object.entries(factors).map(([name, factor]) => [name, { ...factor, trainable }]));
}

/** The outer format reads, and so checks, what it stored, with zeros in the place of what is compressed. */
function unpackOuter(
  outer: CompressedFormat,
  packed: PackedMatrix,
  parts: StackedParts,
  limits: ReadLimits | undefined,
): Record<string, Factor> {
  const factors = outer.unpack(outerStored(outer, packed, parts), limits);
  for (const name of Object.keys(parts)) {
    const wanted = factorShape(parts[name]);
    if (Object.hasOwn(factors, name) && sameShape(factors[name].shape, wanted)) continue;
    throw new GCompressError('file-tensor', {
      where: `stacked matrix part '${name}'`,
      expected: `the shape of a factor of ${outer.id}, ${describeShape(factors[name]?.shape)}`,
      actual: describeShape(wanted),
    });
  }
  return factors;
}

function standInShape(tensors: PackedMatrix['tensors'], parts: StackedParts, name: string): readonly number[] {
  if (!Object.hasOwn(tensors, name)) return factorShape(parts[name]);
  const { shape, data } = tensors[name];
  if (packedDtype(data) !== 'float32') {
    throw new GCompressError('file-dtype', {
      where: `stacked matrix tensor '${name}'`,
      expected: 'float32',
      actual: packedDtype(data),
    });
  }
  const sides = shape.slice(0, -1);
  const isSide = (side: number) => Number.isSafeInteger(side) && side >= 0;
  if (sides.every(isSide) && shape[shape.length - 1] === 0 && data.length === 0) return sides;
  throw new GCompressError('file-tensor', {
    where: `stacked matrix tensor '${name}'`,
    expected: 'sides of which the last is 0, because its values are compressed',
    actual: describeShape(shape),
  });
}

/** What the outer format stored of its own, with zeros in the place of what is compressed. */
export function outerStored(outer: CompressedFormat, packed: PackedMatrix, parts: StackedParts): PackedMatrix {
  const names = Object.keys(parts);
  const zeros = names.map((name) => {
    const shape = standInShape(packed.tensors, parts, name);
    return [name, { shape, data: new Float32Array(elementCount(shape)) }] as const;
  });
  const tensors = { ...besides(packed.tensors, names), ...Object.fromEntries(zeros) };
  return { ...outerForm(packed), format: outer.id, version: outerVersion(packed.config), tensors };
}

/** A part as its own format stored it. */
export function innerStored(
  { id }: CompressedFormat,
  { version, shape, config }: StackedPart,
  tensors: PackedMatrix['tensors'],
  name: string,
): PackedMatrix {
  return { version, shape, config, format: id, tensors: within(tensors, name) };
}

/** Bounds what reading allocates for the parts by the caller's limit, and by the bytes that are stored. */
export function assertCost(
  tensors: PackedMatrix['tensors'],
  parts: StackedParts,
  limits: ReadLimits | undefined,
): void {
  let values = 0;
  for (const [name, { shape }] of Object.entries(parts)) {
    const standIn = Object.hasOwn(tensors, name) ? elementCount(standInShape(tensors, parts, name)) : 0;
    values += Math.max(elementCount(shape), standIn);
  }
  const bytes = Object.values(tensors).reduce((sum, { data }) => sum + data.byteLength, 0);
  const most = Math.max(FREE_VALUES, bytes * VALUES_PER_BYTE);
  assertElementLimit(values, 'stacked factors', Math.min(most, limits?.maxElements ?? MAX_ELEMENTS));
}

function onesFor(parts: StackedParts): Record<string, Factor> {
  const ones = Object.entries(parts).map(([name, part]) => {
    const shape = factorShape(part);
    return [name, floatFactor(shape, new Float32Array(elementCount(shape)).fill(1))] as const;
  });
  return Object.fromEntries(ones);
}

function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((side, axis) => side === b[axis]);
}
