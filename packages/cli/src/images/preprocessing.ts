// The ways in which models take the pixels of images, by name.

/** ImageNet's mean and standard deviation of red, green and blue, of values from 0 to 1, as torchvision has them. */
const MEAN = [0.485, 0.456, 0.406] as const;
const DEVIATION = [0.229, 0.224, 0.225] as const;
/** ImageNet's mean of blue, green and red, of values from 0 to 255, as Keras' mode `caffe` has it. */
const CAFFE_MEAN = [103.939, 116.779, 123.68] as const;

/** Names that `--preprocess` takes. */
export const PREPROCESSING = ['0..1', '-1..1', 'imagenet', 'caffe', 'raw'] as const;
export type Preprocessing = (typeof PREPROCESSING)[number];

/** What each name does to the value of a channel of a pixel `[red, green, blue]` or `[gray]`, from 0 to 255. */
const VALUES: Readonly<Record<Preprocessing, (pixel: Float32Array, channel: number) => number>> = {
  '0..1': (pixel, channel) => pixel[channel] / 255,
  '-1..1': (pixel, channel) => pixel[channel] / 127.5 - 1,
  imagenet: (pixel, channel) => (pixel[channel] / 255 - MEAN[channel]) / DEVIATION[channel],
  caffe: (pixel, channel) => pixel[2 - channel] - CAFFE_MEAN[channel],
  raw: (pixel, channel) => pixel[channel],
};

/** What each name means, in words. */
export const PREPROCESSING_WORDS: Readonly<Record<Preprocessing, string>> = {
  '0..1': 'values from 0 to 1',
  '-1..1': 'values from -1 to 1',
  imagenet: "values from 0 to 1, less ImageNet's mean and divided by its deviation",
  caffe: "values from 0 to 255 as BGR, less ImageNet's mean",
  raw: 'values from 0 to 255',
};

/** Whether a name needs the three channels of a colour picture. */
export function needsColors(name: Preprocessing): boolean {
  return name === 'imagenet' || name === 'caffe';
}

/**
 * The values of pictures as a model takes them, into `target`.
 *
 * @param pixels values from 0 to 255, channels last.
 */
export function preprocess(
  pixels: Float32Array,
  { name, channels, target }: { readonly name: Preprocessing; readonly channels: 1 | 3; readonly target: Float32Array },
): void {
  for (let at = 0; at < pixels.length; at += channels) {
    const pixel = pixels.subarray(at, at + channels);
    for (let channel = 0; channel < channels; channel++) target[at + channel] = VALUES[name](pixel, channel);
  }
}
