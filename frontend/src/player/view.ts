/** The player's markup as the server wrote it, and the few things that change in it. */
import { clock, fill } from './clock';
import { SOUND_ALONE } from './engine';
import type { Span } from './spans';

export type Saved = 'idle' | 'playing' | 'saving' | 'saved' | 'offline';

const SVG = 'http://www.w3.org/2000/svg';

export class PlayerView {
  readonly video: HTMLVideoElement;
  readonly stage: HTMLElement;
  readonly start: HTMLButtonElement;
  readonly seek: HTMLInputElement;
  readonly rate: HTMLSelectElement;
  readonly quality: HTMLSelectElement;
  readonly languages: HTMLSelectElement | null;
  /** The chapter a moment lies in; empty where there are none. */
  chapterAt: (positionMs: number) => string = () => '';
  private hintTimer = 0;
  private shownSaved = '';

  constructor(
    private readonly root: HTMLElement,
    private readonly strings: Record<string, string>,
  ) {
    this.video = this.find('video');
    this.stage = this.find('[data-stage]');
    this.start = this.find('[data-start]');
    this.seek = this.find('[data-seek]');
    this.rate = this.find('[data-rate]');
    this.quality = this.find('[data-quality]');
    this.languages = root.querySelector('[data-languages]');
  }

  // The markup is the server's: each caller knows what stands at its selector.
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters
  find<Found extends Element>(selector: string): Found {
    const found = this.root.querySelector<Found>(selector);
    if (found === null) throw new Error(`the player's markup has no ${selector}`);
    return found;
  }

  text(key: string, values: Record<string, string | number> = {}): string {
    return fill(this.strings[key] ?? '', values);
  }

  on(action: string, handler: () => void): void {
    this.root.querySelector(`[data-action="${action}"]`)?.addEventListener('click', handler);
  }

  show(action: string, shown: boolean): void {
    const button = this.root.querySelector<HTMLElement>(`[data-action="${action}"]`);
    if (button !== null) button.hidden = !shown;
  }

  pressed(action: string, on: boolean): void {
    const button = this.root.querySelector<HTMLElement>(`[data-action="${action}"]`);
    if (button === null) return;
    button.setAttribute('aria-pressed', String(on));
    for (const face of Array.from(button.querySelectorAll<HTMLElement>('[data-face]'))) {
      face.hidden = face.dataset['face'] !== (on ? 'on' : 'off');
    }
  }

  place(positionMs: number, durationMs: number): void {
    const now = clock(positionMs);
    this.find('[data-now]').textContent = now;
    this.seek.value = String(Math.round(positionMs));
    const place = this.text('place', { now, length: clock(durationMs) });
    const chapter = this.chapterAt(positionMs);
    this.seek.setAttribute('aria-valuetext', chapter === '' ? place : `${place} · ${chapter}`);
  }

  map(spans: readonly Span[], edge: number, durationMs: number, locked: boolean): void {
    const svg = this.find<SVGElement>('[data-map]');
    const scale = 1000 / Math.max(1, durationMs);
    const parts = spans.map(([from, to]) => {
      const rect = document.createElementNS(SVG, 'rect');
      rect.setAttribute('class', 'watched__part');
      rect.setAttribute('x', (from * scale).toFixed(1));
      rect.setAttribute('width', Math.max(1, (to - from) * scale).toFixed(1));
      rect.setAttribute('height', '10');
      return rect;
    });
    if (locked) {
      const rect = document.createElementNS(SVG, 'rect');
      rect.setAttribute('class', 'watched__locked');
      rect.setAttribute('x', (edge * scale).toFixed(1));
      rect.setAttribute('width', Math.max(0, 1000 - edge * scale).toFixed(1));
      rect.setAttribute('height', '10');
      parts.push(rect);
    }
    svg.replaceChildren(...parts);
  }

  hint(text: string): void {
    const box = this.find<HTMLElement>('[data-hint]');
    box.textContent = text;
    window.clearTimeout(this.hintTimer);
    this.hintTimer = window.setTimeout(() => {
      box.textContent = '';
    }, 4000);
  }

  wait(on: boolean): void {
    this.find<HTMLElement>('[data-wait]').hidden = !on;
  }

  captions(text: string): void {
    const box = this.find<HTMLElement>('[data-captions]');
    if (text === '') {
      box.replaceChildren();
      return;
    }
    const line = document.createElement('span');
    line.textContent = text;
    box.replaceChildren(line);
  }

  /** A notice over the picture; with an action it takes the focus. */
  notice(text: string, label = '', action: (() => void) | null = null): void {
    const box = this.find<HTMLElement>('[data-notice]');
    const button = this.find<HTMLButtonElement>('[data-notice-action]');
    box.hidden = text === '';
    this.find('[data-notice-text]').textContent = text;
    button.hidden = label === '';
    button.textContent = label;
    button.onclick = action;
    if (text !== '' && label !== '') button.focus();
  }

  saved(state: Saved, waiting: number, coveredMs: number): void {
    const box = this.find<HTMLElement>('[data-saved]');
    const key = `${state}:${String(state === 'offline' ? waiting : 0)}`;
    if (key !== this.shownSaved) {
      this.shownSaved = key;
      box.textContent = this.text(`saved_${state}`, { count: waiting });
      box.className = `player__saved player__saved--${state === 'saved' ? 'ok' : state === 'offline' ? 'waiting' : 'none'}`;
    }
    this.find('[data-verified]').textContent = this.text('verified', { time: clock(coveredMs) });
  }

  done(message: string): void {
    const box = this.find<HTMLElement>('[data-done]');
    box.hidden = false;
    this.find('[data-done-text]').textContent = message;
  }

  fillRates(rates: readonly number[], highest: number): void {
    const allowed = rates.filter((rate) => rate <= highest);
    this.rate.replaceChildren(
      ...allowed.map((rate) => new Option(`${String(rate)}×`, String(rate), rate === 1, rate === 1)),
    );
  }

  fillQualities(sizes: readonly number[], soundAlone: boolean): void {
    const known = [...new Set(sizes)].filter((size) => size > 0).sort((one, other) => other - one);
    const options = [
      new Option(this.text('auto'), '0', true, true),
      ...(known.length > 1 ? known.map((size) => new Option(`${String(size)}p`, String(size))) : []),
      ...(soundAlone ? [new Option(this.text('sound_alone'), String(SOUND_ALONE))] : []),
    ];
    this.quality.hidden = options.length < 2;
    this.quality.replaceChildren(...options);
  }
}
