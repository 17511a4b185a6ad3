/**
 * <lms-composer>: a form somebody writes in. What is typed is kept on the device at once and by the
 * server a moment later; before the form is sent the server has all of it.
 */
import { make } from '../contest/elements';
import { csrfToken } from '../core/csrf';
import { fill, readConfig } from '../exam/config';
import { calling, LocalDraft, withName } from '../talk/local';

const KEEP_AFTER_MS = 2000;
const RETRY_MS = 5000;
const SEND_WITHIN_MS = 3000;
const ASK_AFTER_MS = 200;

interface ComposerConfig {
  place: string;
  drafts: string;
  people: string;
  drafted: boolean;
  strings: Record<string, string>;
}

export class LmsComposer extends HTMLElement {
  private config!: ComposerConfig;
  private form!: HTMLFormElement;
  private text!: HTMLTextAreaElement;
  private titled: HTMLInputElement | null = null;
  private local!: LocalDraft;
  private readonly people = make('div', 'talk-people cluster');
  private timer = 0;
  private asking = 0;
  private keeping: Promise<void> | null = null;
  private kept = '';
  private sent = false;

  connectedCallback(): void {
    const form = this.querySelector('form');
    const text = this.querySelector('textarea');
    if (form === null || text === null) return;
    this.config = readConfig(this) as ComposerConfig;
    this.form = form;
    this.text = text;
    this.titled = this.querySelector<HTMLInputElement>('input[name=title]');
    this.local = new LocalDraft(this.config.place, storage());
    this.kept = this.config.drafted ? this.now : '';
    this.people.hidden = true;
    this.people.setAttribute('role', 'group');
    this.people.setAttribute('aria-label', this.words('people'));
    text.after(this.people);
    this.restore();
    form.addEventListener('input', this.changed);
    form.addEventListener('focusout', this.leave);
    form.addEventListener('submit', this.submit);
    text.addEventListener('keyup', this.called);
    document.addEventListener('visibilitychange', this.leave);
    window.addEventListener('online', this.leave);
  }

  disconnectedCallback(): void {
    window.clearTimeout(this.timer);
    document.removeEventListener('visibilitychange', this.leave);
    window.removeEventListener('online', this.leave);
  }

  private words(key: string): string {
    return this.config.strings[key] ?? '';
  }

  private say(words: string): void {
    const status = this.querySelector('[data-draft]');
    if (status !== null) status.textContent = words;
    this.dataset['draft'] = words;
  }

  private get now(): string {
    return JSON.stringify([this.titled?.value ?? '', this.text.value]);
  }

  private get dirty(): boolean {
    return this.now !== this.kept;
  }

  /** What this device has and the server has not is newer. */
  private restore(): void {
    const local = this.local.get();
    if (!this.config.drafted) return; // a form that was refused shows what was sent
    if (local !== null) {
      this.text.value = local.text;
      if (this.titled !== null) this.titled.value = local.title;
      if (this.dirty) this.plan(0);
    }
    if (this.text.value !== '') this.say(this.words('restored'));
  }

  private readonly changed = (): void => {
    this.local.put({ title: this.titled?.value ?? '', text: this.text.value });
    this.say(this.words('saving'));
    this.plan(KEEP_AFTER_MS);
  };

  private readonly leave = (): void => {
    if (this.dirty && !this.sent) void this.keep();
  };

  private plan(afterMs: number): void {
    window.clearTimeout(this.timer);
    if (this.sent) return;
    this.timer = window.setTimeout(() => {
      void this.keep();
    }, afterMs);
  }

  private async keep(): Promise<void> {
    window.clearTimeout(this.timer);
    while (this.keeping !== null) await this.keeping;
    if (!this.dirty) return;
    this.keeping = this.send();
    await this.keeping;
    this.keeping = null;
  }

  private async send(): Promise<void> {
    const said = this.now;
    const body = new URLSearchParams({
      place: this.config.place,
      title: this.titled?.value ?? '',
      text: this.text.value,
      key: this.querySelector<HTMLInputElement>('input[name=key]')?.value ?? '',
    });
    try {
      const answer = await fetch(this.config.drafts, {
        method: 'POST',
        body,
        headers: { 'X-CSRFToken': csrfToken() },
        keepalive: body.toString().length < 60_000,
        redirect: 'manual',
      });
      if (!answer.ok) {
        if (answer.status >= 500) throw new Error(String(answer.status));
        this.say(this.words('refused'));
        return;
      }
      const { kept } = (await answer.json()) as { kept: string };
      this.kept = said;
      if (this.dirty) {
        this.plan(KEEP_AFTER_MS);
        return;
      }
      this.local.forget();
      this.say(kept === '' ? '' : fill(this.words('saved'), { time: kept }));
    } catch {
      this.say(this.words('local'));
      this.plan(RETRY_MS);
    }
  }

  /** The server has the draft before the form goes: whatever then happens, nothing is lost. */
  private readonly submit = (event: Event): void => {
    event.preventDefault();
    if (this.sent) return;
    this.say(this.words('sending'));
    const late = new Promise((done) => window.setTimeout(done, SEND_WITHIN_MS));
    void Promise.race([this.keep(), late]).then(() => {
      this.sent = true;
      window.clearTimeout(this.timer);
      if (!this.dirty) this.local.forget();
      this.form.submit();
      // The page stays where the school cannot be reached: it may be sent again.
      window.setTimeout(() => {
        this.sent = false;
      }, RETRY_MS);
    });
  };

  // --- Names ------------------------------------------------------------------------------------

  private readonly called = (): void => {
    window.clearTimeout(this.asking);
    const begun = calling(this.text.value, this.text.selectionStart);
    if (begun === null) {
      this.people.hidden = true;
      return;
    }
    this.asking = window.setTimeout(() => {
      void this.ask(begun);
    }, ASK_AFTER_MS);
  };

  private async ask(begun: string): Promise<void> {
    try {
      const answer = await fetch(`${this.config.people}?q=${encodeURIComponent(begun)}`);
      if (!answer.ok || answer.redirected) return;
      const { names } = (await answer.json()) as { names: string[] };
      this.people.replaceChildren(...names.slice(0, 8).map((name) => this.choice(name)));
      this.people.hidden = names.length === 0;
    } catch {
      this.people.hidden = true;
    }
  }

  private choice(name: string): HTMLButtonElement {
    const button = make('button', 'button button--quiet', `@${name}`);
    button.type = 'button';
    button.addEventListener('click', () => {
      const { text, caret } = withName(this.text.value, this.text.selectionStart, name);
      this.text.value = text;
      this.text.focus();
      this.text.setSelectionRange(caret, caret);
      this.people.hidden = true;
      this.changed();
    });
    return button;
  }
}

function storage(): Storage | null {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}

customElements.define('lms-composer', LmsComposer);
