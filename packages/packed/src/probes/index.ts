// Probes: the outputs of a model when it was packed, and checks that it gives the same outputs elsewhere.
export type { Probe, ProbeTensor, SeededInput } from '../container/probe.ts';
export { assertAgrees } from './assert-agrees.ts';
export { type CompareOutputsOptions, compareOutputs, type OutputDifference } from './compare-outputs.ts';
export { type ProbedModel, type ProbeInputs, probe } from './probe.ts';
export { type Verification, type VerifiedOutput, type VerifyOptions, verify } from './verify.ts';
