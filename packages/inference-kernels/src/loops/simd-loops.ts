// Products in SIMD on the heap of tfjs's wasm backend, which read and write tensors in place.
import { keep, type Tensor, tensor1d, zeros } from '@tensorflow/tfjs-core';
import type { Loops, SignMatrix, SparseCodes } from './loops.ts';
import type { SharedHeap } from './shared-heap.ts';

/** Numbers in the words of a tensor. */
export interface TensorNumbers {
  readonly tensor: Tensor;
  readonly owned: boolean;
}

/** Floats of scratch memory: tables of 64 bytes, and for several rows a panel of 128 × 32. */
const TABLES = 16;
const PANEL = 128 * 32;
/** Up to this many rows of x are multiplied one by one; more rows are multiplied eight at a time. */
const FEW_ROWS = 2;
const LANES = 8;
/** Scratch floats for each row of a codebook: sums of 16 blocks for one row of x, or of four blocks for eight rows. */
const BLOCK_SUMS = 32;
/** Scratch floats for tables of signed sums: four of 256 for one row of x, or one of 256 for eight rows. */
const SIGN_TABLES = 8 * 256;

/** Adds the product with rows of x, at an address, to rows of y. */
type Kernel = (x: number, y: number) => void;

/** Products in SIMD. The tables of levels and inputs of a 4-bit codebook are rounded to 15 bits where x has one row. */
export function simdLoops({ module, address }: SharedHeap): Loops<TensorNumbers> {
  const at = ({ tensor }: TensorNumbers) => address(tensor);
  const scratch = (floats: number) => address(zeros([floats]));

  /** Rows one by one if they are few, else eight side by side. */
  const byRows = (x: Tensor, cols: number, vector: Kernel, lanes: Kernel): Tensor => {
    const [batch, rows] = x.shape;
    const output = zeros([batch, cols]);
    for (let first = 0; first < batch; first += LANES) {
      const count = Math.min(LANES, batch - first);
      const from = address(x) + 4 * first * rows;
      const to = address(output) + 4 * first * cols;
      if (count <= FEW_ROWS) {
        for (let row = 0; row < count; row++) vector(from + 4 * row * rows, to + 4 * row * cols);
      } else {
        const [wideX, wideY] = [scratch(LANES * rows), scratch(LANES * cols)];
        module.toLanes(from, count, rows, wideX);
        lanes(wideX, wideY);
        module.fromLanes(wideY, count, cols, to);
      }
    }
    return output;
  };

  const codesOf = ({
    counts,
    countBytes,
    columns,
    columnBytes,
    values,
    valueBytes,
    step,
  }: SparseCodes<TensorNumbers>) =>
    [[at(counts), countBytes, at(columns), columnBytes, at(values), valueBytes], step] as const;

  /** The coordinates of a row of x, or of eight rows side by side, that the signs belong to. */
  const coordinates = (x: Tensor, from: number, lanes: number, matrix: SignMatrix<TensorNumbers>): number => {
    const [, rows] = x.shape as [number, number];
    const turned = matrix.rotations.map(({ pairs, count }) => {
      const copy = scratch(lanes * rows);
      module.scaleTo(from, lanes * rows, 1, copy);
      module.turnBack(at(pairs), count, copy, lanes);
      return copy;
    });
    const made = scratch(8 * lanes * matrix.groups);
    let to = made;
    for (const { rotation, length, planes } of matrix.blocks) {
      module.scaleTo(rotation === undefined ? from : turned[rotation], lanes * planes, length, to);
      to += 4 * lanes * planes;
    }
    return made;
  };

  return {
    simd: true,
    hold: (numbers) => {
      const { buffer, byteOffset, byteLength } = numbers;
      const words = new Int32Array(Math.max(1, Math.ceil(byteLength / 4)));
      new Uint8Array(words.buffer).set(new Uint8Array(buffer, byteOffset, byteLength));
      return { tensor: keep(tensor1d(words, 'int32')), owned: true };
    },
    borrow: (tensor) => ({ tensor, owned: false }),
    heldBytes: ({ tensor, owned }) => (owned ? 4 * tensor.size : 0),
    bytesOf: ({ tensor }) => {
      const { buffer, byteOffset, byteLength } = tensor.dataSync();
      return new Uint8Array(buffer, byteOffset, byteLength).slice();
    },
    release: ({ tensor, owned }) => {
      if (owned) tensor.dispose();
    },
    codebook: (x, { rows, cols, codes, stride, levels }) => {
      const [batch] = x.shape;
      const output = zeros([batch, cols]);
      const [from, to] = [address(x), address(output)];
      if (batch === 1) {
        module.codebookVector(from, rows, cols, at(codes), stride, at(levels), to, scratch(TABLES));
      } else {
        const panel = scratch(TABLES + PANEL);
        module.codebookBatch(from, batch, rows, cols, at(codes), stride, at(levels), to, panel);
      }
      return output;
    },
    bytes: (x, { rows, cols, codes, levels }) => {
      const [batch] = x.shape;
      const output = zeros([batch, cols]);
      const panel = scratch(PANEL);
      module.bytesBatch(address(x), batch, rows, cols, at(codes), at(levels), address(output), panel);
      return output;
    },
    blocks: (x, { rows, cols, codes, blocks, codebook, count, length }) => {
      const sums = scratch(BLOCK_SUMS * count);
      const [codesAt, codebookAt] = [at(codes), at(codebook)];
      return byRows(
        x,
        cols,
        (from, to) => module.blocksVector(from, rows, cols, blocks, codesAt, codebookAt, count, length, to, sums),
        (from, to) => module.blocksLanes(from, rows, cols, blocks, codesAt, codebookAt, count, length, to, sums),
      );
    },
    signs: (x, matrix) => {
      const { cols, groups, codes, scales } = matrix;
      const [codesAt, tables] = [at(codes), scratch(SIGN_TABLES)];
      const output = byRows(
        x,
        cols,
        (from, to) => module.signsVector(coordinates(x, from, 1, matrix), groups, cols, codesAt, to, tables),
        (from, to) => module.signsLanes(coordinates(x, from, LANES, matrix), groups, cols, codesAt, to, tables),
      );
      module.scaleColumns(address(output), x.shape[0], cols, at(scales));
      return output;
    },
    sparse: (x, { rows, cols, ...codes }) => {
      const [numbers, step] = codesOf(codes);
      return byRows(
        x,
        cols,
        (from, to) => module.sparseVector(from, rows, ...numbers, step, 0, to),
        (from, to) => module.sparseLanes(from, rows, ...numbers, step, 0, to),
      );
    },
    dictionary: (x, { rows, cols, atoms, count, length, ...codes }) => {
      const sums = scratch(LANES * count);
      const [numbers, step] = codesOf(codes);
      const atomsAt = at(atoms);
      return byRows(
        x,
        cols,
        (from, to) => module.dictionaryVector(from, rows, cols, ...numbers, step, atomsAt, count, length, to, sums),
        (from, to) => module.dictionaryLanes(from, rows, cols, ...numbers, step, atomsAt, count, length, to, sums),
      );
    },
  };
}
