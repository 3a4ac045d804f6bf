// Products with sign bits: inputs are rotated or projected, and the signed sums of eight coordinates are looked up.
import type { PackedTensor } from '@gcompress/core';
import { assertVersion, packBits, packedBytes, packedTensor } from '@gcompress/core/storage';
import { orthogonalPlanes } from '@gcompress/simhash/format';
import type { KernelSource, StoredForm } from '@gcompress/tfjs/layers';
import { matMul, reshape, type Tensor } from '@tensorflow/tfjs-core';
import type { SignBlock } from '../loops/loops.ts';
import { EIGHT_ROWS, type FormatRules } from './format-kernel.ts';

/** Version of the stored form. */
const VERSION = 1;
/** Most rows, because 16 bits number the axes of a rotation. */
const MOST_ROWS = 2 ** 16;
/** A look-up counts for this many entries of a dense product: an estimate, which chooses rightly for most rows of docs/results/inference.md. */
const LOOKUP = { simd: 6, eightRows: 4.5, portable: 2 };
/** Additions that fill the tables of eight coordinates, in look-ups. */
const TABLE = 64;

/** Orthogonal and fitted planes. Gaussian planes would have to be drawn or held. */
export const simhashRules: FormatRules = {
  format: 'simhash',
  supports: (form) => signForm(form) !== undefined,
  pays(form, simd) {
    const signs = signForm(form);
    if (!signs) return false;
    const { rows, cols, bits, isFitted } = signs;
    const groups = Math.ceil(bits / 8);
    const turns = isFitted ? 0 : rows * Math.log2(rows + 1) * (bits > rows ? 2 : 1);
    const projection = isFitted ? rows * bits : 0;
    const lookUps = groups * (cols + TABLE) + turns;
    const paysAt = (lookUp: number) => lookUp * lookUps + projection <= rows * cols;
    if (!simd) return paysAt(LOOKUP.portable);
    return paysAt(LOOKUP.simd) || (paysAt(LOOKUP.eightRows) && EIGHT_ROWS);
  },
  prepare(source, loops) {
    const signs = signForm(source.form) as SignForm;
    const packed = source.packed();
    assertVersion(packed, VERSION);
    const { rows, cols, bits, isFitted } = signs;
    const stored = packedTensor(packed, 'signs', 'uint8', [packedBytes(bits * cols, 1)]).data as Uint8Array;
    packedTensor(packed, 'scales', 'float32', [cols]);
    if (isFitted) packedTensor(packed, 'projection', 'float32', [rows, bits]);
    const planes = isFitted ? undefined : orthogonalPlanes(source.form);
    const codes = loops.hold(grouped(stored, signs));
    const scales = loops.borrow(source.tensors.scales, 'float32');
    const rotations = (planes?.rotations ?? []).map((pairs) => ({
      pairs: loops.hold(Uint16Array.from(pairs)),
      count: pairs.length / 2,
    }));
    const blocks: readonly SignBlock[] = planes?.blocks ?? [{ length: 1, planes: bits }];
    const matrix = { cols, rotations, blocks, groups: Math.ceil(bits / 8), codes, scales };
    const restore = () => signsOf(loops.bytesOf(codes), signs);
    return {
      numbers: [codes, scales, ...rotations.map(({ pairs }) => pairs)],
      multiply: (x) => loops.signs(isFitted ? projected(x, source, signs) : x, matrix),
      takenOver: { names: ['signs'], restore },
    };
  },
};

/** The form of a matrix of sign bits. */
interface SignForm {
  readonly rows: number;
  readonly cols: number;
  /** Sign bits of a column. */
  readonly bits: number;
  readonly isFitted: boolean;
}

/** Undefined for other planes and for a damaged form. */
function signForm({ shape: [rows, cols], config: { planes, bits }, tensors }: StoredForm): SignForm | undefined {
  const isFitted = planes === 'fitted';
  if (!(isFitted || planes === 'orthogonal') || rows > MOST_ROWS) return undefined;
  if (typeof bits !== 'number' || !Number.isSafeInteger(bits) || bits < 1) return undefined;
  if (!tensors.signs || !tensors.scales || (isFitted && !tensors.projection)) return undefined;
  return { rows, cols, bits, isFitted };
}

function projected(x: Tensor, { tensors }: KernelSource, { rows, bits }: SignForm): Tensor {
  return matMul(x, reshape(tensors.projection, [rows, bits]));
}

/** The place of the byte with the signs of a group of eight rows in a column. */
function placeOf(group: number, col: number, { cols, bits }: SignForm): number {
  const groups = Math.ceil(bits / 8);
  if (group < groups - (groups % 4)) return 4 * (cols * Math.floor(group / 4) + col) + (group % 4);
  return cols * group + col;
}

/** The signs of eight rows a byte, from rows of bits. */
function grouped(stored: Uint8Array, form: SignForm): Uint8Array {
  const { cols, bits } = form;
  const bytes = new Uint8Array(Math.ceil(bits / 8) * cols);
  for (let row = 0, at = 0; row < bits; row++) {
    for (let col = 0; col < cols; col++, at++) {
      const bit = (stored[at >>> 3] >>> (at & 7)) & 1;
      bytes[placeOf(row >>> 3, col, form)] |= bit << (row & 7);
    }
  }
  return bytes;
}

/** The inverse of {@link grouped}. */
function signsOf(bytes: Uint8Array, form: SignForm): Record<string, PackedTensor> {
  const { cols, bits } = form;
  const signs = new Uint8Array(bits * cols);
  for (let row = 0, at = 0; row < bits; row++) {
    for (let col = 0; col < cols; col++, at++) signs[at] = (bytes[placeOf(row >>> 3, col, form)] >>> (row & 7)) & 1;
  }
  const data = packBits(signs, 1);
  return { signs: { shape: [data.length], data } };
}
