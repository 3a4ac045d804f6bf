// Products in plain JavaScript, for the cpu backend, and for the wasm backend without SIMD.
import { getBackend, type Tensor, tensor2d } from '@tensorflow/tfjs-core';
import type {
  BlockMatrix,
  ByteMatrix,
  CodebookMatrix,
  DictionaryMatrix,
  Loops,
  Numbers,
  SignMatrix,
  SparseCodes,
  SparseMatrix,
} from './loops.ts';

/** Numbers in an array. */
export interface ArrayNumbers {
  readonly array: Numbers;
  /** 0 if the array belongs to a tensor. */
  readonly bytes: number;
}

/** Products in plain JavaScript. They read tensors of the cpu backend in place, and tensors of other backends as copies. */
export const portableLoops: Loops<ArrayNumbers> = {
  simd: false,
  hold: (array) => ({ array, bytes: array.byteLength }),
  borrow(tensor, type) {
    const words = tensor.dataSync();
    const { buffer, byteOffset, byteLength } = words;
    const array = type === 'uint8' ? new Uint8Array(buffer, byteOffset, byteLength) : (words as Float32Array);
    return { array, bytes: getBackend() === 'cpu' ? 0 : byteLength };
  },
  heldBytes: ({ bytes }) => bytes,
  bytesOf: ({ array: { buffer, byteOffset, byteLength } }) => new Uint8Array(buffer, byteOffset, byteLength).slice(),
  release() {},
  codebook,
  bytes,
  blocks,
  signs,
  sparse,
  dictionary,
};

/** The product of each row of `x [b, m]`: `multiply` adds it to a row of zeros. */
function byRows(x: Tensor, cols: number, multiply: (x: Float32Array, y: Float32Array) => void): Tensor {
  const [batch, rows] = x.shape;
  const input = x.dataSync() as Float32Array;
  const output = new Float32Array(batch * cols);
  for (let b = 0; b < batch; b++) {
    multiply(input.subarray(b * rows, (b + 1) * rows), output.subarray(b * cols, (b + 1) * cols));
  }
  return tensor2d(output, [batch, cols]);
}

function codebook(x: Tensor, { rows, cols, codes, stride, levels }: CodebookMatrix<ArrayNumbers>): Tensor {
  const table = levels.array;
  return byDecodedRows(x, rows, cols, (row, decoded) => {
    for (let col = 0, at = row * stride; col < cols; at++) {
      const pair = codes.array[at];
      decoded[col++] = table[pair & 15];
      if (col < cols) decoded[col++] = table[pair >>> 4];
    }
  });
}

function bytes(x: Tensor, { rows, cols, codes, levels }: ByteMatrix<ArrayNumbers>): Tensor {
  const table = levels.array;
  return byDecodedRows(x, rows, cols, (row, decoded) => {
    for (let col = 0, at = row * cols; col < cols; at++) decoded[col++] = table[codes.array[at]];
  });
}

/** Decodes each row of the matrix once, for all rows of x. */
function byDecodedRows(x: Tensor, rows: number, cols: number, decode: (row: number, to: Float32Array) => void): Tensor {
  const [batch] = x.shape;
  const input = x.dataSync() as Float32Array;
  const output = new Float32Array(batch * cols);
  const decoded = new Float32Array(cols);
  for (let row = 0; row < rows; row++) {
    decode(row, decoded);
    for (let b = 0; b < batch; b++) {
      const value = input[b * rows + row];
      if (value === 0) continue;
      const y = output.subarray(b * cols, (b + 1) * cols);
      for (let col = 0; col < cols; col++) y[col] += value * decoded[col];
    }
  }
  return tensor2d(output, [batch, cols]);
}

function blocks(x: Tensor, matrix: BlockMatrix<ArrayNumbers>): Tensor {
  const { rows, cols, count, length } = matrix;
  const codes = matrix.codes.array;
  const sums = new Float32Array(count);
  return byRows(x, cols, (input, y) => {
    for (let block = 0; block < matrix.blocks; block++) {
      sums.fill(0);
      for (let row = 0, at = block; row < rows; row++, at += matrix.blocks) sums[codes[at]] += input[row];
      addAtoms(sums, matrix.codebook.array, length, y.subarray(block * length, (block + 1) * length));
    }
  });
}

function sparse(x: Tensor, { cols, ...codes }: SparseMatrix<ArrayNumbers>): Tensor {
  return byRows(x, cols, (input, y) => void addSparse(input, codes, 0, 0, y));
}

function dictionary(x: Tensor, { rows, cols, atoms, count, length, ...codes }: DictionaryMatrix<ArrayNumbers>): Tensor {
  const sums = new Float32Array(count);
  return byRows(x, cols, (input, y) => {
    for (let first = 0, col = 0, at = 0; col < cols; first += rows, col += length) {
      sums.fill(0);
      at = addSparse(input, codes, first, at, sums);
      addAtoms(sums, atoms.array, length, y.subarray(col, col + length));
    }
  });
}

/** Adds the product with the sparse rows from a row on, whose nonzeros begin at `begin`, to y. Returns where they end. */
function addSparse(
  input: Float32Array,
  { counts, columns, values, step }: SparseCodes<ArrayNumbers>,
  first: number,
  begin: number,
  y: Float32Array,
): number {
  let at = begin;
  for (let row = 0; row < input.length; row++) {
    const end = at + counts.array[first + row];
    const value = input[row] * step;
    if (value === 0) at = end;
    for (; at < end; at++) y[columns.array[at]] += value * values.array[at];
  }
  return at;
}

function signs(x: Tensor, matrix: SignMatrix<ArrayNumbers>): Tensor {
  const { cols, groups, codes, scales } = matrix;
  const whole = groups - (groups % 4);
  const table = new Float32Array(256);
  return byRows(x, cols, (input, y) => {
    const coordinates = signedCoordinates(input, matrix);
    for (let group = 0; group < groups; group++) {
      fillTable(coordinates.subarray(8 * group, 8 * group + 8), table);
      const isWhole = group < whole;
      let at = isWhole ? 4 * cols * Math.floor(group / 4) + (group % 4) : cols * group;
      for (let col = 0; col < cols; col++, at += isWhole ? 4 : 1) y[col] += table[codes.array[at]];
    }
    for (let col = 0; col < cols; col++) y[col] *= scales.array[col];
  });
}

/** The coordinates of a row of x that the signs belong to. */
function signedCoordinates(input: Float32Array, { rotations, blocks, groups }: SignMatrix<ArrayNumbers>): Float32Array {
  const turned = rotations.map(({ pairs: { array: pairs }, count }) => {
    const x = input.slice();
    for (let at = 2 * count - 2; at >= 0; at -= 2) {
      const [u, v] = [x[pairs[at + 1]], x[pairs[at]]];
      x[pairs[at + 1]] = (u + v) * Math.SQRT1_2;
      x[pairs[at]] = (v - u) * Math.SQRT1_2;
    }
    return x;
  });
  const coordinates = new Float32Array(8 * groups);
  let to = 0;
  for (const { rotation, length, planes } of blocks) {
    const from = rotation === undefined ? input : turned[rotation];
    for (let plane = 0; plane < planes; plane++) coordinates[to++] = length * from[plane];
  }
  return coordinates;
}

/** All sums of eight signed numbers: bit i of the index is 1 for +. */
function fillTable(numbers: Float32Array, table: Float32Array): void {
  table[0] = -numbers.reduce((sum, number) => sum + number, 0);
  for (const [bit, number] of numbers.entries()) {
    for (let i = 0, width = 2 ** bit; i < width; i++) table[width + i] = table[i] + 2 * number;
  }
}

/** Adds `sums · atoms` to y, which may be shorter than an atom. */
function addAtoms(sums: Float32Array, atoms: Numbers, length: number, y: Float32Array): void {
  for (let atom = 0; atom < sums.length; atom++) {
    const sum = sums[atom];
    if (sum === 0) continue;
    for (let i = 0, at = atom * length; i < y.length; i++, at++) y[i] += sum * atoms[at];
  }
}
