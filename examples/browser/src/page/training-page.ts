// The training page: connects form, charts and tables with the worker.
import type { Digits } from '@gcompress/example-datasets';
import { proxy, type Remote, transfer } from 'comlink';
import { loadDigits, pictureOf } from '../digits/digits.ts';
import { namesBytes, type Settings, totalSteps } from '../settings.ts';
import { DigitPicker } from '../ui/digit-picker.ts';
import { byId, messageOf, showProblem } from '../ui/dom.ts';
import { DrawingPad } from '../ui/drawing-pad.ts';
import { onFile } from '../ui/file-input.ts';
import { integer } from '../ui/format.ts';
import { PredictionTable } from '../ui/prediction-table.ts';
import type { Trainer } from '../worker/trainer.ts';
import type { ResultRow, TrainingEvent, TrainingResult } from '../worker/trainer-api.ts';
import { connectWorker } from './connect-worker.ts';
import { download } from './download.ts';
import { MatrixView } from './matrix-view.ts';
import { showResults } from './results-table.ts';
import { SettingsForm } from './settings-form.ts';
import { SpectrumChart } from './spectrum-chart.ts';
import { showEvaluation, showLoaded, showNothingYet, showStep } from './tiles.ts';
import { TrainingCharts } from './training-charts.ts';

/** Starts the worker and makes the page usable; rejects when the worker or the digits are not to be had, or fail later. */
export async function startPage(): Promise<void> {
  const folder = new URL('digits/', document.baseURI);
  const { trainer, failure } = connectWorker();
  const loading = Promise.all([trainer.prepare(folder.href), loadDigits('test', folder)]);
  const [backend, test] = await Promise.race([loading, failure]);
  // What is slower than it could be is worth a reason
  const reason = backend.name === 'wasm' ? '' : ` ${backend.reason}`;
  new TrainingPage(trainer, test).setIdle(`Ready. TensorFlow.js computes with ${backend.name}.${reason}`);
  await failure;
}

/** Everything on the page, and what happens when it is used. */
class TrainingPage {
  readonly #trainer: Remote<Trainer>;
  readonly #charts = new TrainingCharts();
  readonly #spectrum = new SpectrumChart();
  readonly #matrix = new MatrixView(byId('matrix', HTMLElement));
  readonly #prediction = new PredictionTable(byId('prediction', HTMLElement));
  readonly #picker: DigitPicker;
  readonly #form: SettingsForm;
  readonly #start = byId('start', HTMLButtonElement);
  readonly #stop = byId('stop', HTMLButtonElement);
  readonly #load = byId('load', HTMLButtonElement);
  readonly #download = byId('download', HTMLButtonElement);
  readonly #progress = byId('progress', HTMLProgressElement);
  readonly #status = byId('status', HTMLElement);
  readonly #fileStatus = byId('file-status', HTMLElement);
  /** Counts trainings, so that what an older one still tells is passed over. */
  #run = 0;
  #training = false;
  #picture: Float32Array | undefined;
  #rows: readonly ResultRow[] = [];
  #fileName = '';

  constructor(trainer: Remote<Trainer>, test: Digits) {
    this.#trainer = trainer;
    this.#form = new SettingsForm(() => this.#settingsChanged());
    const pad = new DrawingPad(byId('pad', HTMLElement), (pixels) => {
      this.#picture = pixels;
      void this.#predict();
    });
    this.#picker = new DigitPicker(byId('picker', HTMLElement), test, (pixels) => pad.show(pixels));
    pad.show(pictureOf(test, 0));
    this.#clear(this.#form.settings);
    byId('settings', HTMLFormElement).addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#train(this.#form.settings);
    });
    this.#stop.addEventListener('click', () => void this.#trainer.stop());
    this.#download.addEventListener('click', async () => download(await this.#trainer.file(), this.#fileName));
    onFile((bytes, name) => this.#loadFile(bytes, name));
  }

  /** Nothing is going on. */
  setIdle(status: string): void {
    this.#training = false;
    this.#start.textContent = this.#run === 0 ? 'Start training' : 'Train again';
    this.#start.disabled = false;
    this.#stop.disabled = true;
    this.#load.disabled = false;
    this.#status.textContent = status;
  }

  async #train(settings: Settings): Promise<void> {
    const run = ++this.#run;
    this.#clear(settings);
    this.#setTraining();
    const began = performance.now();
    const onEvent = (event: TrainingEvent) => {
      if (run === this.#run) this.#show(event, settings);
    };
    try {
      const result = await this.#trainer.train(settings, proxy(onEvent));
      if (run === this.#run) this.#finish(result, settings, (performance.now() - began) / 1000);
    } catch (error) {
      if (run !== this.#run) return;
      showProblem(`The training has failed. ${messageOf(error)}`);
      this.setIdle('The training has failed.');
    }
  }

  #setTraining(): void {
    this.#training = true;
    this.#start.textContent = 'Restart';
    this.#stop.disabled = false;
    this.#load.disabled = true;
    this.#status.textContent = 'Training…';
  }

  /** Empties what a training fills. */
  #clear(settings: Settings): void {
    showProblem(undefined);
    this.#charts.start(settings);
    this.#matrix.show(undefined);
    this.#spectrum.show(undefined);
    this.#rows = [];
    showResults([]);
    showNothingYet(settings);
    this.#progress.value = 0;
    this.#download.disabled = true;
    this.#fileStatus.textContent = 'There is a file to download once α is 0.';
  }

  #settingsChanged(): void {
    if (this.#training) this.#status.textContent = 'Settings have changed. Restart to train with them.';
    else if (this.#rows.length === 0) this.#clear(this.#form.settings);
  }

  #show(event: TrainingEvent, settings: Settings): void {
    if (event.kind === 'steps') {
      const last = event.points[event.points.length - 1];
      this.#charts.addSteps(event.points);
      this.#progress.value = last.step / totalSteps(settings);
      showStep(last, settings);
    } else {
      this.#charts.addEvaluation(event.point);
      this.#picker.showReadings(event.point.readings);
      this.#matrix.show(event.snapshot);
      this.#spectrum.show(event.snapshot);
      showEvaluation(event.point);
      void this.#predict();
    }
  }

  #finish({ steps, finished, rows }: TrainingResult, settings: Settings, seconds: number): void {
    this.#rows = rows;
    showResults(rows);
    const did = finished ? 'Finished' : 'Stopped';
    this.setIdle(`${did} after ${integer(steps)} steps and ${seconds.toFixed(0)} s.`);
    this.#download.disabled = rows.length === 0;
    void this.#countTensors();
    if (rows.length === 0) return;
    const { method, ratio, bytes } = settings;
    this.#fileName = `mnist-${method}-${namesBytes(settings) ? `${bytes}-bytes` : `${ratio}x`}.safetensors`;
    this.#fileStatus.textContent = `${this.#fileName} is ready.`;
    void this.#predict();
  }

  async #loadFile(bytes: Uint8Array, name: string): Promise<void> {
    const size = bytes.length;
    try {
      const loaded = await this.#trainer.load(transfer(bytes, [bytes.buffer]));
      showProblem(undefined);
      showResults([...this.#rows, loaded]);
      showLoaded(loaded);
      this.#picker.showReadings(loaded.readings);
      this.#matrix.show(loaded.snapshot);
      this.#spectrum.show(loaded.snapshot);
      this.#fileName = name;
      this.#download.disabled = false;
      this.#fileStatus.textContent = `${name}, ${integer(size)} bytes, has been loaded. It is the compressed network now.`;
      void this.#predict();
    } catch (error) {
      showProblem(`${name} was not loaded. ${messageOf(error)}`);
      byId('problem', HTMLElement).scrollIntoView({ block: 'nearest' });
    }
  }

  /** Leaves in the document how many tensors the worker holds, so that a leak shows. */
  async #countTensors(): Promise<void> {
    this.#status.dataset.tensors = String(await this.#trainer.tensorCount());
  }

  /** Asks both networks what they read in the picture. */
  async #predict(): Promise<void> {
    const picture = this.#picture;
    const { dense, compressed } = picture
      ? await this.#trainer.classify(picture)
      : { dense: undefined, compressed: undefined };
    if (picture !== this.#picture) return;
    const waiting = picture ? 'Train first, or load a file.' : 'Pick a digit or draw one.';
    const predictions = [
      { name: 'Dense', probabilities: dense },
      { name: 'Compressed', probabilities: compressed },
    ] as const;
    this.#prediction.show(predictions, waiting);
  }
}
