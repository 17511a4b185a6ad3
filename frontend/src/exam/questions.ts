/** The questions of the form: what is written in each, and showing one at a time. */
import type { Sent } from './config';

const OWN_FIELDS = ['revision', 'flag'];

type Field = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

export class QuestionField {
  readonly position: number;
  private readonly prefix: string;

  constructor(readonly element: HTMLFieldSetElement) {
    this.position = Number(element.dataset['question']);
    this.prefix = `q${String(this.position)}-`;
  }

  get revision(): HTMLInputElement {
    return this.named('revision') as HTMLInputElement;
  }

  get flag(): HTMLInputElement {
    return this.named('flag') as HTMLInputElement;
  }

  get note(): HTMLElement | null {
    return this.element.querySelector('[data-note]');
  }

  /** What the form would send for this question. */
  read(): Sent {
    const sent: Sent = {};
    for (const field of this.fields()) {
      if (isChoice(field) && !field.checked) continue;
      (sent[field.name.slice(this.prefix.length)] ??= []).push(field.value);
    }
    return sent;
  }

  /** Show this answer. */
  write(answer: Sent): void {
    const used: Record<string, number> = {};
    for (const field of this.fields()) {
      const name = field.name.slice(this.prefix.length);
      const values = answer[name] ?? [];
      if (isChoice(field)) field.checked = values.includes(field.value);
      else {
        const place = used[name] ?? 0;
        used[name] = place + 1;
        field.value = values[place] ?? '';
      }
    }
  }

  say(words: string, button?: { label: string; press: () => void }): void {
    const { note } = this;
    if (note === null) return;
    note.replaceChildren(words);
    note.hidden = words === '';
    if (button === undefined) return;
    const element = document.createElement('button');
    element.type = 'button';
    element.className = 'button button--quiet';
    element.textContent = button.label;
    element.addEventListener('click', button.press);
    note.append(' ', element);
  }

  private named(name: string): Element | null {
    return this.element.querySelector(`[name="${this.prefix}${name}"]`);
  }

  private fields(): Field[] {
    return Array.from(this.element.querySelectorAll<Field>('input, select, textarea')).filter(
      (field) => field.name.startsWith(this.prefix) && !OWN_FIELDS.includes(field.name.slice(this.prefix.length)),
    );
  }
}

function isChoice(field: Field): field is HTMLInputElement {
  return field instanceof HTMLInputElement && (field.type === 'radio' || field.type === 'checkbox');
}
