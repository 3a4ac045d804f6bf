// Constants of the files that a packed file is split into.

/** Magic letters at the start of each file of a split model; the version follows. */
export const SPLIT_MAGIC = 'GCP';
/** The newest layout of such a file. */
export const SPLIT_VERSION = 1;
/**
 * Bytes before the content: letters, version, and four unsigned integers: the number of this file from 0, how many there are, the checksum
 * in the packed file's own header, and the bytes of content.
 */
export const SPLIT_PRELUDE_BYTES = 20;
