// The part of TensorFlow.js' WebGPU backend that runs programs. It is not documented, so it is tested before it is used.
import { engine, type Tensor, type TensorInfo } from '@tensorflow/tfjs-core';

/** A program of the WebGPU backend, as version 4.22.0 takes it. The backend writes to it, so make one for each run. */
export interface Program {
  /** Names of the inputs in the code. */
  readonly variableNames: string[];
  readonly outputShape: number[];
  /** Which axes of the output the axes of the dispatch stand for. */
  readonly dispatchLayout: { readonly x: number[]; readonly y: number[] };
  /** Numbers of workgroups. */
  dispatch: [number, number, number];
  readonly workgroupSize: [number, number, number];
  /** Declarations of the uniforms after those of the backend, such as `bits : i32,`. */
  readonly uniforms: string;
  /** Programs with the same key share their compiled code. */
  shaderKey: string;
  /** The code in WGSL, with a function `main`. */
  getUserCode(): string;
}

/** Values of the uniforms of a {@link Program}. */
export type Uniforms = readonly { readonly type: 'int32'; readonly data: number[] }[];

interface ProgramBackend {
  runWebGPUProgram(program: Program, inputs: readonly TensorInfo[], dtype: 'float32', uniforms: Uniforms): TensorInfo;
}

/** True if a backend runs programs. */
export function runsPrograms(backend: object): backend is ProgramBackend {
  return typeof (backend as Partial<ProgramBackend>).runWebGPUProgram === 'function';
}

/** Runs a program. Call it in a tidy. */
export function run(backend: ProgramBackend, program: Program, inputs: readonly Tensor[], uniforms: Uniforms): Tensor {
  return engine().makeTensorFromTensorInfo(backend.runWebGPUProgram(program, inputs, 'float32', uniforms));
}
