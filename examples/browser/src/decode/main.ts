// The page that only decodes: opens a file and reads digits with its network.
import type { Digits } from '@gcompress/example-datasets';
import { loadDigits, pictureOf } from '../digits/digits.ts';
import { LAYERS, PIXELS } from '../network/architecture.ts';
import { fileFormats } from '../network/formats.ts';
import { classify, readNetwork, type StoredNetwork } from '../network/stored-network.ts';
import { DigitPicker, SHOWN } from '../ui/digit-picker.ts';
import { byId, element, messageOf, showProblem } from '../ui/dom.ts';
import { DrawingPad } from '../ui/drawing-pad.ts';
import { onFile } from '../ui/file-input.ts';
import { integer } from '../ui/format.ts';
import { best, PredictionTable } from '../ui/prediction-table.ts';

const prediction = new PredictionTable(byId('prediction', HTMLDivElement));
let network: StoredNetwork | undefined;
let picture: Float32Array | undefined;
const pad = new DrawingPad(byId('pad', HTMLDivElement), (pixels) => {
  picture = pixels;
  predict();
});

try {
  start(await loadDigits('test', new URL('digits/', document.baseURI)));
} catch (error) {
  showProblem(messageOf(error));
}

function start(digits: Digits): void {
  const picker = new DigitPicker(byId('picker', HTMLDivElement), digits, (pixels) => pad.show(pixels));
  pad.show(pictureOf(digits, 0));
  onFile(async (bytes, name) => {
    try {
      network = await readNetwork(bytes, fileFormats);
    } catch (error) {
      showProblem(`${name} was not loaded. ${messageOf(error)}`);
      return;
    }
    const probabilities = classify(network, digits.images.subarray(0, SHOWN * PIXELS));
    const readings = Uint8Array.from({ length: SHOWN }, (_, i) => best(probabilities.subarray(10 * i, 10 * i + 10)));
    const right = readings.filter((digit, i) => digit === digits.labels[i]).length;
    const status = `${name}, ${integer(bytes.length)} bytes. It reads ${right} of the ${SHOWN} test digits right.`;
    byId('file-status', HTMLParagraphElement).textContent = status;
    picker.showReadings(readings);
    showMatrices(network);
    showProblem(undefined);
    predict();
  });
}

function predict(): void {
  const probabilities = network && picture && classify(network, picture);
  const waiting = network ? 'Pick a digit or draw one.' : 'Load a file first.';
  prediction.show([{ name: 'Compressed', probabilities }], waiting);
}

function showMatrices(loaded: StoredNetwork): void {
  const table = byId('matrices', HTMLTableElement);
  const rows = LAYERS.map(({ name }) => {
    const { shape, format, byteLength, compressionRatio } = loaded[name].weights;
    const cells = [shape.join(' × '), format.id, integer(byteLength), `${compressionRatio.toFixed(1)} ×`];
    const head = element('th', { scope: 'row', textContent: name });
    return element('tr', {}, head, ...cells.map((textContent) => element('td', { textContent })));
  });
  table.tBodies[0].replaceChildren(...rows);
  table.hidden = false;
}
