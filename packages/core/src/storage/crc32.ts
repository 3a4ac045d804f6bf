// The checksum of files.
import { GCompressError } from '../checks/errors.ts';

/**
 * CRC-32 (ISO 3309, as in gzip and zlib) of the bytes, continued from `previous`; an unsigned integer.
 *
 * @throws GCompressError `invalid-option` for anything but bytes.
 */
export function crc32(bytes: Uint8Array, previous = 0): number {
  if (!(bytes instanceof Uint8Array)) {
    throw new GCompressError('invalid-option', {
      where: 'crc32',
      expected: 'bytes in a Uint8Array',
      // A page that loads a file carries this: no other words about values
      actual: `a value of type ${typeof bytes}`,
    });
  }
  const table = crcTable();
  let crc = ~previous;
  for (let i = 0; i < bytes.length; i++) crc = table[(crc ^ bytes[i]) & 0xff] ^ (crc >>> 8);
  return ~crc >>> 0;
}

function crcTable(): Int32Array {
  const table = new Int32Array(256);
  for (let value = 0; value < 256; value++) {
    let crc = value;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? 0xedb88320 ^ (crc >>> 1) : crc >>> 1;
    table[value] = crc;
  }
  return table;
}
