// Row decoder of uniform levels, the format that every loader includes.
import { createIntegerDecoder } from '@gcompress/coder/decode';
import type { PackedMatrix } from '@gcompress/core';
import { refusal } from './refusal.ts';
import type { RowDecoder } from './row-decoder.ts';

/** Levels times steps, as `uniformFormat` of `@gcompress/uniform` reconstructs them. */
export const uniformRows: RowDecoder = {
  id: 'uniform',
  version: 1,
  rows({ shape: [rows, columns], tensors }: PackedMatrix) {
    const steps = tensors.steps?.data;
    const levels = tensors.levels?.data;
    const stepsFit = steps instanceof Float32Array && (steps.length === 1 || steps.length === columns);
    if (!(stepsFit && levels instanceof Uint8Array)) {
      throw refusal('file-tensor', `steps [1] or [${columns}] and levels`, Object.keys(tensors));
    }
    const decoder = createIntegerDecoder(levels, [rows, columns]);
    return (more) => Float32Array.from(decoder.rows(more), (level, at) => level * steps[at % steps.length]);
  },
};
