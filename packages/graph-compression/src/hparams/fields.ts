// The types of hyperparameters: text, a word, a boolean, a number or a choice.
import { GCompressError } from '@gcompress/core';
import { assertNumber, describeValue, type NumberRange } from '@gcompress/core/checks';

/** The type of a hyperparameter: reads, checks and writes its values. */
export interface HParamField<V> {
  /** Reads a value from the text form. */
  fromText(name: string, text: string): V;
  /** Checks a value that was given as such. */
  fromValue(name: string, value: unknown): V;
  /** Writes a value in the text form. */
  toText(value: V): string;
}

/** Any text, also the empty text. */
export function textField(): HParamField<string> {
  return {
    fromText: (_, text) => text,
    fromValue: (name, value) => (typeof value === 'string' ? value : refuse(name, 'a string', value)),
    toText: (value) => value,
  };
}

/** One of these words. */
export function wordField<V extends string>(words: readonly V[]): HParamField<V> {
  const fromValue = (name: string, value: unknown): V =>
    words.find((word) => word === value) ?? refuse(name, words.map(describeValue).join(' or '), value);
  return {
    fromText: (name, text) => fromValue(name, text.trim()),
    fromValue,
    toText: (value) => value,
  };
}

/** `true` or `false`, in text also `True`, `False`, `1` and `0`; numbers are refused. */
export function booleanField(): HParamField<boolean> {
  return {
    fromText(name, text) {
      const word = text.trim();
      if (/^([Tt]rue|1)$/.test(word)) return true;
      if (/^([Ff]alse|0)$/.test(word)) return false;
      return refuse(name, 'true or false', text);
    },
    fromValue: (name, value) => (typeof value === 'boolean' ? value : refuse(name, 'true or false', value)),
    toText: String,
  };
}

/** A number in a range; for integers the text may have no decimal point. */
export function numberField(range: NumberRange = {}): HParamField<number> {
  const pattern = range.integer ? /^[+-]?\d+$/ : /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
  const fromValue = (name: string, value: unknown) => {
    assertNumber('hparams', name, value, range);
    return value;
  };
  return {
    fromText(name, text) {
      const word = text.trim();
      return fromValue(name, pattern.test(word) ? Number(word) : text);
    },
    fromValue,
    toText: String,
  };
}

/** One of several values that have a number and a name in the reference. */
export interface Choice<V> {
  readonly value: V;
  /** The reference's number for the value. */
  readonly code: number;
  /** The reference's name for the value. */
  readonly alias: string;
}

/** A choice of the reference that does not exist here. */
export interface Refusal {
  readonly code: number;
  readonly alias: string;
  /** Why, and what to choose instead; a full sentence. */
  readonly hint: string;
}

/**
 * One of these choices, by value, number or the reference's name. Other strings are values, too, if `isOther` accepts them.
 */
export function choiceField<V extends string>(
  choices: readonly Choice<V>[],
  refusals: readonly Refusal[] = [],
  isOther?: (value: string) => value is V,
): HParamField<V> {
  const known = choices.map(({ value, code }) => `${value} (${code})`).join(', ');
  const fromValue = (name: string, value: unknown): V => {
    const means = ({ code, alias }: Refusal | Choice<V>) => [code, String(code), alias].some((form) => form === value);
    const chosen = choices.find((choice) => choice.value === value || means(choice));
    if (chosen) return chosen.value;
    if (typeof value === 'string' && isOther?.(value)) return value;
    return refuse(name, `one of ${known}`, value, refusals.find(means)?.hint);
  };
  return {
    fromText: (name, text) => fromValue(name, text.trim()),
    fromValue,
    toText: (value) => String(choices.find((choice) => choice.value === value)?.code ?? value),
  };
}

function refuse(name: string, expected: string, value: unknown, hint?: string): never {
  throw new GCompressError('invalid-option', {
    where: `hparams ${name}`,
    expected,
    actual: describeValue(value),
    ...(hint === undefined ? {} : { hint }),
  });
}
