// An author's claims about a compressor, which the kit checks.
import type { MatrixCompressor, Shape2D } from '@gcompress/core';
import { assertType } from '@gcompress/core/checks';

/** What a method promises beyond the contract. READMEs print it with {@link describeClaims}, and the kit checks it. */
export interface CompressorClaims {
  /** Every factor has exactly the planned shape, whatever the data. */
  readonly fixedSize?: boolean;
  /** The relative error is at most 1: the result is never further from the matrix than the zero matrix. */
  readonly neverWorseThanZero?: boolean;
  /** With options for the largest size, the relative error is at most this. */
  readonly exactAtFullSize?: {
    create(shape: Shape2D): MatrixCompressor;
    readonly maxRelativeError: number;
  };
  /** A matrix times a power of two gives the result times that power, up to a relative difference of 1e-5. */
  readonly scaleEquivariant?: boolean;
  /** Compressors from the smallest to the largest result: on one matrix, the error never grows from one to the next. */
  readonly monotoneInBudget?: readonly MatrixCompressor[];
  /** Name of a matrix → the least signal-to-noise ratio on this matrix, in dB. */
  readonly minSignalToNoise?: Readonly<Record<string, number>>;
  /** `importance` is accepted: equal weights change nothing, other weights make the weighted error smaller. */
  readonly usesImportance?: boolean;
  /** `inputMoments` are accepted: equal ones change next to nothing, those of correlated inputs make the error of the outputs smaller. */
  readonly usesInputMoments?: boolean;
  /** `withBitPrice` is there: a dearer bit gives no more bytes, and the plan stays as it is. */
  readonly hasBitPrice?: boolean;
}

/** A claim in words; `name` is the name of its check. */
export interface ClaimText {
  readonly name: string;
  readonly text: string;
}

/** The claims in words, one for each check. */
export function claimTexts(claims: CompressorClaims): ClaimText[] {
  assertType('claims', 'claims', claims, 'object');
  const { exactAtFullSize, monotoneInBudget, minSignalToNoise = {} } = claims;
  const texts: (ClaimText | false | undefined)[] = [
    claims.fixedSize && { name: 'fixedSize', text: 'every factor has exactly the planned shape' },
    claims.neverWorseThanZero && { name: 'neverWorseThanZero', text: 'the relative error is at most 1' },
    exactAtFullSize && {
      name: 'exactAtFullSize',
      text: `at full size, the relative error is at most ${exactAtFullSize.maxRelativeError}`,
    },
    claims.scaleEquivariant && {
      name: 'scaleEquivariant',
      text: 'a matrix times a power of two gives the result times that power',
    },
    monotoneInBudget && {
      name: 'monotoneInBudget',
      text: `the error never grows from one to the next of ${monotoneInBudget.map(({ options }) => `\`${JSON.stringify(options)}\``).join(' → ')}`,
    },
    ...Object.entries(minSignalToNoise).map(([matrix, decibels]) => ({
      name: `minSignalToNoise '${matrix}'`,
      text: `a signal-to-noise ratio of at least ${decibels} dB`,
    })),
    claims.usesImportance && {
      name: 'usesImportance',
      text: 'equal weights change nothing, other weights make the weighted error smaller',
    },
    claims.usesInputMoments && {
      name: 'usesInputMoments',
      text: 'moments of independent, equal inputs change next to nothing, others make the error of the outputs smaller',
    },
    claims.hasBitPrice && { name: 'hasBitPrice', text: 'a dearer bit gives no more bytes' },
  ];
  return texts.filter((text): text is ClaimText => typeof text === 'object');
}

/** The claims as lines of a Markdown list, for a README: `` - `fixedSize`: every factor … ``. */
export function describeClaims(claims: CompressorClaims): string[] {
  return claimTexts(claims).map(({ name, text }) => `- \`${name}\`: ${text}`);
}
