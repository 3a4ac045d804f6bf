// Decodes PNG and JPEG files into RGB values.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import decodeJpeg, { init } from '@jsquash/jpeg/decode.js';
import { convertIndexedToRgb, type DecodedPng, decode as decodePng, hasPngSignature } from 'fast-png';

/** A decoded image. */
export interface DecodedImage {
  readonly width: number;
  readonly height: number;
  /** Red, green and blue from 0 to 255, in rows. */
  readonly data: Uint8Array;
}

/** Decodes one file. */
export type DecodeImage = (bytes: Uint8Array) => Promise<DecodedImage>;

/** Most pixels of an image, so that a damaged header cannot take all memory. */
const MOST_PIXELS = 100_000_000;

/**
 * Starts the decoders. Transparency is dropped, and the rotation that a camera noted is applied, as in browsers.
 *
 * @returns a function that throws an Error with the reason for a file that is no PNG or JPEG, damaged or cut.
 */
export async function imageDecoder(): Promise<DecodeImage> {
  const complaints: string[] = [];
  const file = fileURLToPath(import.meta.resolve('@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm'));
  const moduleOptions = {
    wasmBinary: await readFile(file),
    printErr: (text: string) => complaints.push(text),
    // Emscripten would set the exit code of this process
    quit: (_: number, cause: unknown) => {
      throw cause;
    },
  };
  await init(moduleOptions);
  return async (bytes) => {
    if (hasPngSignature(bytes)) return fromPng(bytes);
    if (bytes[0] !== 0xff || bytes[1] !== 0xd8) throw new Error('neither PNG nor JPEG');
    complaints.length = 0;
    const decoded = await decodeJpeg(new Uint8Array(bytes).buffer, { preserveOrientation: true }).catch(
      () => undefined,
    );
    // The decoder fills what a damaged file lacks with gray, and only says so; bytes between markers do no harm
    const [complaint] = complaints.filter((text) => !text.includes('extraneous bytes'));
    if (!decoded || complaint !== undefined) throw new Error(complaint ?? 'a JPEG file that cannot be decoded');
    const { width, height, data } = decoded;
    return { width, height, data: withThreeChannels(data, 4) };
  };
}

function fromPng(bytes: Uint8Array): DecodedImage {
  const header = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const pixels = bytes.length < 24 ? 0 : header.getUint32(16) * header.getUint32(20);
  if (pixels > MOST_PIXELS) throw new Error(`${pixels} pixels, more than ${MOST_PIXELS}`);
  const decoded = decodePng(bytes, { checkCrc: true });
  const { width, height, depth } = decoded;
  if (decoded.palette || depth < 8) {
    const colors = convertIndexedToRgb(decoded.palette ? decoded : { ...decoded, palette: grays(decoded) });
    return { width, height, data: withThreeChannels(colors, colors.length / (width * height)) };
  }
  const data = depth === 16 ? decoded.data.map((value) => value >> 8) : decoded.data;
  return { width, height, data: withThreeChannels(data, decoded.channels) };
}

/** The gray of each value of fewer than 8 bits. */
function grays({ depth }: DecodedPng): number[][] {
  const most = 2 ** depth - 1;
  return Array.from({ length: most + 1 }, (_, value) => Array(3).fill(Math.round((255 * value) / most)));
}

/** Repeats gray as red, green and blue, and drops transparency. */
function withThreeChannels(data: ArrayLike<number>, channels: number): Uint8Array {
  const colors = new Uint8Array((data.length / channels) * 3);
  const step = channels < 3 ? 0 : 1;
  for (let at = 0, pixel = 0; at < colors.length; at += 3, pixel += channels) {
    for (let color = 0; color < 3; color++) colors[at + color] = data[pixel + step * color] as number;
  }
  return colors;
}
