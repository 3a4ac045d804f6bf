// Checks of the options of compressModel.
import { GCompressError } from '@gcompress/core';
import { assertKnownOptions, assertNumber, assertOneOf, assertType, describeValue } from '@gcompress/core/checks';
import { assertKernelsOption } from '@gcompress/wasm-kernels/load';
import { assertCompressor, assertSchedule } from '../../argument-checks.ts';
import type { Layer } from '../weights/clone-layer.ts';
import { FILE_TARGET_OPTIONS, type FileTargetOptions, hasFileTarget } from './file-target.ts';
import type { LayerChoice, LayerRule } from './layer-rules.ts';
import { isModel } from './model-layers.ts';

const OPTIONS = [
  ...['method', 'schedule', 'rules', 'minWeights', 'onUpdate', 'onWarning', 'start', 'kernels', 'inputMoments'],
  ...FILE_TARGET_OPTIONS,
];
const RULE_KEYS = [
  'name',
  'className',
  'predicate',
  'minWeights',
  'matrices',
  'split',
  'method',
  'schedule',
] as const satisfies readonly (keyof LayerRule)[];

/**
 * Refuses unknown options and rule keys, values of the wrong type, and rules that name a layer which the model does not have: most
 * likely typing mistakes.
 *
 * @throws GCompressError `unknown-option` or `invalid-option`.
 */
export function assertLayerChoice(options: unknown, layers: readonly Layer[]): asserts options is LayerChoice {
  const where = 'compressModel';
  assertKnownOptions(where, options, OPTIONS);
  const { method, schedule, rules, minWeights, onUpdate, onWarning, kernels } = options as Readonly<
    Record<string, unknown>
  >;
  assertCompressor(where, 'method', method);
  assertSchedule(where, 'schedule', schedule);
  assertMinWeights(where, minWeights);
  if (onUpdate !== undefined) assertType(where, 'onUpdate', onUpdate, 'function');
  if (onWarning !== undefined) assertType(where, 'onWarning', onWarning, 'function');
  assertKernelsOption(where, kernels);
  hasFileTarget(where, options as FileTargetOptions);
  if (rules === undefined) return;
  if (!Array.isArray(rules)) throw invalid(`${where} rules`, 'a list of rules', describeValue(rules));
  for (const [i, rule] of rules.entries()) assertRule(`${where} rules[${i}]`, rule, layers);
}

function assertRule(where: string, rule: unknown, layers: readonly Layer[]): void {
  assertKnownOptions(where, rule, RULE_KEYS);
  const { name, className, predicate, minWeights, matrices, split, method, schedule } = rule as {
    readonly [key in (typeof RULE_KEYS)[number]]?: unknown;
  };
  assertName(where, name, layers);
  if (className !== undefined) assertType(where, 'className', className, 'string');
  if (predicate !== undefined) assertType(where, 'predicate', predicate, 'function');
  assertMinWeights(where, minWeights);
  if (matrices !== undefined && !isListOfStrings(matrices)) {
    throw invalid(`${where} matrices`, "a list of names, such as ['kernel']", describeValue(matrices));
  }
  if (split !== undefined) assertOneOf(where, 'split', split, ['filters', 'spatial']);
  if (method !== undefined && method !== null) assertCompressor(where, 'method', method);
  if (schedule !== undefined) assertSchedule(where, 'schedule', schedule);
}

function assertName(where: string, name: unknown, layers: readonly Layer[]): void {
  if (name === undefined || name instanceof RegExp) return;
  if (typeof name !== 'string') throw invalid(`${where} name`, 'a name or a regular expression', describeValue(name));
  if (layers.some((layer) => layer.name === name)) return;
  const names = layers.filter((layer) => !isModel(layer)).map((layer) => layer.name);
  throw invalid(`${where} name`, `names of layers: ${names.join(', ')}`, describeValue(name));
}

function assertMinWeights(where: string, minWeights: unknown): void {
  if (minWeights !== undefined) assertNumber(where, 'minWeights', minWeights, { min: 0 });
}

function isListOfStrings(value: unknown): boolean {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string');
}

function invalid(where: string, expected: string, actual: string): GCompressError {
  return new GCompressError('invalid-option', { where, expected, actual });
}
