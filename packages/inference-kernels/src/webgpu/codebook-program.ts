// The product with a matrix of codes in packed bits, as a program in WGSL.
import type { Program } from './program-backend.ts';

/** Columns of a workgroup, one for each invocation. */
export const COLUMNS = 64;
/** Rows of x that are multiplied together, so that a code is read once for all of them. */
const ROWS = 4;
/** Most levels: they fit the table of a workgroup. */
export const MOST_LEVELS = 256;
/** Most workgroups along an axis on every device. */
export const MOST_WORKGROUPS = 65_535;

/**
 * `x [b, k] · W → [b, c]` with `W[i, j] = levels[code of i·down + j·across]`. Inputs: `x`; `codes`, int32 words of bits, the lowest first; `levels`,
 * float32. Uniforms, in this order: `bits` of a code, from 1 to 8; `used`, the number of levels, which codes must be below; `down`; `across`.
 */
export function codebookProgram([batch, cols]: readonly [batch: number, cols: number]): Program {
  return {
    variableNames: ['x', 'codes', 'levels'],
    outputShape: [batch, cols],
    dispatchLayout: { x: [1], y: [0] },
    dispatch: [Math.ceil(cols / COLUMNS), Math.min(Math.ceil(batch / ROWS), MOST_WORKGROUPS), 1],
    workgroupSize: [COLUMNS, 1, 1],
    uniforms: 'bits : i32, used : i32, down : i32, across : i32,',
    shaderKey: 'gcompress-codebook',
    getUserCode: () => CODE,
  };
}

const CODE = `
  var<workgroup> table : array<f32, ${MOST_LEVELS}>;

  fn codeAt(place : u32, bits : u32) -> u32 {
    let bit = place * bits;
    let word = bit >> 5u;
    let shift = bit & 31u;
    var code = bitcast<u32>(codes[word]) >> shift;
    if (shift + bits > 32u) {
      code |= bitcast<u32>(codes[word + 1u]) << (32u - shift);
    }
    return code & ((1u << bits) - 1u);
  }

  fn main() {
    for (var level = i32(localIndex); level < uniforms.used; level += ${COLUMNS}) {
      table[level] = levels[level];
    }
    workgroupBarrier();
    let rows = uniforms.xShape.y;
    let batch = uniforms.outShape.x;
    let cols = uniforms.outShape.y;
    let bits = u32(uniforms.bits);
    let col = i32(globalId.x);
    if (col < cols) {
      for (var first = ${ROWS} * i32(workgroupId.y); first < batch; first += ${ROWS} * i32(numWorkgroups.y)) {
        // Rows beyond the batch repeat the last one, and are not written
        let at = rows * min(vec4<i32>(first) + vec4<i32>(0, 1, 2, 3), vec4<i32>(batch - 1));
        var sums = vec4<f32>(0.0);
        var place = u32(col) * u32(uniforms.across);
        for (var row = 0; row < rows; row++) {
          let entry = table[codeAt(place, bits)];
          sums += entry * vec4<f32>(x[at.x + row], x[at.y + row], x[at.z + row], x[at.w + row]);
          place += u32(uniforms.down);
        }
        for (var i = 0; i < min(${ROWS}, batch - first); i++) {
          result[(first + i) * cols + col] = sums[i];
        }
      }
    }
  }
`;
