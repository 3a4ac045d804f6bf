// A button that opens a file of the user.
import { byId } from './dom.ts';

/** Lets the button `load` open the file dialog of the input `file`, and reads what is chosen; the same file may be chosen again. */
export function onFile(read: (bytes: Uint8Array, name: string) => Promise<void>): void {
  const input = byId('file', HTMLInputElement);
  byId('load', HTMLButtonElement).addEventListener('click', () => input.click());
  input.addEventListener('change', async () => {
    const [file] = input.files ?? [];
    if (!file) return;
    await read(new Uint8Array(await file.arrayBuffer()), file.name);
    input.value = '';
  });
}
