// The goals for each model, and the smallest file that reaches each.
import { markdownTable } from '../statistics.ts';
import type { RealModel } from './models.ts';
import type { Knowledge, ModelFiles, SmallFile } from './small-files.ts';

/** Bytes and quality for one model. */
interface Goal {
  /** Beyond what must be reached. */
  readonly isStretch?: true;
  /** Part of the title of the model. */
  readonly model: string;
  /** The knowledge that a file may use: none, noise or inputs. */
  readonly knowledge: Exclude<Knowledge, 'stock'>;
  /** Largest part of the bytes of uint8 and gzip. */
  readonly part: number;
  readonly quality: string;
  reached(quality: readonly number[], uint8: readonly number[]): boolean;
}

const decibels = (least: number): Pick<Goal, 'quality' | 'reached'> => ({
  quality: `≥ ${least} dB`,
  reached: ([found]) => found >= least,
});
const features = (same: number, most: number): Pick<Goal, 'quality' | 'reached'> => ({
  quality: `${same > 0 ? `≥ ${100 * same} % same class, ` : ''}feature error ≤ ${most}`,
  reached: ([found, error]) => found >= same && error <= most,
});
const onePercent: Pick<Goal, 'quality' | 'reached'> = {
  quality: 'output error ≤ 1 %',
  reached: ([error]) => error <= 0.01,
};
const asUint8: Pick<Goal, 'quality' | 'reached'> = {
  quality: 'uint8 less 0.5 dB',
  reached: ([found], [uint8]) => found >= uint8 - 0.5,
};

const GOALS: readonly Goal[] = [
  { model: 'slim', knowledge: 'no data', part: 0.75, ...asUint8 },
  { model: 'medium', knowledge: 'no data', part: 0.75, ...asUint8 },
  { model: 'MobileNetV2', knowledge: 'no data', part: 0.78, ...features(0, 0.18) },
  { model: 'slim', knowledge: 'no data', part: 0.31, ...decibels(58) },
  { model: 'medium', knowledge: 'no data', part: 0.5, ...decibels(60) },
  { model: 'MobileNetV2', knowledge: 'no data', part: 0.78, ...features(0.97, 0.22) },
  { model: 'InceptionV3', knowledge: 'no data', part: 0.75, ...features(0, 0.25) },
  ...['basic-pitch', 'emotion', 'mobileface', 'blazeface'].map(
    (model) => ({ model, knowledge: 'no data', part: 0.65, ...onePercent }) as const,
  ),
  { model: 'slim', knowledge: 'inputs', part: 0.25, ...decibels(55) },
  { model: 'medium', knowledge: 'inputs', part: 0.4, ...decibels(60) },
  { model: 'MobileNetV2', knowledge: 'inputs', part: 0.75, ...features(0.98, 0.1) },
  { model: 'InceptionV3', knowledge: 'inputs', part: 0.6, ...features(0, 0.25) },
  ...['basic-pitch', 'emotion', 'mobileface', 'blazeface'].map(
    (model) => ({ model, knowledge: 'inputs', part: 0.45, ...onePercent }) as const,
  ),
  { model: 'slim', knowledge: 'distilled', part: 0.2, ...decibels(50) },
  { model: 'MobileNetV2', knowledge: 'distilled', part: 0.5, ...features(0.97, 0.2) },
  { model: 'slim', knowledge: 'no data', part: 0.2, ...decibels(52), isStretch: true },
  { model: 'medium', knowledge: 'no data', part: 0.4, ...decibels(60), isStretch: true },
  { model: 'slim', knowledge: 'inputs', part: 0.16, ...decibels(46), isStretch: true },
  { model: 'medium', knowledge: 'inputs', part: 0.3, ...decibels(60), isStretch: true },
  { model: 'MobileNetV2', knowledge: 'inputs', part: 0.6, ...features(0.97, 0.18), isStretch: true },
  { model: 'InceptionV3', knowledge: 'inputs', part: 0.45, ...features(0, 0.25), isStretch: true },
];

/** A table of all goals for the models that were measured. */
export function goalsTable(results: ReadonlyMap<RealModel, ModelFiles>): string {
  const rows = GOALS.flatMap((goal) =>
    [...results]
      .filter(([{ title }]) => title.includes(goal.model))
      .map(([model, { files, isPart }]) => {
        const uint8 = uint8Of(files);
        const nearest = smallest(files, goal, uint8);
        const met = nearest !== undefined && nearest.bytes <= goal.part * uint8.bytes;
        return [
          model.title,
          goal.knowledge,
          `${goal.isStretch ? 'stretch' : 'must'}: ≤ ${goal.part}×, ${goal.quality}`,
          nearest ? `${part(nearest, uint8)}, ${model.measure.print(nearest.quality).join(', ')}` : 'no file so good',
          outcome({ met, isMeasured: files.some((file) => file.knowledge === goal.knowledge), isPart }),
        ];
      }),
  );
  return markdownTable(['model', 'made with', 'goal', 'smallest file of this quality', ''], rows);
}

/** What a goal came to. */
function outcome({ met, isMeasured, isPart }: Readonly<Record<'met' | 'isMeasured' | 'isPart', boolean>>): string {
  if (met) return 'met';
  if (!isMeasured) return 'not measured';
  return isPart ? 'not all files measured' : 'missed';
}

/** The uint8 file that all files are compared with. */
export function uint8Of(files: readonly SmallFile[]): SmallFile {
  const found = files.find(({ title }) => title.startsWith('uint8'));
  if (!found) throw new Error('no uint8 file was measured');
  return found;
}

/** Bytes as a fraction of the uint8 file. */
export function part(file: SmallFile, uint8: SmallFile): string {
  return `${(file.bytes / uint8.bytes).toFixed(3)}×`;
}

function smallest(files: readonly SmallFile[], { knowledge, reached }: Goal, uint8: SmallFile): SmallFile | undefined {
  return files
    .filter((file) => file.knowledge === knowledge && reached(file.quality, uint8.quality))
    .sort((a, b) => a.bytes - b.bytes)[0];
}
