// Offers bytes as a file to save.
import { element } from '../ui/dom.ts';

/** Hands bytes to the user as a file. */
export function download(bytes: Uint8Array, name: string): void {
  const url = URL.createObjectURL(new Blob([bytes as BlobPart], { type: 'application/octet-stream' }));
  const link = element('a', { href: url, download: name });
  link.click();
  // The browser reads the address after this task
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
