// Opens a model from a folder, a file, an address, or an npm package.
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { isGCompressError } from '@gcompress/core';
import { readModel } from '@gcompress/packed/weights';
import { inputError, messageOf } from '../process/refusals.ts';
import type { Surroundings } from '../process/surroundings.ts';
import { fromFile, fromFolder } from './local-model.ts';
import { fromPackage } from './npm-model.ts';
import type { OnRead, OpenedModel } from './opened-model.ts';
import { fromAddress } from './web-model.ts';

/**
 * Opens a model: a folder with a `model.json`, the `model.json` itself, a packed file, an address of one of these, or `npm:PACKAGE`.
 *
 * @throws GCompressError `file-…` if the model is missing, damaged or leads out of its folder; `invalid-option` for an invalid name.
 */
export async function openModel(
  name: string,
  { cwd }: Pick<Surroundings, 'cwd'>,
  onRead?: OnRead,
): Promise<OpenedModel> {
  const opened = await openAt(name, cwd, onRead);
  try {
    readModel(`'${name}'`, opened.artifacts);
  } catch (cause) {
    if (!isGCompressError(cause)) throw cause;
    throw inputError(`'${name}'`, cause.details.expected, cause.details.actual, 'The model may be damaged.');
  }
  return { ...opened, name };
}

async function openAt(name: string, cwd: string, onRead?: OnRead): Promise<Omit<OpenedModel, 'name'>> {
  if (/^https?:/i.test(name)) return fromAddress(name, onRead);
  if (name.startsWith('npm:')) return fromPackage(name.slice(4), cwd, onRead);
  const path = resolve(cwd, name);
  const info = await stat(path).catch((cause) => {
    const hint = 'Give a folder with a model.json, a packed file, an address, or npm:PACKAGE.';
    throw inputError(`'${name}'`, 'a model', messageOf(cause), hint);
  });
  return info.isDirectory() ? fromFolder(path) : fromFile(path, onRead);
}
