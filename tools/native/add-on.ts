// Compiles the add-on of the native backend.
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { attempt } from './attempt.ts';
import { once } from './once.ts';
import { REQUIREMENTS, TENSORFLOW } from './tensorflow.ts';

const here = import.meta.dirname;
const LIBRARIES = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'].map((name) => join(TENSORFLOW, name));
const FLAGS = ['-std=c++17', '-O2', '-fPIC', '-shared', '-DNAPI_VERSION=8'];

/** Installs the native package without running its script; the files are its own, not shared with pnpm's store. */
export function installPackage(force: boolean): void {
  attempt(
    'The npm packages of tools/native could not be installed. pnpm needs a registry that has them.',
    'pnpm',
    ['install', '--frozen-lockfile', '--ignore-scripts', ...(force ? ['--force'] : [])],
    here,
  );
}

/** Compiles the add-on of the installed package against TensorFlow; returns whether it had to. */
export function buildAddOn(force: boolean): boolean {
  const nativePackage = join(here, 'node_modules/@tensorflow/tfjs-node-gpu');
  const headers = join(here, 'node_modules/node-api-headers/include');
  const source = join(nativePackage, 'binding');
  for (const file of [join(source, 'tfjs_binding.cc'), join(headers, 'node_api.h')]) {
    if (!existsSync(file)) throw new Error(`${file} is missing. Run \`pnpm native:build --force\`.`);
  }
  // Where the package looks for it on every Node that has version 8 of the interface
  const addOn = join(nativePackage, 'lib/napi-v8/tfjs_binding.node');
  mkdirSync(dirname(addOn), { recursive: true });
  const key = [REQUIREMENTS, readFileSync(join(here, 'pnpm-lock.yaml'), 'utf8'), ...FLAGS, TENSORFLOW].join('\n');
  return once(`${addOn}.stamp`, key, force, () => {
    const sources = readdirSync(source).filter((file) => file.endsWith('.cc'));
    attempt(
      'The add-on could not be compiled.',
      'g++',
      [
        ...FLAGS,
        ...[headers, join(TENSORFLOW, 'include'), source].map((folder) => `-I${folder}`),
        ...sources.map((file) => join(source, file)),
        ...['-o', addOn],
        ...LIBRARIES,
        `-Wl,-rpath,${TENSORFLOW}`,
      ],
      here,
    );
    attempt(
      'The add-on was built, but does not load.',
      process.execPath,
      ['-e', `require(${JSON.stringify(addOn)})`],
      here,
    );
  });
}
