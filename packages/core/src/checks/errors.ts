// The one error class of all packages, and its codes.

/**
 * Stable identifiers of what went wrong. Messages may improve in any release; codes do not change.
 * Packages outside the scope may use codes of their own, prefixed with their name (`acme/…`).
 */
export type ErrorCode =
  /** A matrix is empty, or its data does not fill its shape. */
  | 'invalid-matrix'
  /** A matrix holds NaN or an infinity. */
  | 'non-finite'
  /** Two shapes that must agree do not. */
  | 'shape-mismatch'
  /** An option, argument or hyperparameter has a value that is not allowed. */
  | 'invalid-option'
  /** An option or hyperparameter has a name that is not known. */
  | 'unknown-option'
  /** A hyperparameter is given twice. */
  | 'duplicate-option'
  /** The compressed form would be larger than the matrix. */
  | 'not-smaller'
  /** A compressor or format broke the contract (names, shapes or dtypes of its factors). */
  | 'contract'
  /** No format of this id is registered. */
  | 'unknown-format'
  /** A stream of a file names a codec that its reader does not have. */
  | 'unknown-codec'
  /** The file or matrix was written by a newer version. */
  | 'unsupported-version'
  /** A file cannot be read. */
  | 'file-read'
  /** A web page came instead of a file, such as the answer of a server that has no such file. */
  | 'file-html'
  /** The source of a file broke off while it was read. */
  | 'file-interrupted'
  /** One of the files that a model was split into is not there. */
  | 'file-part-missing'
  /** A file of another model, or of another place, stands among the files that a model was split into. */
  | 'file-part-mixed'
  /** A file cannot be written. */
  | 'file-write'
  /** A file ends before what its header announces. */
  | 'file-truncated'
  /** A file's header is not what the format specifies. */
  | 'file-header'
  /** Two tensors of a file share bytes, or bytes belong to none. */
  | 'file-overlap'
  /** A file announces more than the limits allow. */
  | 'file-oversized'
  /** A tensor has a dtype that its place does not allow. */
  | 'file-dtype'
  /** A file's bytes are not those that were written. */
  | 'file-checksum'
  /** A packed tensor is missing, has the wrong shape, or holds values out of range. */
  | 'file-tensor'
  /** A loaded model gives other outputs than its packer saw. */
  | 'probes-disagree'
  /** The engine does not give as much memory as the work takes. */
  | 'out-of-memory'
  /** The object was disposed. */
  | 'disposed'
  /** The model or matrix is compressed already. */
  | 'already-compressed'
  /** The operation needs a state that is not reached yet. */
  | 'not-ready'
  /** The host (backend, layer, model) cannot do what was asked. */
  | 'unsupported'
  | (string & {});

/** The parts of a {@link GCompressError}; the message is made from them. */
export interface ErrorDetails {
  /** The function, option or file that refuses, e.g. `lowRank` or `deserialize`. */
  readonly where: string;
  /** What would have been accepted. */
  readonly expected: string;
  /** What came instead. */
  readonly actual: string;
  /** What the reader can do now; a full sentence. */
  readonly hint?: string;
  /** The error that led here. */
  readonly cause?: unknown;
}

const marker = Symbol.for('gcompress.error');

/**
 * The one error class of all gcompress packages: `<where>: expected <expected>, got <actual>. <hint>`.
 * Test for it with {@link isGCompressError}, which also recognises errors of a second installed copy.
 */
export class GCompressError extends Error {
  override readonly name = 'GCompressError';
  readonly [marker] = true;

  constructor(
    /** Stable identifier of the kind of failure. */
    readonly code: ErrorCode,
    /** The parts that the message is made from. */
    readonly details: ErrorDetails,
  ) {
    // From JavaScript the parts may be anything: an error about an error would hide the first
    const { where, expected, actual, hint, cause }: Partial<ErrorDetails> = details ?? {};
    super(
      `${String(where)}: expected ${String(expected)}, got ${String(actual)}.${hint ? ` ${String(hint)}` : ''}`,
      cause === undefined ? undefined : { cause },
    );
  }
}

/**
 * An error about stored bytes, from its parts in order: shorter than an object of {@link ErrorDetails} in code that a page downloads.
 *
 * @param hint what the reader can do, `''` for nothing. Default: to doubt the file.
 * @returns the error, to be thrown.
 */
export function fileError(
  code: ErrorCode,
  where: string,
  expected: string,
  actual: string,
  hint = 'The file may be damaged or hostile.',
  cause?: unknown,
): GCompressError {
  return new GCompressError(code, { where, expected, actual, hint, cause });
}

/** Whether `error` is a {@link GCompressError} (of any installed copy), optionally with this code. */
export function isGCompressError(error: unknown, code?: ErrorCode): error is GCompressError {
  return (
    error instanceof Error &&
    (error as { [marker]?: boolean })[marker] === true &&
    (code === undefined || (error as GCompressError).code === code)
  );
}
