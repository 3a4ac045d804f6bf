// The bundlers that pages are measured with.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build as esbuild } from 'esbuild';
import { build as vite } from 'vite';
import webpack from 'webpack';

/** Bundles the module at `entry` into one minified file for browsers, which is written to `folder`, and returns its text. */
export type Bundler = (entry: string, folder: string) => Promise<string>;

/** The bundlers that pages are measured with, each with its own defaults for production. */
export const BUNDLERS: Readonly<Record<string, Bundler>> = {
  async esbuild(entry, folder) {
    const outfile = join(folder, 'esbuild.js');
    await esbuild({ entryPoints: [entry], outfile, bundle: true, format: 'esm', minify: true, logLevel: 'error' });
    return readFileSync(outfile, 'utf8');
  },

  async vite(entry, folder) {
    const outDir = join(folder, 'vite');
    await vite({
      configFile: false,
      root: folder,
      logLevel: 'error',
      build: {
        outDir,
        // What a page's own build has; a page of one module needs no preloading
        modulePreload: false,
        rolldownOptions: { input: entry, output: { entryFileNames: 'page.js' } },
      },
    });
    return readFileSync(join(outDir, 'page.js'), 'utf8');
  },

  webpack(entry, folder) {
    const path = join(folder, 'webpack');
    const compiler = webpack({
      mode: 'production',
      target: ['web', 'es2022'],
      entry,
      output: { path, filename: 'page.js' },
      resolve: { extensions: ['.ts', '.js'] },
      module: { rules: [{ test: /\.ts$/, use: join(import.meta.dirname, 'strip-types.cjs') }] },
      performance: false,
    });
    return new Promise((resolve, reject) => {
      compiler?.run((error, stats) => {
        if (error || stats?.hasErrors()) reject(error ?? new Error(stats?.toString('errors-only')));
        else resolve(readFileSync(join(path, 'page.js'), 'utf8'));
      });
    });
  },
};
