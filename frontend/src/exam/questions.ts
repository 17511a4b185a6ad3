/** The questions of the form: what is written in each, and showing one at a time. */
import type { Sent } from './config';
import { fieldsOf, readFields, writeFields, type Field } from './fields';

const OWN_FIELDS = ['revision', 'flag'];

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
    return readFields(this.fields(), this.prefix);
  }

  /** Show this answer. */
  write(answer: Sent): void {
    writeFields(this.fields(), this.prefix, answer);
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
    return fieldsOf(this.element, this.prefix).filter(
      (field) => !OWN_FIELDS.includes(field.name.slice(this.prefix.length)),
    );
  }
}
