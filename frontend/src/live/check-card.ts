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
  closes?: number | null;
  first?: number | null;
  counts?: number[];
  answered?: number;
  right?: number[];
  words?: string[];
  explanation?: string;
}

export interface Own {
  at: number;
  later: boolean;
  clock?: string;
  sent?: { choice?: string[] };
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

/** Bars of how often each option was chosen, with what is right and what was one's own. */
export function bars(asked: Asked, counts: number[], answered: number, text: Words, own?: Own): HTMLElement {
  const list = make('ul', 'checks-bars');
  (asked.options ?? []).forEach((_option, place) => {
    const label = labelOf(asked, place, text);
    const words = make('span', 'checks-bars__text', label);
    const isRight = asked.right?.includes(place) ?? false;
    if (isRight) words.append(' ', make('span', 'badge badge--ok', text('checks_right_one')));
    if (own?.sent?.choice?.includes(valueOf(asked, place)) ?? false) {
      words.append(' ', make('span', 'muted small', text('checks_yours')));
    }
    const bar = make('progress');
    bar.max = Math.max(1, answered);
    bar.value = counts[place] ?? 0;
    bar.setAttribute('aria-label', label);
    const css = isRight ? 'checks-bars__one is-right' : 'checks-bars__one';
    list.append(make('li', css, words, make('b', '', String(counts[place] ?? 0)), bar));
  });
  return list;
}

/** The fields of a question: one tap sends a single choice, several are sent by a button. */
export function choices(asked: Asked, text: Words, send: (choice: string[]) => void): HTMLElement {
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
