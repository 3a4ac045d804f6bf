// Synthetic inputs for a model without data: noise with the spectrum of pictures and sounds.
import { createRandom, GCompressError, type Random } from '@gcompress/core';
import { assertKnownOptions, assertNumber, assertSeed, describeValue } from '@gcompress/core/checks';
import { type Tensor, tensor } from '@tensorflow/tfjs-core';

/** An input of a model, as `inputs` of a layers model or a graph model lists it. */
export interface InputSignature {
  /** With the batch axis; null or negative for any size. */
  readonly shape?: readonly (number | null)[];
  readonly dtype?: string;
}

/** Options of {@link syntheticInputs}. */
export interface SyntheticOptions {
  /** Samples. Default 16. */
  readonly count?: number;
  /** Smallest and largest value. Default 0 and 1. */
  readonly range?: readonly [number, number];
  /** Side of axes whose size the model leaves open. Default 64. */
  readonly side?: number;
}

/** Standard deviation as a fraction of the range; values outside the range, about 5 %, are clipped. */
const SPREAD = 0.25;
/** Fraction of the noise that differs between the channels of a pixel, as in photographs. */
const OWN = 0.35;
const DTYPES = ['float32', 'int32', 'bool'];

/**
 * Noise for each input of a model. Pictures `[h, w, channels]` and sounds `[length, channels]` get noise with amplitude 1/f, which has equal
 * variance in each octave, like natural pictures. Other shapes get uniform noise, and integer inputs get integers in the range.
 *
 * @param signature the `inputs` of a model.
 * @param seed an integer from 0 to 2³² − 1; the same seed gives the same values.
 * @returns a tensor `[count, …]` for each input; the caller disposes them.
 * @throws GCompressError `invalid-option` for other arguments.
 */
export function syntheticInputs(
  signature: readonly InputSignature[],
  seed = 0,
  options: SyntheticOptions = {},
): Tensor[] {
  assertKnownOptions('syntheticInputs', options, ['count', 'range', 'side']);
  const { count = 16, range = [0, 1], side = 64 } = options;
  assertSeed(seed, 'syntheticInputs');
  assertNumber('syntheticInputs', 'count', count, { min: 1, integer: true });
  assertNumber('syntheticInputs', 'side', side, { min: 1, integer: true });
  const shapes = checkedShapes(signature, side);
  checkRange(range);
  const random = createRandom(seed);
  return shapes.map((shape, index) => {
    const size = shape.reduce((product, own) => product * own, 1);
    const values = new Float32Array(count * size);
    const { dtype = 'float32' } = signature[index];
    for (let sample = 0; sample < count; sample++) {
      const own = values.subarray(sample * size, (sample + 1) * size);
      if (dtype === 'float32' && shape.length > 1 && shape.length < 4) fillWithPinkNoise(own, shape, range, random);
      else fillUniformly(own, range, dtype, random);
    }
    return tensor(values, [count, ...shape], dtype as 'float32' | 'int32' | 'bool');
  });
}

function fillUniformly(values: Float32Array, [least, most]: readonly [number, number], dtype: string, random: Random) {
  for (let at = 0; at < values.length; at++) {
    if (dtype === 'bool') values[at] = random.integer(2);
    else if (dtype === 'int32') values[at] = Math.ceil(least) + random.integer(Math.floor(most) - Math.ceil(least) + 1);
    else values[at] = least + (most - least) * random.uniform();
  }
}

/** One plane of noise that all channels share, and a smaller one for each. */
function fillWithPinkNoise(
  values: Float32Array,
  shape: readonly number[],
  [least, most]: readonly [number, number],
  random: Random,
): void {
  const channels = shape[shape.length - 1];
  const height = shape.length === 3 ? shape[0] : 1;
  const width = shape[shape.length - 2];
  const shared = pinkNoise(height, width, random);
  const middle = (least + most) / 2;
  const spread = SPREAD * (most - least);
  for (let channel = 0; channel < channels; channel++) {
    const own = pinkNoise(height, width, random);
    for (let at = 0; at < own.length; at++) {
      const noise = channels === 1 ? own[at] : Math.sqrt(1 - OWN ** 2) * shared[at] + OWN * own[at];
      values[at * channels + channel] = Math.min(most, Math.max(least, middle + spread * noise));
    }
  }
}

/** Octaves of equal variance, from one wave over the longer side to the finest: each is a coarse grid of normal values, interpolated. */
function pinkNoise(height: number, width: number, random: Random): Float32Array {
  const plane = new Float32Array(height * width);
  let octaves = 0;
  for (let period = Math.max(height, width); period >= 1; period /= 2, octaves++) {
    addOctave(plane, { height, width, period }, random);
  }
  const scale = 1 / Math.sqrt(octaves);
  for (let at = 0; at < plane.length; at++) plane[at] *= scale;
  return plane;
}

interface Octave {
  readonly height: number;
  readonly width: number;
  /** Pixels between two values of the grid. */
  readonly period: number;
}

function addOctave(plane: Float32Array, { height, width, period }: Octave, random: Random): void {
  const [rows, columns] = [Math.ceil(height / period) + 2, Math.ceil(width / period) + 2];
  const grid = Float32Array.from({ length: rows * columns }, () => random.normal());
  const [up, left] = [random.uniform(), random.uniform()];
  for (let y = 0, at = 0; y < height; y++) {
    const row = Math.floor(y / period + up);
    const down = y / period + up - row;
    for (let x = 0; x < width; x++, at++) {
      const column = Math.floor(x / period + left);
      const right = x / period + left - column;
      const first = row * columns + column;
      const parts = [(1 - down) * (1 - right), (1 - down) * right, down * (1 - right), down * right];
      const places = [first, first + 1, first + columns, first + columns + 1];
      let [sum, squares] = [0, 0];
      for (let corner = 0; corner < 4; corner++) {
        sum += parts[corner] * grid[places[corner]];
        squares += parts[corner] ** 2;
      }
      // An interpolated value varies less than a value of the grid; dividing makes the variance equal everywhere
      plane[at] += sum / Math.sqrt(squares);
    }
  }
}

function checkedShapes(signature: unknown, side: number): readonly (readonly number[])[] {
  const isShape = (entry: unknown): boolean => {
    const { shape, dtype = 'float32' } = (entry ?? {}) as InputSignature;
    const known = DTYPES.includes(dtype);
    return (
      known && Array.isArray(shape) && shape.length > 0 && shape.every((own) => own === null || Number.isInteger(own))
    );
  };
  if (!Array.isArray(signature) || signature.length === 0 || !signature.every(isShape)) {
    throw new GCompressError('invalid-option', {
      where: 'syntheticInputs signature',
      expected: 'the inputs of a model, each with its shape, of numbers or booleans',
      actual: describeValue(signature),
      hint: 'Pass model.inputs.',
    });
  }
  return signature.map(({ shape }: { readonly shape: readonly (number | null)[] }) =>
    shape.slice(1).map((own) => (own === null || own < 0 ? side : own)),
  );
}

function checkRange(range: unknown): void {
  const [least, most] = Array.isArray(range) && range.length === 2 ? range : [];
  if (Number.isFinite(least) && Number.isFinite(most) && least < most) return;
  throw new GCompressError('invalid-option', {
    where: 'syntheticInputs range',
    expected: 'the smallest and the largest value, two finite numbers in order',
    actual: describeValue(range),
  });
}
