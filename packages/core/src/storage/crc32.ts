// The checksum of files.
import { fileError } from '../checks/errors.ts';

/** Made when it is first needed: it takes as long as the checksum of a kilobyte. */
let table: Int32Array | undefined;

/**
 * CRC-32 (ISO 3309, as in gzip and zlib) of the bytes, continued from `previous`; an unsigned integer.
 *
 * @throws GCompressError `invalid-option` for anything but bytes.
 */
export function crc32(bytes: Uint8Array, previous = 0): number {
  if (!(bytes instanceof Uint8Array)) {
    // A page that loads a file carries this: no other words about values
    throw fileError('invalid-option', 'crc32', 'bytes in a Uint8Array', typeof bytes);
  }
  table ??= crcTable();
  let crc = ~previous;
  for (let i = 0; i < bytes.length; i++) crc = table[(crc ^ bytes[i]) & 0xff] ^ (crc >>> 8);
  return ~crc >>> 0;
}

function crcTable(): Int32Array {
  return Int32Array.from({ length: 256 }, (_, value) => {
    let crc = value;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? 0xedb88320 ^ (crc >>> 1) : crc >>> 1;
    return crc;
  });
}
