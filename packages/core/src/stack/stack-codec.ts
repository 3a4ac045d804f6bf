// The codec of a stacked matrix: the codecs of its parts, and the codec of what the outer format stores of its own.

import type { CompressedFormat } from '../contract/compressed-format.ts';
import type { StorageCodec } from '../contract/format-abilities.ts';
import type { PackedMatrix, PackedTensor } from '../contract/packed-matrix.ts';
import { assertVersion } from '../storage/packed-tensor.ts';
import { besides, type InnerFormats, innerParts, outside, within } from './stack-parts.ts';
import { assertCost, innerStored, outerStored } from './stack-stored.ts';

type Tensors = Readonly<Record<string, PackedTensor>>;

/**
 * The codec of a stack; undefined if none of its formats has one. The outer format decodes and encodes its own tensors with zeros in the
 * place of the factors that other formats hold, because what it stores of the others does not depend on them.
 */
export function stackCodec(outer: CompressedFormat, inner: InnerFormats): StorageCodec | undefined {
  const names = Object.keys(inner);
  if (![outer, ...Object.values(inner)].some(({ codec }) => codec)) return undefined;
  return {
    decode(packed) {
      assertVersion(packed, 1);
      const parts = innerParts(packed.config, names);
      assertCost(packed.tensors, parts, undefined);
      let changed = false;
      let restorable = true;
      const decoded = (stored: PackedMatrix, { codec }: CompressedFormat): Tensors => {
        const found = codec ? codec.decode(stored) : stored;
        if (!found) restorable = false;
        const { tensors } = found ?? stored;
        if (Object.entries(tensors).some(([name, tensor]) => tensor !== stored.tensors[name])) changed = true;
        return tensors;
      };
      const own = decoded(outerStored(outer, packed, parts), outer);
      const ofParts = names.map((name) => {
        return [name, decoded(innerStored(inner[name], parts[name], packed.tensors, name), inner[name])] as const;
      });
      if (!restorable) return undefined;
      return changed ? { ...packed, tensors: joined(packed.tensors, own, ofParts) } : packed;
    },
    encode(packed, stored) {
      const parts = innerParts(packed.config, names);
      const encoded = (decoded: PackedMatrix, { codec }: CompressedFormat, ofCodec: readonly string[]): Tensors =>
        codec ? codec.encode(decoded, ofCodec) : decoded.tensors;
      const ownNames = stored.filter((key) => !names.some((name) => key.startsWith(`${name}.`)));
      const own = encoded(outerStored(outer, packed, parts), outer, [...new Set([...ownNames, ...names])]);
      const ofParts = names.map((name) => {
        const part = innerStored(inner[name], parts[name], packed.tensors, name);
        const ofPart = Object.keys(within(Object.fromEntries(stored.map((key) => [key, true])), name));
        return [name, encoded(part, inner[name], ofPart)] as const;
      });
      return joined(packed.tensors, own, ofParts);
    },
  };

  /** The tensors of outer format and parts under their stored names; shapes of compressed factors stay. */
  function joined(all: Tensors, own: Tensors, parts: readonly (readonly [string, Tensors])[]): Tensors {
    const shapes = Object.entries(all).filter(([key]) => names.includes(key));
    const ofParts = parts.flatMap(([name, tensors]) => outside(name, tensors));
    return Object.fromEntries([...Object.entries(besides(own, names)), ...shapes, ...ofParts]);
  }
}
