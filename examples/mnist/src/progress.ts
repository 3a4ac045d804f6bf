// Progress of the phases, on the standard error.
import { SingleBar } from 'cli-progress';

/** Shows how far a phase of the work is, on the standard error: a bar in a terminal, a line at the end elsewhere. */
export class Progress {
  #bar: SingleBar | undefined;
  #label = '';
  #started = 0;

  constructor(private readonly stream: NodeJS.WriteStream = process.stderr) {}

  start(label: string, total: number): void {
    this.#label = label.padEnd(24);
    this.#started = performance.now();
    if (!this.stream.isTTY) return;
    this.#bar = new SingleBar({
      format: `${this.#label} {bar} {percentage} % · {value}/{total} · loss {loss} · {eta} s left`,
      stream: this.stream,
      hideCursor: true,
    });
    this.#bar.start(total, 0, { loss: '–' });
  }

  update(done: number, loss: number): void {
    this.#bar?.update(done, { loss: loss.toFixed(4) });
  }

  stop(): void {
    this.#bar?.stop();
    this.#bar = undefined;
    if (this.stream.isTTY) return;
    this.stream.write(`${this.#label} ${((performance.now() - this.#started) / 1000).toFixed(1)} s\n`);
  }
}
