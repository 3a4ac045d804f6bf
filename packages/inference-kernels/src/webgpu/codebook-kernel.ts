// The kernel of k-means codebooks of single entries on the WebGPU backend.
import { bitsFor, fileError, packBits, packedTensor } from '@gcompress/core/storage';
import type { InferenceKernel, StoredForm } from '@gcompress/tfjs/layers';
import { backend, cast, keep, type Tensor, tensor1d, zeros } from '@tensorflow/tfjs-core';
import { type CodebookForm, checkedCodes, codebookForm } from '../formats/k-means-rules.ts';
import { COLUMNS, codebookProgram, MOST_LEVELS, MOST_WORKGROUPS } from './codebook-program.ts';
import { run, runsPrograms } from './program-backend.ts';

/** A stored matrix, prepared for products. */
interface Handle {
  readonly form: CodebookForm;
  /** int32 words of packed bits. */
  readonly codes: Tensor;
  /** float32 levels. */
  readonly levels: Tensor;
  /** The same on the host, because reading from the device has to wait for it. */
  readonly host: { readonly bits: Uint8Array<ArrayBuffer>; readonly levels: Float32Array<ArrayBuffer> };
}

/**
 * Multiplies by matrices of at most 256 levels with one codebook, in their packed bits of 1 to 8 for each code. The device holds them, and the host for
 * saving. The backend comes from TensorFlow.js; where it cannot run programs of others, no form is supported.
 *
 * It never claims to pay, because it has not been measured on a graphics card: layers with `prefer: 'memory'` use it.
 */
export function webGpuCodebookKernel(): InferenceKernel<Handle> {
  return {
    format: 'kmeans',
    backend: 'webgpu',
    supports: (form) => entryForm(form) !== undefined && runsPrograms(backend()),
    pays: () => false,
    prepare({ form: stored, packed }) {
      const form = entryForm(stored);
      if (!form) throw fileError('file-tensor', 'kmeans', 'one codebook of at most 256 levels', 'another');
      const values = packed();
      const host = {
        levels: Float32Array.from(packedTensor(values, 'codebook', 'float32', [form.used, 1]).data),
        bits: packBits(checkedCodes(values, form), bitsFor(form.used)).slice(),
      };
      const codes = keep(tensor1d(wordsOf(host.bits), 'int32'));
      return { form, codes, levels: keep(tensor1d(host.levels.slice())), host };
    },
    multiply: (x, handle) => product(x, handle, { width: handle.form.cols, down: handle.form.cols, across: 1 }),
    multiplyTransposed: (y, handle) =>
      product(y, handle, { width: handle.form.rows, down: 1, across: handle.form.cols }),
    takenOver: ({ host, form: { used } }) => ({
      names: ['encoding', 'codebook'],
      restore: () => ({
        encoding: { shape: [host.bits.length], data: host.bits.slice() },
        codebook: { shape: [used, 1], data: host.levels.slice() },
      }),
    }),
    heldBytes: ({ codes, levels, host }) => 4 * (codes.size + levels.size) + host.bits.length + host.levels.byteLength,
    dispose({ codes, levels }) {
      codes.dispose();
      levels.dispose();
    },
  };
}

/** How a product walks through the codes. */
interface Walk {
  /** Columns of the result. */
  readonly width: number;
  /** Codes between two entries of a column, and of a row, of the matrix. */
  readonly down: number;
  readonly across: number;
}

function product(x: Tensor, { form: { used }, codes, levels }: Handle, { width, down, across }: Walk): Tensor {
  const [batch] = x.shape;
  if (batch === 0) return zeros([0, width]);
  const device = backend();
  if (!runsPrograms(device)) throw fileError('unsupported', 'webgpu backend', 'one that runs programs', 'another');
  const inputs = [x.dtype === 'float32' ? x : cast(x, 'float32'), codes, levels];
  const uniforms = [bitsFor(used), used, down, across].map((value) => ({ type: 'int32' as const, data: [value] }));
  return run(device, codebookProgram([batch, width]), inputs, uniforms);
}

/** Undefined for blocks, for other forms that no kernel supports, and for matrices whose bits 32 bits do not number. */
function entryForm(stored: StoredForm): CodebookForm | undefined {
  const form = codebookForm(stored);
  if (form === undefined || form.blockSize !== 1) return undefined;
  if (form.used > MOST_LEVELS || Math.max(form.rows, form.cols) > COLUMNS * MOST_WORKGROUPS) return undefined;
  return form.rows * form.cols * bitsFor(form.used) < 2 ** 31 ? form : undefined;
}

function wordsOf(bytes: Uint8Array): Int32Array {
  const words = new Uint8Array(4 * Math.ceil(bytes.length / 4));
  words.set(bytes);
  return new Int32Array(words.buffer);
}
