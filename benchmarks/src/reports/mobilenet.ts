// MobileNetV2 of the npm package nsfwjs, on pieces of the pictures of scikit-image.
import { npmPackage } from '../real-models/downloads.ts';
import { MODELS } from '../real-models/models.ts';
import { loadPictures } from '../real-models/pictures.ts';
import type { ReportedModel } from './write-report.ts';

/** The model with its pictures; undefined, with a message on standard error, where a package cannot be had. */
export function mobileNet(): ReportedModel | undefined {
  const model = MODELS.find(({ title }) => title === 'nsfwjs MobileNetV2');
  const folder = model && npmPackage(model.from);
  const pictures = loadPictures();
  if (!folder || !pictures) return undefined;
  const { from, batchSize } = model;
  const inputs = model.inputs('evaluation', pictures);
  return {
    name: 'mobilenet-v2',
    title: 'MobileNetV2 of nsfwjs, compressed without training',
    source: `npm:${from.name}@${from.version}, mobilenet_v2`,
    artifacts: model.read(folder),
    bytes: 1_500_000,
    calibration: model.inputs('calibration', pictures),
    inputs,
    inputsAre: `${inputs.shape[0]} pieces of ten pictures of scikit-image, which the calibration did not see`,
    classNames: ['drawing', 'hentai', 'neutral', 'porn', 'sexy'],
    batchSize,
  };
}
