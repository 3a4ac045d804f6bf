// Type-checks imports of each package with several versions of TypeScript.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Consumer } from './consumer.ts';

/** The three newest minors of TypeScript that run on the oldest Node that CI has. */
const VERSIONS = { '7.0': '7.0.2', '6.0': '6.0.3', '5.9': '5.9.3' } as const;

const RESOLUTIONS = [
  { moduleResolution: 'bundler', module: 'esnext', files: ['use.mts'] },
  { moduleResolution: 'node16', module: 'node16', files: ['use.mts'] },
  // Here TypeScript knows that require() loads ES modules
  { moduleResolution: 'nodenext', module: 'nodenext', files: ['use.mts', 'use.cts'] },
] as const;

/** What npm has to install for {@link checkTypes}. */
export const TYPESCRIPTS = Object.entries(VERSIONS).map(
  ([minor, version]) => `typescript-${minor}@npm:typescript@${version}`,
);

/** Type-checks an import of every entry, the declarations themselves included, and returns a line for each version. */
export function checkTypes({ folder, entries }: Consumer): string[] {
  const names = entries.map((_, i) => `entry${i}`);
  const all = `export const all: readonly object[] = [${names.join(', ')}];\n`;
  const imports = entries.map((entry, i) => `import * as ${names[i]} from '${entry}';\n`);
  writeFileSync(join(folder, 'use.mts'), `${imports.join('')}${all}${USE}`);
  const requires = entries.map((entry, i) => `import ${names[i]} = require('${entry}');\n`);
  writeFileSync(join(folder, 'use.cts'), `${requires.join('')}${all}`);

  return Object.keys(VERSIONS).map((minor) => {
    for (const { moduleResolution, module, files } of RESOLUTIONS) {
      const compilerOptions = {
        ...{ moduleResolution, module, target: 'es2022', lib: ['es2022', 'dom'], types: [] },
        ...{ strict: true, exactOptionalPropertyTypes: true, noEmit: true, skipLibCheck: false },
      };
      const project = `tsconfig.${moduleResolution}.json`;
      writeFileSync(join(folder, project), JSON.stringify({ compilerOptions, files }));
      const found = errorsOfOurs(folder, [`node_modules/typescript-${minor}/bin/tsc`, '-p', project]);
      if (found.length > 0) throw new Error(`TypeScript ${minor}, ${moduleResolution}:\n${found.join('\n')}`);
    }
    return `TypeScript ${minor}: ${RESOLUTIONS.map(({ moduleResolution }) => moduleResolution).join(', ')}`;
  });
}

/** What the compiler says of our files. Declarations of TensorFlow.js do not compile on their own, with any version. */
function errorsOfOurs(folder: string, command: readonly string[]): string[] {
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { cwd: folder, encoding: 'utf8' });
  const errors = stdout.split('\n').filter((line) => line.includes('error TS'));
  if (stderr !== '' || (status !== 0 && errors.length === 0))
    throw new Error(`${command.join(' ')}: ${stdout}${stderr}`);
  return errors.filter((line) => !/^node_modules\/(?!@gcompress\/)/.test(line));
}

/** Fails to compile where the types of one package are not those of another, or are `any`. */
const USE = `
import { lowRank } from '@gcompress/lowrank';
import { compressModel } from '@gcompress/tfjs/layers';
const compressor: Parameters<typeof compressModel>[1]['method'] = lowRank({ rank: 4 });
// @ts-expect-error a rank is a number
lowRank({ rank: 'four' });
export { compressor };
`;
