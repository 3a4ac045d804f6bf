// Caches the measurements of each model beside the packages, so that one model can be measured again without the others.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CACHE } from './downloads.ts';
import type { RealModel } from './models.ts';
import type { ModelFiles } from './small-files.ts';

/** The last measurements of a model, if there are any. */
export function lastMeasured({ title }: RealModel): ModelFiles | undefined {
  const path = pathOf(title);
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as ModelFiles) : undefined;
}

export function keepMeasured({ title }: RealModel, files: ModelFiles): void {
  writeFileSync(pathOf(title), JSON.stringify(files));
}

function pathOf(title: string): string {
  return join(CACHE, `measured-${title.replaceAll(' ', '-')}.json`);
}
