// Packs the packages as they would be published.
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { run } from './shell.ts';

/** A published package as npm would get it. */
export interface PackedPackage {
  readonly name: string;
  readonly folder: string;
  readonly tarball: string;
  /** Names of the workspace packages that it depends on, directly. */
  readonly dependencies: readonly string[];
}

const root = resolve(import.meta.dirname, '..');
const packages = join(root, 'packages');

/** Packs every package into a new temporary folder; build them before. */
export function packAll(): PackedPackage[] {
  const destination = mkdtempSync(join(tmpdir(), 'gcompress-pack-'));
  // All at once: pnpm alone takes longer to begin than to pack a package
  run('pnpm', ['--recursive', '--filter', './packages/*', 'pack', '--pack-destination', destination], root);
  return readdirSync(packages).map((short) => {
    const folder = join(packages, short);
    const { name, version, dependencies = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const tarball = join(destination, `${name.replace('@', '').replace('/', '-')}-${version}.tgz`);
    const ours = Object.keys(dependencies).filter((dependency) => dependency.startsWith('@gcompress/'));
    return { name, folder, tarball, dependencies: ours };
  });
}

/** The package with all workspace packages that it needs. */
export function withDependencies(name: string, all: readonly PackedPackage[]): PackedPackage[] {
  const found = all.find((candidate) => candidate.name === name);
  if (!found) throw new Error(`no package '${name}'`);
  const inner = found.dependencies.flatMap((dependency) => withDependencies(dependency, all));
  return [...new Set([found, ...inner])];
}
