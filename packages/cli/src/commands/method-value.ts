// Reads a method and its options from one value: NAME[:key=value,…].
import type { JsonObject, JsonValue } from '@gcompress/core';
import { type Command, InvalidArgumentError } from 'commander';
import { METHOD_NAMES, type MethodChoice } from '../models/methods.ts';

const EXAMPLE = 'such as uniform:bits=4, kmeans:levels=16 or lowrank:ratio=4';

/** Reads `uniform:bits=4,steps=column`. Numbers, `true` and `false` are read as such, everything else as text. */
export function methodValue(text: string): MethodChoice {
  const at = text.indexOf(':');
  const [method, rest] = at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
  if (!METHOD_NAMES.includes(method))
    throw new InvalidArgumentError(`Give one of ${METHOD_NAMES.join(', ')}, ${EXAMPLE}.`);
  if (at < 0) return { method };
  const options: Record<string, JsonValue> = {};
  for (const pair of rest.split(',')) {
    const [, key, value] = /^\s*(\w+)\s*=\s*(\S+)\s*$/.exec(pair) ?? [];
    if (key === undefined || value === undefined || key in options) {
      throw new InvalidArgumentError(`Give options as key=value, each once, ${EXAMPLE}.`);
    }
    options[key] = jsonValue(value);
  }
  return { method, options: options as JsonObject };
}

/** Adds the option that names what is chosen from; it may be given several times. */
export function withCandidates(command: Command): Command {
  return command.option(
    '--candidate <name[:key=value,…]>',
    'a method to choose from, in sizes of its own or with these options; may be given several times (default: uniform)',
    (text: string, before: readonly MethodChoice[] = []) => [...before, methodValue(text)],
  );
}

function jsonValue(text: string): JsonValue {
  if (text === 'true' || text === 'false') return text === 'true';
  const number = Number(text);
  return Number.isFinite(number) ? number : text;
}
