// What flows through a trained model: second moments of the inputs of its matrices.
export { type CalibrateOptions, type Calibration, calibrate } from './calibrate.ts';
export type { BatchDataset, ModelInputs } from './input-batches.ts';
