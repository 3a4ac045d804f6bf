// A compressed matrix: factors together with what can be done with them.
import { GCompressError } from '../checks/errors.ts';
import { assertType, describeValue } from '../checks/option-checks.ts';
import { assertElementLimit } from '../checks/size-limit.ts';
import { assertMatrix, assertShape2D, type Matrix } from '../matrix/matrix.ts';
import type { CpuTensor } from '../tensors/cpu-loops.ts';
import { cpuOps } from '../tensors/cpu-ops.ts';
import { elementCount } from '../tensors/element-count.ts';
import type { CompressedFormat } from './compressed-format.ts';
import { type Factorization, isMadeLater } from './factors.ts';
import type { PackedMatrix, PackedTensor } from './packed-matrix.ts';

/** Bytes of an entry of a factor, float32 or int32. */
const DATA_BYTES = 4;

/** A matrix in compressed form, with all that can be done with it. */
export interface CompressedMatrix<K extends string = string> extends Factorization<K> {
  readonly format: CompressedFormat<K>;
  /** Bytes of the stored tensors. What is derived, such as a projection from its seed, does not count. */
  readonly byteLength: number;
  /** Bytes of the dense float32 matrix divided by {@link byteLength}. Porting note: Python's README uses the inverse. */
  readonly compressionRatio: number;
  /** What a user should know about this result: the {@link notes}, and that it is larger than the dense matrix; mostly empty. */
  readonly warnings: readonly string[];
  /** What the method said when it compressed, e.g. that it could not keep what was asked. Files do not hold it. */
  readonly notes: readonly string[];
  /** The matrix `[m, n]` that the factors stand for. */
  decompress(): Matrix;
  /** `x [b, m] · Ŵ → [b, n]`: from the factors if the format has `multiply` and `multiplyPays` does not deny it, else through Ŵ. */
  matMul(x: Matrix): Matrix;
  /** The rows of Ŵ with these ids `[q] → [q, n]`, without building Ŵ where the format can. */
  lookup(ids: ArrayLike<number>): Matrix;
  /** The stored form, in memory of its own: what is done to it leaves the factors as they are, and the other way round. */
  pack(): PackedMatrix;
}

/**
 * Gives factors their behaviour. Authors of algorithms need not call this: `defineMethod` does.
 *
 * @param notes what the method has to say about this result; it stands among the warnings.
 * @throws GCompressError `invalid-option` or `invalid-matrix` for anything but a format and a factorization.
 */
export function createCompressedMatrix<K extends string>(
  format: CompressedFormat<K>,
  factorization: Factorization<K>,
  notes: readonly string[] = [],
): CompressedMatrix<K> {
  assertType('createCompressedMatrix', 'format', format, 'object');
  assertType('createCompressedMatrix format', 'reconstruct', format.reconstruct, 'function');
  assertType('createCompressedMatrix', 'factorization', factorization, 'object');
  const { shape, config, factors } = factorization;
  assertShape2D(shape, 'createCompressedMatrix shape');
  assertType('createCompressedMatrix', 'factors', factors, 'object');
  const [rows, cols] = shape;
  const form = { shape, config };
  let bytes: number | undefined;
  const packTensors = () => {
    const packed: unknown = format.pack(factorization);
    const isPacked = (tensor: unknown) => ArrayBuffer.isView((tensor as Partial<PackedTensor> | null)?.data);
    if (typeof packed === 'object' && packed !== null && Object.values(packed).every(isPacked)) {
      return Object.entries<PackedTensor>(packed as Record<string, PackedTensor>);
    }
    throw new GCompressError('contract', {
      where: `format '${format.id}'`,
      expected: 'pack() to give tensors { shape, data }',
      actual: describeValue(packed),
    });
  };
  const pack = (): PackedMatrix => {
    const tensors = packTensors().map(([name, tensor]) => [name, owned(tensor)] as const);
    const { id, version } = format;
    return { format: id, version, shape: [rows, cols], config, tensors: Object.fromEntries(tensors) };
  };
  const reconstruct = (): CpuTensor => {
    assertElementLimit(rows * cols, 'decompress');
    const data = format.dense?.(factors, form);
    return data ? { shape: [rows, cols], data } : format.reconstruct<CpuTensor>(cpuOps, factors, form);
  };
  /** A format may answer with a factor or an argument itself, under another shape; what the caller gets is the caller's own. */
  const owned = <T extends CpuTensor | PackedTensor>(tensor: T, ...inputs: readonly CpuTensor[]): T =>
    [...Object.values<CpuTensor>(factors), ...inputs].some((input) => sharesMemory(input, tensor))
      ? { ...tensor, data: tensor.data.slice() }
      : tensor;

  return {
    format,
    shape,
    config,
    factors,
    notes,
    pack,
    get byteLength() {
      // Counted once, and without the copies: hosts ask often
      bytes ??= packTensors().reduce((sum, [, { data }]) => sum + data.byteLength, 0);
      return bytes;
    },
    get compressionRatio() {
      return (rows * cols * Float32Array.BYTES_PER_ELEMENT) / this.byteLength;
    },
    get warnings() {
      const dense = rows * cols * Float32Array.BYTES_PER_ELEMENT;
      return this.byteLength < dense
        ? notes
        : [
            ...notes,
            `${format.id}: ${this.byteLength} bytes are not fewer than the ${dense} of the dense matrix [${rows}, ${cols}].`,
          ];
    },
    decompress: () => toMatrix(owned(reconstruct()), rows, cols),
    matMul(x) {
      assertMatrix(x, 'matMul');
      if (x.shape[1] !== rows) {
        throw new GCompressError('shape-mismatch', {
          where: 'matMul',
          expected: `x of shape [any, ${rows}]`,
          actual: `[${x.shape.join(', ')}]`,
        });
      }
      const multiplies = format.multiplyPays?.(form) ?? true;
      const y =
        format.multiply && multiplies
          ? format.multiply<CpuTensor>(cpuOps, x, factors, form)
          : cpuOps.matMul(x, reconstruct());
      return toMatrix(owned(y, x), x.shape[0], cols);
    },
    lookup(ids) {
      const list = Array.isArray(ids) || ArrayBuffer.isView(ids) ? Array.from(ids as ArrayLike<unknown>) : [];
      const at = list.findIndex((id) => !(Number.isInteger(id) && Number(id) >= 0 && Number(id) < rows));
      if (at >= 0 || list.length === 0) {
        throw new GCompressError('invalid-option', {
          where: 'lookup',
          expected: `row numbers from 0 to ${rows - 1}`,
          actual: at >= 0 ? `${describeValue(list[at])} at position ${at}` : describeValue(ids),
        });
      }
      const indices: CpuTensor = { shape: [ids.length], data: Int32Array.from(ids) };
      const picked = format.lookup
        ? format.lookup<CpuTensor>(cpuOps, indices, factors, form)
        : cpuOps.gather(reconstruct(), indices);
      return toMatrix(owned(picked), ids.length, cols);
    },
  };
}

function sharesMemory(input: CpuTensor, { data }: CpuTensor | PackedTensor): boolean {
  // What is made later is not made for this question, unless it could be the answer
  if (isMadeLater(input) && data?.buffer.byteLength !== DATA_BYTES * elementCount(input.shape)) return false;
  return input.data.buffer === data?.buffer;
}

function toMatrix(tensor: CpuTensor, rows: number, cols: number): Matrix {
  const fits = tensor.shape.length === 2 && tensor.shape[0] === rows && tensor.shape[1] === cols;
  if (!fits || !(tensor.data instanceof Float32Array)) {
    throw new GCompressError('contract', {
      where: 'format',
      expected: `a float32 result of shape [${rows}, ${cols}]`,
      actual: `[${tensor.shape.join(', ')}]`,
      hint: 'The format returned another shape than it promises.',
    });
  }
  return { shape: [rows, cols], data: tensor.data };
}
