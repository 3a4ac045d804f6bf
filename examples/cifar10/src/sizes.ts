// Sizes of a network as it is stored.
import { gzipSync } from 'node:zlib';
import { serialize } from '@gcompress/core';
import { quantizeUint8 } from '@gcompress/core/hosts';
import { COMPRESSED } from './network.ts';
import type { StrippedNetwork } from './stripped.ts';

/** What a network takes to store. */
export interface Sizes {
  /** Numbers that an optimizer can change and that are not 0: of the whole network, and of the layers that are compressed. */
  readonly parameters: number;
  readonly compressedLayers: number;
  /** Bytes of its file, as it is and gzipped. */
  readonly bytes: number;
  readonly gzippedBytes: number;
}

/** Sizes of a network as `serialize` writes it. */
export function sizesOf(network: StrippedNetwork): Sizes {
  const file = serialize(network);
  return { ...counts(network), bytes: file.length, gzippedBytes: gzipSync(file, { level: 9 }).length };
}

/** Sizes of a network whose values are quantised to one byte each, tensor by tensor: what compression must be compared with. */
export function sizesAsUint8(network: StrippedNetwork): Sizes {
  const codes = Buffer.concat(
    Object.values(network).flatMap(({ factors }) =>
      Object.values(factors).map(({ data }) => quantizeUint8(Float32Array.from(data)).codes),
    ),
  );
  return { ...counts(network), bytes: codes.length, gzippedBytes: gzipSync(codes, { level: 9 }).length };
}

function counts(network: StrippedNetwork): Pick<Sizes, 'parameters' | 'compressedLayers'> {
  const parametersOf = (name: string) => {
    const trainable = Object.values(network[name].factors).filter((factor) => factor.trainable);
    return trainable.reduce((sum, { data }) => sum + Array.from(data).filter((value) => value !== 0).length, 0);
  };
  const sum = (names: readonly string[]) => names.reduce((total, name) => total + parametersOf(name), 0);
  return {
    parameters: sum(Object.keys(network)),
    compressedLayers: sum(COMPRESSED.map((name) => `${name}/weights`)),
  };
}
