// Photographs and drawings of scikit-image, cut into pieces: some pictures for calibration, the others for evaluation.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { decode } from 'fast-png';
import { wheel } from './downloads.ts';

const SCIKIT_IMAGE = {
  name: 'scikit-image',
  version: '0.26.0',
  integrity: 'sha256-dKpVGMzqKBIfV6lTdFgdO5eYOa3CW7A/KJsbybmcWK8=',
};

/** No picture, and no second picture of one scene, is in both lists. */
const NAMES = {
  calibration: ['chelsea', 'motorcycle_left', 'coins', 'moon', 'brick', 'page', 'cell', 'logo'],
  evaluation: ['astronaut', 'coffee', 'ihc', 'color', 'camera', 'grass', 'gravel', 'clock_motion', 'text', 'horse'],
} as const;

/** The use of a picture: calibration or evaluation. */
export type Use = keyof typeof NAMES;

/** Pictures `[height, width, 3]` with values from 0 to 255. */
export type Pictures = Readonly<Record<Use, readonly tf.Tensor3D[]>>;

/** All pictures; undefined where the package cannot be had. */
export function loadPictures(): Pictures | undefined {
  const folder = wheel(SCIKIT_IMAGE);
  if (folder === undefined) return undefined;
  const read = (name: string) => picture(readFileSync(join(folder, 'skimage/data', `${name}.png`)));
  return { calibration: NAMES.calibration.map(read), evaluation: NAMES.evaluation.map(read) };
}

function picture(png: Uint8Array): tf.Tensor3D {
  const { data, channels, depth, width, height } = decode(png);
  const colors = channels < 3 ? 1 : 3;
  const most = 2 ** depth - 1;
  const values = new Float32Array(width * height * 3);
  for (let at = 0; at < width * height; at++) {
    for (let color = 0; color < 3; color++) {
      values[at * 3 + color] = (255 * data[at * channels + (colors === 1 ? 0 : color)]) / most;
    }
  }
  return tf.tensor3d(values, [height, width, 3]);
}

/** How pieces are cut. */
export interface Cut {
  /** Height and width of a piece in the end. */
  readonly size: number;
  readonly count: number;
  /** Sides of the square that a piece shows, as parts of the shorter side; `undefined` cuts pieces without resizing. */
  readonly parts?: readonly number[];
}

/** Pieces `[count, size, size, 3]` with values from 0 to 255, spread evenly over pictures, places and parts. */
export function pieces(pictures: readonly tf.Tensor3D[], { size, count, parts }: Cut): tf.Tensor4D {
  return tf.tidy(() => {
    const cut = Array.from({ length: count }, (_, index) => {
      const image = pictures[index % pictures.length];
      const [height, width] = image.shape;
      const turn = Math.floor(index / pictures.length);
      const side = parts ? Math.floor(Math.min(height, width) * parts[turn % parts.length]) : size;
      const [top, left] = place(turn);
      const from = [Math.floor(top * (height - side)), Math.floor(left * (width - side)), 0];
      const piece = tf.slice(image, from, [Math.min(side, height), Math.min(side, width), 3]);
      return tf.image.resizeBilinear(piece as tf.Tensor3D, [size, size]);
    });
    return tf.stack(cut) as tf.Tensor4D;
  });
}

/** Points that fill the unit square evenly: multiples of the plastic number's powers. */
function place(turn: number): readonly [number, number] {
  return [(0.5 + turn * 0.7548776662466927) % 1, (0.5 + turn * 0.5698402909980532) % 1];
}
