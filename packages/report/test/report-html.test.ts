// reportHtml and reportMarkdown: complete, self-contained, and safe for any name.
import { parseHTML } from 'linkedom';
import { beforeAll, describe, expect, it } from 'vitest';
import { type ReportData, reportHtml, reportMarkdown } from '../src/index.ts';
import { exampleReport } from './example-report.ts';

const HOSTILE = `<script>alert(1)</script>"'&|\u0000\u202e`;
let data: ReportData;
let hostile: ReportData;
beforeAll(async () => {
  data = await exampleReport();
  hostile = await exampleReport({ name: HOSTILE, classNames: [HOSTILE] });
  const [first, ...weights] = hostile.weights;
  hostile = { ...hostile, weights: [{ ...first, name: HOSTILE, usedBy: HOSTILE, notes: [HOSTILE] }, ...weights] };
});
const page = (of: ReportData) => parseHTML(reportHtml(of)).document;

it('shows sizes, quality, changed inputs, work and every matrix', () => {
  const document = page(data);
  expect([...document.querySelectorAll('h2')].map(({ id }) => id)).toEqual([
    'done',
    'size',
    'quality',
    'changed',
    'where',
    'work',
    'runs',
    'weights',
  ]);
  expect(document.querySelectorAll('#size ~ .scroll tbody tr')).toHaveLength(4);
  expect(document.querySelectorAll('details')).toHaveLength(5);
  const changed = data.evaluation?.changed.length ?? 0;
  expect(changed).toBeGreaterThan(0);
  expect(document.querySelectorAll('.changed img[src^="data:image/png;base64,"]')).toHaveLength(changed);
  expect(document.querySelector('#weight-2')?.textContent).toContain('The stored matrix has rank 6 of 40.');
  expect(document.querySelector('#skipped')?.nextElementSibling?.textContent).toContain('tiny/kernel');
  expect(document.querySelector('#size')?.parentElement?.textContent).toContain(
    `packed file${data.forms[3].bytes.raw.toLocaleString('en-US')} B`,
  );
});

it('shows medians and quartiles with backend and machine, and the memory of each loaded form', () => {
  const rows = [...page(data).querySelectorAll('#runs ~ .scroll tbody tr')].map((row) =>
    [...row.children].map((cell) => cell.textContent),
  );
  expect(rows).toEqual([
    ['original', '40.0 kB', '1.00 ms (0.750 ms to 1.50 ms)', '32.0 ms (24.0 ms to 48.0 ms)'],
    ['packed file', '40.0 kB', '2.00 ms (1.00 ms to 3.00 ms)', '64.0 ms (32.0 ms to 96.0 ms)'],
    ['packed file, with packed layers', '9,000 B', '–', '–'],
  ]);
  const { latency: _, ...untimed } = data;
  expect(page(untimed).querySelectorAll('#runs ~ .scroll thead th')).toHaveLength(2);
  expect(page(data).querySelector('#runs')?.parentElement?.textContent).toContain('31 predictions on cpu , a machine ');
});

it('draws areas of the treemaps in proportion to bytes', () => {
  const [before, after] = [...page(data).querySelectorAll('svg.treemap')];
  const area = (svg: { getAttribute(name: string): string | null }) =>
    Number.parseFloat(svg.getAttribute('width') ?? '') * Number(svg.getAttribute('height'));
  const bytes = (key: 'originalBytes' | 'bytes') => data.weights.reduce((sum, weight) => sum + weight[key], 0);
  expect(area(after) / area(before)).toBeCloseTo(bytes('bytes') / bytes('originalBytes'), 2);
});

it('loads nothing and runs nothing', () => {
  for (const each of [data, hostile]) {
    const document = page(each);
    expect(document.querySelectorAll('script, link, iframe, object, embed, form')).toHaveLength(0);
    const addresses = [...document.querySelectorAll('[src], [href]')].map(
      (node) => node.getAttribute('src') ?? node.getAttribute('href') ?? '',
    );
    expect(addresses.filter((address) => !/^(#|data:image\/png;base64,)/.test(address))).toEqual([]);
    expect(reportHtml(each)).not.toMatch(/@import|url\(|\son\w+=/);
    expect(document.querySelector('meta[http-equiv]')?.getAttribute('content')).toContain("default-src 'none'");
  }
});

it('shows hostile names as text', () => {
  const text = page(hostile).body.textContent;
  expect(text).toContain('<script>alert(1)</script>"\'&|\ufffd\ufffd');
  expect(reportHtml(hostile)).not.toContain('<script>');
});

it('names the weight whose values a copy shares', () => {
  const [first, ...weights] = data.weights;
  const copied = { ...data, weights: [{ ...first, copyOf: HOSTILE, bytes: 0 }, ...weights] };
  expect(page(copied).querySelector('#weights ~ .scroll tbody tr')?.textContent).toContain('copy of <script>alert');
  expect(reportHtml(copied)).not.toContain('<script>');
  expect(reportMarkdown(copied)).toContain('copy of');
});

it('leaves out what was not measured, and says so', () => {
  const { evaluation: _, work: __, memory: ___, latency: ____, ...bare } = data;
  const document = page({ ...bare, commands: [] });
  expect([...document.querySelectorAll('h2')].map(({ id }) => id)).toEqual([
    'done',
    'size',
    'quality',
    'where',
    'weights',
  ]);
  expect(document.querySelector('#quality')?.parentElement?.textContent).toContain('No inputs were given');
  expect(document.querySelector('pre')).toBeNull();
});

it('is the same for data that went through JSON', () => {
  expect(reportHtml(JSON.parse(JSON.stringify(data)))).toBe(reportHtml(data));
  expect(reportMarkdown(JSON.parse(JSON.stringify(data)))).toBe(reportMarkdown(data));
});

describe('Markdown', () => {
  it('has a row for each form and each matrix', () => {
    const lines = reportMarkdown(data).split('\n');
    const rows = lines.filter((line) => line.startsWith('|'));
    expect(rows).toHaveLength(2 + 4 + 2 + 3 + 2 + 5);
    expect(rows.slice(6, 11)).toContain(
      '| packed file | 40.0 kB | 2.00 ms (1.00 ms to 3.00 ms) | 64.0 ms (32.0 ms to 96.0 ms) |',
    );
    expect(new Set(rows.slice(6, 11).map((line) => line.split('|').length)).size).toBe(1);
    const width = (line: string) => line.replaceAll('\\|', '').split('|').length;
    expect(new Set(rows.slice(0, 6).map(width)).size).toBe(1);
    expect(new Set(rows.slice(11).map(width)).size).toBe(1);
    expect(lines.some((line) => /^\| \*\*packed file\*\* \|/.test(line))).toBe(true);
  });
  it('keeps hostile names in their cells', () => {
    const lines = reportMarkdown(hostile).split('\n');
    const rows = lines.filter((line) => line.startsWith('|')).slice(11);
    expect(new Set(rows.map((line) => line.replaceAll('\\|', '').split('|').length)).size).toBe(1);
    expect(rows.join('')).not.toContain('<script>');
  });
});

describe('refuses', () => {
  it.each([
    ['nothing', undefined, 'invalid-option'],
    ['another version', { version: 2 }, 'unsupported-version'],
    ['data without weights', { version: 1 }, 'invalid-option'],
  ])('%s', (_, value, code) => {
    for (const write of [reportHtml, reportMarkdown]) {
      expect(() => write(value as never)).toThrow(expect.objectContaining({ code }));
    }
  });
  it('a negative time', () => {
    const batches = [{ batch: 1, runs: 3, original: { median: -1, low: 0, high: 1 }, packed: {} }];
    expect(() => reportHtml({ ...data, latency: { ...data.latency, batches } } as never)).toThrow(
      expect.objectContaining({ code: 'invalid-option' }),
    );
  });
  it('a picture that is an address', () => {
    const evaluation = {
      ...data.evaluation,
      changed: [{ index: 0, relativeError: 1, picture: 'https://example.org/x.png' }],
    };
    expect(() => reportHtml({ ...data, evaluation } as never)).toThrow(
      expect.objectContaining({ code: 'invalid-option' }),
    );
  });
});
