// The exports of the package, and the code that it contains.
import { bundledSources } from '@gcompress/fixtures/bundle';
import { expect, it } from 'vitest';
import * as api from '../src/index.ts';

it('exports this and nothing else', () => {
  expect(Object.keys(api).sort()).toEqual([
    'REPORT_VERSION',
    'evaluateForms',
    'measureLatency',
    'multiplyAdds',
    'reportData',
    'reportHtml',
    'reportMarkdown',
    'stockRivals',
  ]);
});

it('carries no TensorFlow.js', async () => {
  const sources = await bundledSources('packages/report/src/index.ts');
  expect(sources.filter((path) => path.includes('tensorflow'))).toEqual([]);
  expect(sources.some((path) => path.endsWith('report/src/html/report-html.ts'))).toBe(true);
});
