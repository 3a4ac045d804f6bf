// Reads budgets from gcompress.json, another file, or the key `gcompress` of package.json.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { assertKnownOptions, assertNumber, assertType, describeValue } from '@gcompress/core/checks';
import { PREPROCESSING } from '../images/preprocessing.ts';
import { parseByteSize } from '../output/byte-size.ts';
import { inputError, messageOf, usageError } from '../process/refusals.ts';
import { assertComplete, type Budget } from './budget.ts';

/** Budgets, and the folder that their paths are relative to. */
export interface ReadBudgets {
  readonly folder: string;
  readonly budgets: readonly Budget[];
}

const CONFIG_FILE = 'gcompress.json';
const KEYS = [
  ...['model', 'maxBytes', 'against', 'maxDifference', 'maxDrop', 'inputs', 'labels'],
  ...['preprocess', 'imageSize', 'maxUnreadable', 'register'],
];

/**
 * Reads the budgets of a configuration file, by default `gcompress.json`, or else `package.json`.
 *
 * @throws GCompressError `invalid-option`, `unknown-option` for content that the schema does not allow; `file-read` for an unreadable file.
 */
export async function readBudgets(cwd: string, name?: string): Promise<ReadBudgets> {
  const path = resolve(cwd, name ?? (existsSync(join(cwd, CONFIG_FILE)) ? CONFIG_FILE : 'package.json'));
  const shown = name ?? basename(path);
  if (name === undefined && !existsSync(path)) {
    const hint = 'Give a model with limits, or write budgets into gcompress.json.';
    throw usageError('check', 'a model, gcompress.json or package.json', 'none', hint);
  }
  const text = await readFile(path, 'utf8').catch((cause) => {
    throw inputError(`'${shown}'`, 'a file that can be read', messageOf(cause));
  });
  const content = parsed(text, shown);
  if (basename(path) !== 'package.json') return { folder: dirname(path), budgets: parseBudgets(content, shown) };
  const { gcompress } = content as { readonly gcompress?: unknown };
  if (gcompress !== undefined) return { folder: dirname(path), budgets: parseBudgets(gcompress, `${shown} gcompress`) };
  throw usageError('check', "a model, gcompress.json or the key 'gcompress' in package.json", 'none of them');
}

/**
 * Checks a configuration, as `schema/budgets.json` describes it.
 *
 * @throws GCompressError `invalid-option`, `unknown-option`.
 */
export function parseBudgets(content: unknown, where: string): Budget[] {
  assertKnownOptions(where, content, ['$schema', 'budgets']);
  const { budgets } = content as { readonly budgets?: unknown };
  if (Array.isArray(budgets) && budgets.length > 0) {
    return budgets.map((budget, i) => checkedBudget(budget, `${where} budgets[${i}]`));
  }
  throw usageError(`${where} budgets`, 'a list of at least one budget', describeValue(budgets));
}

function checkedBudget(budget: Record<string, unknown>, where: string): Budget {
  assertKnownOptions(where, budget, KEYS);
  const { model, maxBytes, maxDifference, maxDrop, imageSize, maxUnreadable, ...names } = budget;
  assertType(where, 'model', model, 'string');
  for (const [key, value] of Object.entries(names)) assertType(where, key, value, 'string');
  if (maxDifference !== undefined) assertNumber(where, 'maxDifference', maxDifference, { min: 0 });
  if (maxDrop !== undefined) assertNumber(where, 'maxDrop', maxDrop, { min: 0, max: 100 });
  if (imageSize !== undefined) assertNumber(where, 'imageSize', imageSize, { min: 1, max: 16_384, integer: true });
  if (maxUnreadable !== undefined) assertNumber(where, 'maxUnreadable', maxUnreadable, { min: 0, max: 1 });
  if (names.preprocess !== undefined && !PREPROCESSING.some((name) => name === names.preprocess)) {
    throw usageError(`${where} preprocess`, `one of ${PREPROCESSING.join(', ')}`, describeValue(names.preprocess));
  }
  const bytes = maxBytes === undefined ? undefined : bytesOf(maxBytes);
  if (maxBytes !== undefined && bytes === undefined) {
    throw usageError(`${where} maxBytes`, "a size such as 500000 or '1MB'", describeValue(maxBytes));
  }
  const checked = { ...budget, ...(bytes !== undefined && { maxBytes: bytes }) } as unknown as Budget;
  assertComplete(checked, where);
  return checked;
}

function bytesOf(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 1 ? value : undefined;
  return typeof value === 'string' ? parseByteSize(value) : undefined;
}

function parsed(text: string, shown: string): object {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // Throws the same error as for JSON that is not an object
  }
  throw usageError(`'${shown}'`, 'a JSON object', describeValue(text.slice(0, 40)));
}
