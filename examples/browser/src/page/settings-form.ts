// The form with the settings of a training.
import { compressedBytes, DENSE_BYTES } from '../network/sizes.ts';
import {
  BATCH_SIZE,
  CURVES,
  METHODS,
  namesBytes,
  RANGES,
  RATIOS,
  type Settings,
  settingsFromQuery,
  settingsToQuery,
  totalSteps,
} from '../settings.ts';
import { byId, element } from '../ui/dom.ts';
import { integer, kilobytes } from '../ui/format.ts';

type Slider = keyof typeof RANGES;

const slider = (id: Slider | 'ratio') => byId(id, HTMLInputElement);
const output = (id: string) => byId(`${id}-value`, HTMLOutputElement);

/** The settings as form controls. They are kept in the address of the page, so that a reload or a link has them too. */
export class SettingsForm {
  readonly #onChange: () => void;
  #settings: Settings;

  /** @param onChange called after each change by the user. */
  constructor(onChange: () => void) {
    this.#onChange = onChange;
    this.#settings = settingsFromQuery(location.search);
    this.#create();
    this.#show();
    byId('settings', HTMLFormElement).addEventListener('input', ({ target }) => this.#read(target));
  }

  get settings(): Settings {
    return this.#settings;
  }

  #create(): void {
    const methods = Object.entries(METHODS).map(([value, text]) =>
      element(
        'label',
        {},
        element('input', { type: 'radio', name: 'method', value }),
        element('span', { textContent: text }),
      ),
    );
    byId('method', HTMLElement).append(...methods);
    byId('curve', HTMLSelectElement).append(
      ...Object.entries(CURVES).map(([value, text]) => element('option', { value, textContent: text })),
    );
    for (const [id, range] of Object.entries(RANGES)) Object.assign(slider(id as Slider), stringified(range));
    Object.assign(slider('ratio'), { min: '0', max: String(RATIOS.length - 1), step: '1' });
  }

  #read(changed: EventTarget | null): void {
    const value = (id: Slider) => Number(slider(id).value);
    const { step } = RANGES.end;
    let [begin, end] = [value('begin'), value('end')];
    // The slider that was moved pushes the other one
    if (changed === slider('end')) begin = Math.min(begin, end - step);
    else end = Math.max(end, begin + step);
    const method = document.querySelector<HTMLInputElement>('input[name="method"]:checked')?.value;
    const chosen = {
      method: method ?? this.#settings.method,
      ratio: RATIOS[Number(slider('ratio').value)],
      bytes: value('bytes'),
      digits: value('digits'),
      epochs: value('epochs'),
      begin,
      end,
      curve: byId('curve', HTMLSelectElement).value,
    } as Settings;
    this.#settings = chosen;
    history.replaceState(null, '', `?${settingsToQuery(chosen)}`);
    this.#show();
    this.#onChange();
  }

  #show(): void {
    const { method, ratio, bytes, digits, epochs, begin, end, curve } = this.#settings;
    for (const radio of document.querySelectorAll<HTMLInputElement>('input[name="method"]')) {
      radio.checked = radio.value === method;
    }
    const places = { bytes, digits, epochs, begin, end, ratio: RATIOS.indexOf(ratio as never) };
    for (const [id, place] of Object.entries(places)) slider(id as Slider).value = String(place);
    byId('curve', HTMLSelectElement).value = curve;
    byId('ratio-field', HTMLElement).hidden = namesBytes(this.#settings);
    byId('bytes-field', HTMLElement).hidden = !namesBytes(this.#settings);
    output('bytes').value = `at most ${kilobytes(bytes)}`;
    output('ratio').value = `${ratio} × smaller`;
    slider('ratio').setAttribute('aria-valuetext', `${ratio} times smaller`);
    const size = `at most ${kilobytes(compressedBytes(ratio))} of ${kilobytes(DENSE_BYTES)}`;
    byId('ratio-hint', HTMLElement).textContent = `All weights then take ${size}.`;
    output('begin').value = `at ${begin} %`;
    output('end').value = `at ${end} %`;
    output('digits').value = integer(digits);
    output('epochs').value = `${epochs}, ${integer(totalSteps(this.#settings))} steps of ${BATCH_SIZE}`;
  }
}

function stringified(range: Readonly<Record<string, number>>): Record<string, string> {
  return Object.fromEntries(Object.entries(range).map(([key, value]) => [key, String(value)]));
}
