import { describe, expect, it } from 'vitest';
import { type CheckCompressorOptions, checkCompressor, testCompressor } from '../src/index.ts';
import { type BrokenSubject, brokenSubjects, falseClaims } from './toys/broken.ts';
import { quantizer } from './toys/column-quantizer.ts';
import { rowSelection } from './toys/row-selection.ts';

const correct: Record<string, CheckCompressorOptions> = {
  quantizer: {
    create: () => quantizer({ steps: 8 }),
    method: quantizer,
    claims: {
      neverWorseThanZero: true,
      exactAtFullSize: { create: () => quantizer({ steps: 127 }), maxRelativeError: 0.02 },
      scaleEquivariant: true,
      monotoneInBudget: [1, 2, 4, 8].map((steps) => quantizer({ steps })),
      minSignalToNoise: { 'rank-one': 24 },
    },
  },
  'row selection': {
    create: ([rows]) => rowSelection({ count: Math.ceil(rows / 2) }),
    method: rowSelection,
    claims: {
      neverWorseThanZero: true,
      exactAtFullSize: { create: ([rows]) => rowSelection({ count: rows }), maxRelativeError: 0 },
      scaleEquivariant: true,
      monotoneInBudget: [1, 2, 4, 8].map((count) => rowSelection({ count })),
      usesImportance: true,
      usesInputMoments: true,
    },
  },
};

for (const [name, options] of Object.entries(correct)) testCompressor({ runner: { describe, it }, name, ...options });

/** Names of the checks that did not pass, each once. */
async function failures({ subject, finds }: BrokenSubject): Promise<string[]> {
  // Fuzzing takes most of the time, and few faults need it to be found
  const fuzzRuns = finds.includes('a hostile file is refused or well-formed') ? 400 : 40;
  const results = await checkCompressor({
    shapes: [
      [12, 8],
      [13, 9],
    ],
    propertyRuns: 15,
    fuzzRuns,
    ...subject,
  });
  return [...new Set(results.filter(({ outcome }) => outcome === 'failed').map(({ name }) => name))];
}

describe('a compressor which', () => {
  for (const broken of [...brokenSubjects, ...falseClaims]) {
    const { fault, finds } = broken;
    it(`${fault} fails ${finds.join(', ')}`, async () => {
      expect(await failures(broken)).toEqual(finds);
    });
  }
});

/** What core itself ensures, so that no compressor or format can fail it. */
const ENSURED_BY_CORE = [
  'a damaged file is refused or reads the same',
  'a changed byte is refused',
  'a newer format version is refused',
  'a truncated file is refused',
  'an unknown format is refused',
];

/** What the test of the format's checks makes fail, on formats with a grid, a sharing or a codec that is wrong. */
const TESTED_WITH_FORMATS = [
  'grid names a factor of multiples, to which the matrix is proportional',
  'sharing names factors and how often they are used',
  'the codec takes entropy coding off and puts it on again, bit for bit',
];

it('each check is failed by one of these compressors', async () => {
  const found = new Set([...brokenSubjects, ...falseClaims].flatMap(({ finds }) => finds));
  const results = await Promise.all(
    Object.values(correct).map((options) => checkCompressor({ ...options, fuzzRuns: 1 })),
  );
  const names = new Set(results.flat().map(({ name }) => name.replace(/^compresses .*|^minSignalToNoise .*/, '')));
  const missing = [...names].filter((name) => name !== '' && !found.has(name));
  expect(missing.sort()).toEqual([...ENSURED_BY_CORE, ...TESTED_WITH_FORMATS].sort());
});

it('the names of checks are unique but for those that are run again on what was read', async () => {
  const results = await checkCompressor({ ...correct.quantizer, fuzzRuns: 1 });
  const names = results.filter(({ chapter }) => !chapter.endsWith('read back from a file')).map(({ name }) => name);
  expect(names).toEqual([...new Set(names)]);
});
