// The table of the trained networks as files.
import { byId, element } from '../ui/dom.ts';
import { integer, percent } from '../ui/format.ts';
import type { ResultRow } from '../worker/trainer-api.ts';

/** Shows networks as files; without any, says when there will be some. */
export function showResults(rows: readonly ResultRow[]): void {
  const body = byId('results', HTMLTableSectionElement);
  if (rows.length === 0) {
    const waiting = 'Sizes and accuracy are measured on the files, once α is 0.';
    body.replaceChildren(element('tr', {}, element('td', { colSpan: 4, className: 'waiting', textContent: waiting })));
    return;
  }
  body.replaceChildren(
    ...rows.map(({ name, bytes, gzippedBytes, accuracy }) => {
      const cells = [`${integer(bytes)} B`, `${integer(gzippedBytes)} B`, percent(accuracy)];
      const head = element('th', { scope: 'row', textContent: name });
      return element('tr', {}, head, ...cells.map((textContent) => element('td', { textContent })));
    }),
  );
}
