// Writes a plot to docs/pictures in colours that show on light and dark pages.
import { mkdirSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type PlotOptions, plot } from '@observablehq/plot';
import { parseHTML } from 'linkedom';

const FOLDER = resolve(import.meta.dirname, '../../../docs/pictures');

/** Colours of lines and dots that are seen on white and on black; the first one for what a picture is about. */
export const COLORS = {
  main: '#e8590c',
  blue: '#4c86e0',
  green: '#2f9e6e',
  purple: '#a668d9',
  gray: '#868e96',
} as const;

// With a background of its own a picture can be read wherever it is shown, in the dark and in the light
const STYLE = `
svg { color: #1f2328; background: #ffffff; font: 12px system-ui, sans-serif; }
@media (prefers-color-scheme: dark) { svg { color: #e6edf3; background: #0d1117; } }`;

/** Draws a plot and writes it to `docs/pictures`, as an SVG file that needs nothing else. */
export function savePlot(name: string, description: string, options: PlotOptions): void {
  const { document } = parseHTML('<html><body></body></html>');
  const svg = plot({ marginTop: 34, marginBottom: 48, ...options, document: document as never });
  svg.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', description);
  const style = document.createElement('style');
  style.textContent = STYLE;
  svg.append(style as never);
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(resolve(FOLDER, `${name}.svg`), `${svg.outerHTML}\n`);
}
