import { defineConfig, type UserConfig } from 'tsdown';

/** How every package is built: ESM with types and source maps; `entry` is all a package says itself. */
export function packageBuild(entry: Record<string, string>): UserConfig {
  return defineConfig({
    entry,
    format: 'esm',
    platform: 'neutral',
    target: 'es2022',
    dts: true,
    sourcemap: true,
    fixedExtension: false,
    hash: false,
  }) as UserConfig;
}

/** How a command-line program is built: for Node, without types. */
export function programBuild(entry: Record<string, string>): UserConfig {
  return defineConfig({
    entry,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    dts: false,
    sourcemap: true,
    fixedExtension: false,
  }) as UserConfig;
}
