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
  /** Tensors that the kernel made. */
  readonly own: readonly Tensor[];
}

/**
 * Multiplies by matrices of at most 256 levels with one codebook, in their packed bits of 1 to 8 for each code, which stay in the memory of the
 * device. The backend comes from TensorFlow.js; where it cannot run programs of others, no form is supported.
 *
 * It never claims to pay, because it has not been measured on a graphics card: layers with `prefer: 'memory'` use it.
 */
export function webGpuCodebookKernel(): InferenceKernel<Handle> {
  return {
    format: 'kmeans',
    backend: 'webgpu',
    supports: (form) => entryForm(form) !== undefined && runsPrograms(backend()),
    pays: () => false,
    prepare({ form: stored, tensors, packed }) {
      const form = entryForm(stored);
      if (!form) throw fileError('file-tensor', 'kmeans', 'one codebook of at most 256 levels', 'another');
      const values = packed();
      packedTensor(values, 'codebook', 'float32', [form.used, 1]);
      const checked = checkedCodes(values, form);
      // Only codes that the entropy coder keeps are not there as bits
      const made = tensors.encoding ? undefined : keep(tensor1d(wordsOf(checked, form.used), 'int32'));
      return { form, codes: made ?? tensors.encoding, levels: tensors.codebook, own: made ? [made] : [] };
    },
    multiply(x, { form: { cols, used }, codes, levels }) {
      const [batch] = x.shape;
      if (batch === 0) return zeros([0, cols]);
      const device = backend();
      if (!runsPrograms(device)) throw fileError('unsupported', 'webgpu backend', 'one that runs programs', 'another');
      const inputs = [x.dtype === 'float32' ? x : cast(x, 'float32'), codes, levels];
      const uniforms = [
        { type: 'int32' as const, data: [bitsFor(used)] },
        { type: 'int32' as const, data: [used] },
      ];
      return run(device, codebookProgram([batch, cols]), inputs, uniforms);
    },
    heldBytes: ({ own }) => own.reduce((sum, { size }) => sum + 4 * size, 0),
    dispose({ own }) {
      for (const tensor of own) tensor.dispose();
    },
  };
}

/** Undefined for blocks, for other forms that no kernel supports, and for matrices whose bits 32 bits do not number. */
function entryForm(stored: StoredForm): CodebookForm | undefined {
  const form = codebookForm(stored);
  if (form === undefined || form.blockSize !== 1) return undefined;
  if (form.used > MOST_LEVELS || form.cols > COLUMNS * MOST_WORKGROUPS) return undefined;
  return form.rows * form.cols * bitsFor(form.used) < 2 ** 31 ? form : undefined;
}

function wordsOf(codes: Int32Array, used: number): Int32Array {
  const bytes = packBits(codes, bitsFor(used));
  const words = new Uint8Array(4 * Math.ceil(bytes.length / 4));
  words.set(bytes);
  return new Int32Array(words.buffer);
}
