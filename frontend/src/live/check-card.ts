/** What everybody is asked, as a card: the question, big buttons, and what has become of the answer. */
import { button, make } from '../contest/elements';

export interface Asked {
  id: number;
  kind: 'poll' | 'quiz' | 'roll';
  opened: number;
  state?: 'open' | 'shut' | 'told';
  type?: string;
  question?: string;
  options?: string[];
  /** Of a question whose answer is written: how many fields, and what is behind a number. */
  blanks?: number;
  unit?: string;
  closes?: number | null;
  first?: number | null;
  counts?: number[];
  answered?: number;
  right?: number[];
  /** What was written, how many wrote it, and, once it is told, whether it is right. */
  written?: [string, number, boolean?][];
  /** Once it is told: how many wrote anything else. */
  others?: number;
  /** Each spelling that is right; null where there are too many to say. */
  rights?: string[] | null;
  words?: string[];
  explanation?: string;
}

/** What a form of a question sends. */
export interface Sent {
  choice?: string[];
  blank?: string[];
  number?: string[];
}

export interface Own {
  at: number;
  later: boolean;
  clock?: string;
  sent?: Sent;
  right?: boolean;
}

export type Words = (key: string, values?: Record<string, string | number>) => string;

export function clockOf(at: number): string {
  const when = new Date(at);
  return [when.getHours(), when.getMinutes(), when.getSeconds()]
    .map((part) => String(part).padStart(2, '0'))
    .join(':');
}

/** What an option says; a sentence is right or not. */
export function labelOf(asked: Asked, place: number, text: Words): string {
  const words = asked.options?.[place] ?? '';
  if (asked.type === 'true_false') return text(words === 'true' ? 'checks_true' : 'checks_false');
  return words;
}

/** The value a form of that question sends for the option at this place of the screen. */
export function valueOf(asked: Asked, place: number): string {
  return asked.type === 'true_false' ? (asked.options?.[place] ?? '') : String(place);
}

export function isWritten(asked: Asked): boolean {
  return asked.type === 'blank' || asked.type === 'numeric';
}

/** What was written into the fields, as the server puts it together. */
export function typedIn(sent: Sent | undefined): string {
  return (sent?.blank ?? sent?.number ?? []).join('；');
}

/** Whether one's own answer is right; undefined where nobody can say here. */
export function isOwnRight(asked: Asked, own: Own): boolean | undefined {
  if (isWritten(asked)) return asked.rights?.includes(typedIn(own.sent));
  const values = (asked.right ?? []).map((place) => valueOf(asked, place));
  const chosen = own.sent?.choice ?? [];
  return chosen.length === values.length && values.every((value) => chosen.includes(value));
}

/** That one's own answer was right, or was not; nothing where nobody can say. */
export function verdict(isRight: boolean | undefined, text: Words): HTMLElement[] {
  if (isRight === undefined) return [];
  const css = isRight ? 'checks-card__verdict is-right' : 'checks-card__verdict';
  return [make('p', css, text(isRight ? 'checks_right' : 'checks_wrong'))];
}

/** What is right, in words; the key's own words where the answer is written. */
export function rightWords(asked: Asked, outcome: Asked, text: Words): string {
  if (isWritten(asked)) return (outcome.words ?? []).join('；');
  return (outcome.right ?? []).map((place) => labelOf(asked, place, text)).join('；');
}

/** Bars of how often each option was chosen, with what is right and what was one's own. */
export function bars(asked: Asked, counts: number[], answered: number, text: Words, own?: Own): HTMLElement {
  const list = make('ul', 'checks-bars');
  const add = (label: string, count: number, isRight: boolean, isOwn: boolean): void => {
    const words = make('span', 'checks-bars__text', label);
    if (isRight) words.append(' ', make('span', 'badge badge--ok', text('checks_right_one')));
    if (isOwn) words.append(' ', make('span', 'muted small', text('checks_yours')));
    const bar = make('progress');
    bar.max = Math.max(1, answered);
    bar.value = count;
    bar.setAttribute('aria-label', label);
    const css = isRight ? 'checks-bars__one is-right' : 'checks-bars__one';
    list.append(make('li', css, words, make('b', '', String(count)), bar));
  };
  for (const [words, count, isRight] of asked.written ?? []) add(words, count, isRight ?? false, false);
  if ((asked.others ?? 0) > 0) add(text('checks_others'), asked.others ?? 0, false, false);
  (asked.options ?? []).forEach((_option, place) => {
    const isOwn = own?.sent?.choice?.includes(valueOf(asked, place)) ?? false;
    add(labelOf(asked, place, text), counts[place] ?? 0, asked.right?.includes(place) ?? false, isOwn);
  });
  return list;
}

/** The fields of a question: buttons for what is chosen, fields for what is written. */
export function fields(asked: Asked, text: Words, send: (sent: Sent) => void): HTMLElement {
  if (isWritten(asked)) return writing(asked, text, send);
  return choices(asked, text, (choice) => {
    send({ choice });
  });
}

function writing(asked: Asked, text: Words, send: (sent: Sent) => void): HTMLElement {
  const isNumber = asked.type === 'numeric';
  const count = isNumber ? 1 : (asked.blanks ?? 1);
  const hint = make('p', 'muted small');
  hint.setAttribute('role', 'alert');
  const inputs = Array.from({ length: count }, () => {
    const input = make('input', 'input');
    input.type = 'text';
    input.maxLength = isNumber ? 40 : 200;
    input.autocomplete = 'off';
    if (isNumber) input.inputMode = 'decimal';
    return input;
  });
  const rows = inputs.map((input, place) => {
    const said = count > 1 ? text('checks_blank', { number: place + 1 }) : text('checks_your_words');
    const unit = asked.unit ? `（${asked.unit}）` : '';
    return make('label', 'field', make('span', 'field__label', said + unit), input);
  });
  const submit = make('button', 'button button--primary button--main', text('checks_submit'));
  const form = make('form', 'stack checks-writing', ...rows, hint, submit);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const typed = inputs.map((input) => input.value.trim());
    if (typed.every((each) => each === '')) hint.textContent = text('checks_write');
    else send(isNumber ? { number: typed } : { blank: typed });
  });
  return form;
}

/** One tap sends a single choice, several are sent by a button. */
function choices(asked: Asked, text: Words, send: (choice: string[]) => void): HTMLElement {
  const several = asked.type === 'multiple';
  const list = make('div', several ? 'checks-options is-several' : 'checks-options');
  const chosen = new Set<string>();
  (asked.options ?? []).forEach((_option, place) => {
    const value = valueOf(asked, place);
    const option = button(labelOf(asked, place, text), 'button button--secondary checks-options__one', () => {
      if (!several) {
        send([value]);
        return;
      }
      if (!chosen.delete(value)) chosen.add(value);
      option.setAttribute('aria-pressed', String(chosen.has(value)));
    });
    if (several) option.setAttribute('aria-pressed', 'false');
    list.append(option);
  });
  if (!several) return list;
  const hint = make('p', 'muted small', text('checks_several'));
  const submit = button(text('checks_submit'), 'button button--primary button--main', () => {
    if (chosen.size === 0) hint.textContent = text('checks_pick');
    else send([...chosen]);
  });
  return make('div', 'stack', hint, list, submit);
}
