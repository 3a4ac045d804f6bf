// Checks that a format refuses damaged and hostile files.
import {
  type CompressedMatrix,
  createFormatRegistry,
  deserialize,
  type PackedMatrix,
  type PackedTensor,
  serialize,
} from '@gcompress/core';
import { ensureRefused, onEach } from '../assertions/assertions.ts';
import type { Check } from '../assertions/check.ts';
import { readDirectedFiles } from '../damage/directed-files.ts';
import { fuzzFile } from '../damage/fuzz-file.ts';
import type { Example } from '../samples/workbench.ts';
import { bytesOf, type Examples, storedBytes } from './algebra-checks.ts';

/** Damaged files: each must be refused with the code that says why. */
export const damageChecks: readonly Check<Examples>[] = [
  {
    name: 'a truncated file is refused',
    run: async (subject) =>
      onEach(await subject.examples(), async ({ compressed }) => {
        const bytes = bytesOf(compressed);
        for (let part = 0; part < 16; part++) {
          const length = Math.floor((bytes.length * part) / 16);
          await refused(`${length} of ${bytes.length} bytes`, 'file-truncated', compressed, bytes.subarray(0, length));
        }
      }),
  },
  {
    name: 'a changed byte is refused',
    run: async (subject) =>
      onEach(await subject.examples(), async ({ compressed }) => {
        const bytes = bytesOf(compressed);
        const stored = storedBytes(compressed);
        const places = Math.min(16, stored);
        for (let part = 0; part < places; part++) {
          const damaged = bytes.slice();
          const at = bytes.length - stored + Math.floor((stored * part) / places);
          damaged[at] ^= 1 << (part % 8);
          await refused(`byte ${at} changed`, 'file-checksum', compressed, damaged);
        }
      }),
  },
  {
    name: 'a newer format version is refused',
    run: async (subject) =>
      onEach(await subject.examples(), ({ compressed }) => {
        const version = compressed.format.version + 1;
        return refused(`version ${version}`, 'unsupported-version', compressed, fileWith(compressed, { version }));
      }),
  },
  {
    name: 'an unknown format is refused',
    run: async (subject) =>
      onEach(await subject.examples(), async ({ compressed }) => {
        const bytes = bytesOf(compressed);
        await ensureRefused('no format', ['unknown-format'], () => deserialize(bytes, createFormatRegistry([])));
      }),
  },
  {
    name: 'a tensor of another dtype is refused',
    run: async (subject) =>
      onEach(await subject.examples(), async ({ compressed }) => {
        const { tensors } = compressed.pack();
        for (const [name, tensor] of Object.entries(tensors)) {
          const bytes = fileWith(compressed, { tensors: { ...tensors, [name]: otherDtype(tensor) } });
          await refused(`another dtype of '${name}'`, 'file-dtype', compressed, bytes);
        }
      }),
  },
  {
    name: 'a missing tensor is refused',
    run: async (subject) =>
      onEach(await subject.examples(), async ({ compressed }) => {
        const { tensors } = compressed.pack();
        for (const name of Object.keys(tensors)) {
          const rest = Object.fromEntries(Object.entries(tensors).filter(([other]) => other !== name));
          await refused(`no '${name}'`, 'file-tensor', compressed, fileWith(compressed, { tensors: rest }));
        }
      }),
  },
];

/** How much a suite fuzzes. */
export interface FuzzSettings {
  /** Damaged files for each example. Default 400. */
  readonly fuzzRuns?: number;
  /** Default 1. */
  readonly seed?: number;
}

/** Random damage to the files of the smallest and the largest example. */
export function fuzzChecks({ fuzzRuns: runs = 400, seed = 1 }: FuzzSettings): readonly Check<Examples>[] {
  const fuzzing = (name: string, checksum: 'kept' | 'corrected'): Check<Examples> => ({
    name,
    run: async (subject) => {
      await onEach(extremes(await subject.examples()), ({ compressed }) =>
        fuzzFile({ compressed, checksum, runs, seed }),
      );
    },
  });
  return [
    fuzzing('a damaged file is refused or reads the same', 'kept'),
    fuzzing('a hostile file is refused or well-formed', 'corrected'),
    {
      name: 'a directed file is refused or well-formed, within the limits of its reader',
      run: async (subject) =>
        onEach(extremes(await subject.examples()), ({ compressed }) => readDirectedFiles(compressed, subject.decoder)),
    },
  ];
}

/** The smallest and the largest example. */
function extremes(examples: readonly Example[]): Example[] {
  const bySize = [...examples].sort((a, b) => storedBytes(a.compressed) - storedBytes(b.compressed));
  return bySize.length > 1 ? [bySize[0], bySize[bySize.length - 1]] : bySize;
}

function refused(what: string, code: string, { format }: CompressedMatrix, bytes: Uint8Array): Promise<Error> {
  return ensureRefused(what, [code], () => deserialize(bytes, createFormatRegistry([format])));
}

/** A file of this matrix with some parts replaced, and with the right checksum. */
function fileWith(compressed: CompressedMatrix, changes: Partial<PackedMatrix>): Uint8Array {
  return serialize({ matrix: { ...compressed, pack: () => ({ ...compressed.pack(), ...changes }) } });
}

/** The same values with the other type: floats as integers, integers as floats. */
function otherDtype({ shape, data }: PackedTensor): PackedTensor {
  return { shape, data: data instanceof Float32Array ? Int32Array.from(data) : Float32Array.from(data) };
}
