/** OBS in the studio: what to enter there, the key that is shown once, and how its stream stands. */
import { button, make } from '../contest/elements';
import { fill } from '../exam/config';
import type { Reply } from '../live/part';

export interface ObsState {
  server: string;
  /** When the key was made, ms since 1970; null while there is none. */
  made: number | null;
  sending: boolean;
  /** It sends, but another source has the class. */
  standing_by: boolean;
  trouble: string;
}

export interface ObsConfig extends ObsState {
  notSetUp: string;
}

type Say = (verb: string, body?: object) => Promise<Reply>;

export class ObsPanel {
  readonly element = make('section', 'studio-obs__panel');
  private key = '';
  private state: ObsState;
  private drawn = '';
  private readonly said = make('p', 'studio-obs__trouble');
  /** Stays as it is opened, whatever is drawn around it. */
  private readonly more = make('details', 'studio-obs__more');

  constructor(
    private readonly strings: Record<string, string>,
    private readonly config: ObsConfig,
    private readonly say: Say,
  ) {
    this.state = config;
    this.element.setAttribute('aria-label', this.text('obs_title'));
    this.said.setAttribute('role', 'status');
    this.more.append(
      make('summary', '', this.text('obs_more')),
      make('div', 'cluster', this.press('obs_renew', 'obs.make', 'secondary'), this.press('obs_drop', 'obs.drop', 'quiet')),
    );
    this.draw();
  }

  get isSetUp(): boolean {
    return this.config.server !== '';
  }

  private text(key: string): string {
    return this.strings[key] ?? '';
  }

  /** Something has changed at the server. */
  async look(): Promise<void> {
    if (this.isSetUp) await this.ask('obs.look');
  }

  private async ask(verb: string): Promise<void> {
    const reply = await this.say(verb);
    if (reply.no !== undefined) {
      this.trouble(reply.why ?? this.text('failed'));
      return;
    }
    this.state = reply as unknown as ObsState;
    if (typeof reply['key'] === 'string') this.key = reply['key'];
    else if (this.state.made === null) this.key = '';
    this.draw();
  }

  private trouble(words: string): void {
    this.said.textContent = words;
    this.said.hidden = words === '';
  }

  private press(words: string, verb: string, kind: string): HTMLButtonElement {
    const one = button(this.text(words), `button button--${kind}`, () => {
      one.disabled = true;
      void this.ask(verb).finally(() => {
        one.disabled = false;
      });
    });
    return one;
  }

  private draw(): void {
    const title = make('h2', '', this.text('obs_title'));
    if (!this.isSetUp) {
      this.element.replaceChildren(title, make('p', '', this.config.notSetUp));
      return;
    }
    const { made, standing_by: isStandingBy, trouble } = this.state;
    this.trouble(trouble);
    // Nothing is drawn under a hand that is about to press it.
    const now = JSON.stringify([made, isStandingBy, trouble, this.key]);
    if (now === this.drawn) return;
    this.drawn = now;
    const parts: HTMLElement[] = [title, this.said];
    // What will not do is not asked for again: what to change in OBS is said above.
    if (isStandingBy && trouble === '') {
      parts.push(
        make('p', '', this.text('obs_standing_by')),
        make('div', 'cluster', this.press('obs_take', 'obs.take', 'secondary')),
      );
    }
    parts.push(make('p', '', this.text('obs_intro')), this.row('obs_server', this.state.server));
    if (this.key !== '') {
      parts.push(this.row('obs_key', this.key), make('p', 'studio-obs__once', this.text('obs_once')));
    } else if (made !== null) {
      const time = new Date(made).toLocaleString([], { dateStyle: 'short', timeStyle: 'short' });
      parts.push(make('p', 'muted', fill(this.text('obs_made'), { time })));
    } else {
      parts.push(make('p', 'muted', this.text('obs_none')), make('div', 'cluster', this.press('obs_make', 'obs.make', 'primary')));
    }
    if (made !== null) parts.push(this.more);
    parts.push(
      make('p', '', this.text('obs_advice')),
      make('p', '', this.text('obs_begin')),
      make('p', 'muted small', this.text('obs_ends')),
    );
    this.element.replaceChildren(...parts);
  }

  private row(key: string, value: string): HTMLElement {
    const input = make('input', 'input');
    input.readOnly = true;
    input.value = value;
    input.id = `studio-${key}`;
    const label = make('label', '', this.text(key));
    label.htmlFor = input.id;
    const copy = button(`${this.text('obs_copy')} ${this.text(key)}`, 'button button--secondary', () => {
      void copied(input).then(() => {
        copy.textContent = this.text('obs_copied');
      });
    });
    return make('div', 'studio-obs__row', label, input, copy);
  }
}

/** Into the clipboard; where the browser refuses it is at least chosen, for Ctrl-C. */
async function copied(input: HTMLInputElement): Promise<void> {
  input.select();
  await navigator.clipboard.writeText(input.value);
}
