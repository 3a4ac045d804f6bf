import type { TestProject } from 'vitest/node';
import { launchChromium } from '../scripts/chromium.ts';
import { serveBuild } from '../scripts/serve-build.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Address of the built pages. */
    url: string;
  }
}

/** Builds and serves the pages once for all files; reports a missing browser first. */
export default async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  await (await launchChromium()).close();
  const { url, stop } = await serveBuild([
    'test-browser/tensor-ops.html',
    'test-browser/packed.html',
    'test-browser/webgpu/products.html',
  ]);
  provide('url', url);
  return stop;
}
