// Probes: what a model answered where it was packed, and whether it answers the same elsewhere.
export type { Probe, ProbeTensor, SeededInput } from '../container/probe.ts';
export { type CompareOutputsOptions, compareOutputs, type OutputDifference } from './compare-outputs.ts';
export { type ProbedModel, type ProbeInputs, probe } from './probe.ts';
export { type Verification, type VerifiedOutput, type VerifyOptions, verify } from './verify.ts';
