// Checks of the arguments of compressed and packed layers.
import { GCompressError } from '@gcompress/core';
import { assertKnownOptions, assertOneOf, assertType, describeValue } from '@gcompress/core/checks';
import { layers } from '@tensorflow/tfjs-layers';
import { assertCompressor, assertSchedule } from '../../argument-checks.ts';
import { assertInferenceKernels } from '../../weight/inference-kernel.ts';
import type { Layer } from '../weights/clone-layer.ts';

/**
 * Checks the arguments of a `CompressedLayer`; returns the inner layer.
 *
 * @throws GCompressError `invalid-option` or `unknown-option`.
 */
export function compressedLayerInside(args: unknown): Layer {
  const where = 'CompressedLayer';
  const { compressor, schedule, matrices, split, layer } = known(where, args, [
    'layer',
    'compressor',
    'schedule',
    'matrices',
    'split',
  ]);
  assertCompressor(where, 'compressor', compressor);
  assertSchedule(where, 'schedule', schedule);
  assertList(where, matrices, 'names', (name) => typeof name === 'string');
  assertOneOf(where, 'split', split, ['filters', 'spatial']);
  return asLayer(where, layer);
}

/**
 * Checks the arguments of a `PackedLayer`; returns the inner layer.
 *
 * @throws GCompressError `invalid-option` or `unknown-option`.
 */
export function packedLayerInside(args: unknown): Layer {
  const where = 'PackedLayer';
  const names = ['layer', 'matrices', 'split', 'prefer', 'inferenceKernels'];
  const { matrices, split, prefer, inferenceKernels, layer } = known(where, args, names);
  assertList(where, matrices, 'packed matrices', isPackedMatrix);
  if (split !== undefined) assertOneOf(where, 'split', split, ['filters', 'spatial']);
  if (prefer !== undefined) assertOneOf(where, 'prefer', prefer, ['speed', 'memory']);
  if (inferenceKernels !== undefined) assertInferenceKernels(where, inferenceKernels);
  return asLayer(where, layer);
}

function known(where: string, args: unknown, names: readonly string[]): Readonly<Record<string, unknown>> {
  assertKnownOptions(where, args, names);
  return args as Readonly<Record<string, unknown>>;
}

function isPackedMatrix(value: unknown): boolean {
  if (!isObject(value) || typeof value.name !== 'string' || !isObject(value.format)) return false;
  const { packed } = value;
  if (!isObject(packed) || !Array.isArray(packed.shape) || !isObject(packed.tensors)) return false;
  return Object.values(packed.tensors).every((tensor) => isObject(tensor) && Array.isArray(tensor.shape));
}

function asLayer(where: string, layer: unknown): Layer {
  assertType(where, 'layer', layer, 'object');
  if (layer instanceof layers.Layer) return layer;
  throw new GCompressError('invalid-option', {
    where: `${where} layer`,
    expected: 'a layer of TensorFlow.js',
    actual: describeValue(layer),
  });
}

function assertList(where: string, list: unknown, of: string, isOne: (value: unknown) => boolean): void {
  if (Array.isArray(list) && list.length > 0 && list.every(isOne)) return;
  const other: unknown = Array.isArray(list) ? list.find((value) => !isOne(value)) : list;
  const empty = Array.isArray(list) && list.length === 0;
  throw new GCompressError('invalid-option', {
    where: `${where} matrices`,
    expected: `a list of ${of}`,
    actual: empty
      ? 'an empty list'
      : Array.isArray(list)
        ? `a list with ${describeValue(other)}`
        : describeValue(other),
  });
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
