// Public API: second moments of the inputs of a model's matrices, gains of output channels, correction of biases and of BatchNorm statistics.
export {
  type CorrectBatchNormOptions,
  type CorrectedBatchNorm,
  correctBatchNorm,
} from './batch-norm/correct-batch-norm.ts';
export { type CorrectedBiases, correctBiases } from './biases/correct-biases.ts';
export { calibrate } from './calibrate.ts';
export type { CalibrateOptions } from './calibrate-options.ts';
export type { Calibration, InputSums } from './calibration/calibration.ts';
export { type LoadCalibrationOptions, loadCalibration, saveCalibration } from './calibration/calibration-file.ts';
export { mergeCalibrations } from './calibration/merge-calibrations.ts';
export { type ChannelGainsOptions, channelGains } from './gains/channel-gains.ts';
export type { GainModel } from './gains/differentiable-model.ts';
export type { GainGraph } from './gains/graph-answers.ts';
export type { CalibratedGraph } from './graph/calibrated-graph.ts';
export type { BatchDataset, ModelInputs } from './inputs/input-batches.ts';
export type { InputPairs, PairMoments } from './pairs/pair-sums.ts';
export { type OpenPairs, type PairedInputs, type PairedInputsOptions, pairedInputs } from './pairs/paired-inputs.ts';
export { type InputSignature, type SyntheticOptions, syntheticInputs } from './synthetic-inputs.ts';
