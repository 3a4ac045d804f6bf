// A project that installs every package from its tarball.
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PackedPackage } from '../packed-packages.ts';
import { run } from '../shell.ts';

/** A project outside of the workspace with every package installed from its tarball. */
export interface Consumer {
  readonly folder: string;
  /** What can be imported, e.g. `'@gcompress/lowrank/format'`. */
  readonly entries: readonly string[];
}

/** Installs the packages, and whatever else is named, into a new temporary folder. */
export function createConsumer(packages: readonly PackedPackage[], others: readonly string[]): Consumer {
  const folder = mkdtempSync(join(tmpdir(), 'gcompress-consumer-'));
  writeFileSync(join(folder, 'package.json'), '{ "private": true }');
  const tarballs = packages.map(({ tarball }) => tarball);
  run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', ...tarballs, ...others], folder);
  const entries = packages.flatMap(({ name }) => {
    const { exports = {} } = JSON.parse(readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8'));
    return Object.keys(exports)
      .filter((entry) => entry !== './package.json')
      .map((entry) => `${name}${entry.slice(1)}`);
  });
  return { folder, entries };
}
