// The tensor operations that decoders name, each alone, so that a page carries only those that its decoders use.

import type { CpuTensor } from './cpu-loops.ts';
import * as loops from './cpu-loops.ts';
import type { TensorOps } from './tensor-ops.ts';

/** One tensor operation by its name, without checks of its arguments: a decoder's `unpack` has checked its factors. */
export type DecoderOperation = Partial<TensorOps<CpuTensor>>;

/** `matMul` of `TensorOps`. */
export const matMul: DecoderOperation = { matMul: loops.matMul };

/** `add` of `TensorOps`. */
export const add: DecoderOperation = { add: loops.add };

/** `mul` of `TensorOps`. */
export const mul: DecoderOperation = { mul: loops.mul };

/** `gather` of `TensorOps`. */
export const gather: DecoderOperation = { gather: loops.gather };

/** `reshape` of `TensorOps`. */
export const reshape: DecoderOperation = { reshape: loops.reshape };

/** `transpose` of `TensorOps`. */
export const transpose: DecoderOperation = { transpose: loops.transpose };

/** `slice` of `TensorOps`. */
export const slice: DecoderOperation = { slice: loops.slice };

/** `slice` of `TensorOps` in less code, for the first columns of a matrix alone: `begin` is `[0, 0]`, and the block has all rows. */
export const firstColumns: DecoderOperation = { slice: loops.firstColumns };
