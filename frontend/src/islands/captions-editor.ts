/**
 * <lms-captions-editor>: a lecture's captions line by line beside its video. The list shows all of
 * them, the form under the picture changes the chosen one; every change is saved by itself.
 */
import { add, change, merge, readTime, remove, shift, split, spokenAt, writeTime, type Cue, type Edited } from '../caption-editor/cues';
import { Saver, type Moved, type Row, type SaverState } from '../caption-editor/saver';
import { clock, fill } from '../player/clock';

interface Config {
  saveUrl: string;
  durationMs: number;
  key: string;
  version: number;
  cues: Row[];
  strings: Record<string, string>;
}

const STEP_SECONDS = 2;
const MOST_UNDONE = 200;
const KEYS: Readonly<Record<string, string>> = {
  KeyK: 'toggle', KeyJ: 'back', KeyL: 'forward', KeyN: 'add', BracketLeft: 'startHere', BracketRight: 'endHere',
  ArrowUp: 'previous', ArrowDown: 'next', KeyS: 'split', KeyM: 'merge', Delete: 'remove', Backspace: 'remove', KeyZ: 'undo',
};

const fromRows = (rows: readonly Row[]): Cue[] => rows.map(([start, end, text]) => ({ start, end, text }));

export class LmsCaptionsEditor extends HTMLElement {
  private config!: Config;
  private cues: readonly Cue[] = [];
  private chosen = -1;
  private saver!: Saver;
  private moved: Moved | null = null;
  private readonly undone: Edited[] = [];
  private typing = false;
  private list!: HTMLElement;
  private text!: HTMLTextAreaElement;
  private start!: HTMLInputElement;
  private end!: HTMLInputElement;
  private video: HTMLVideoElement | null = null;

  connectedCallback(): void {
    if (this.classList.contains('is-ready')) return;
    this.config = JSON.parse(document.getElementById('captions-editor-config')?.textContent ?? '{}') as Config;
    this.list = this.piece('[data-cues]');
    this.text = this.piece('[data-text]');
    this.start = this.piece('[data-start]');
    this.end = this.piece('[data-end]');
    this.video = this.querySelector('[data-video]');
    this.cues = fromRows(this.config.cues);
    this.saver = new Saver(this.config.saveUrl, this.config.key, this.config.version, () => this.cues, {
      state: (state, more) => {
        this.told(state, more);
      },
    });
    this.bind();
    this.draw();
    if (this.cues.length > 0) this.choose(0);
    this.classList.add('is-ready');
  }

  // The markup is the server's: each caller knows what stands at its selector.
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters
  private piece<Found extends Element>(selector: string): Found {
    const found = this.querySelector<Found>(selector);
    if (found === null) throw new Error(`the editor's markup has no ${selector}`);
    return found;
  }

  private word(key: string, values: Record<string, string | number> = {}): string {
    return fill(this.config.strings[key] ?? '', values);
  }

  private get position(): number {
    return this.video === null ? (this.cues[this.chosen]?.end ?? 0) : this.video.currentTime * 1000;
  }

  // --- What people do -----------------------------------------------------------------------

  private bind(): void {
    for (const button of Array.from(this.querySelectorAll<HTMLElement>('[data-do]'))) {
      button.addEventListener('click', () => {
        this.do(button.dataset['do'] ?? '');
      });
    }
    document.addEventListener('keydown', (event) => {
      const action = event.altKey && !event.ctrlKey && !event.metaKey ? KEYS[event.code] : undefined;
      if (action === undefined) return;
      event.preventDefault();
      this.do(action);
    });
    this.list.addEventListener('click', (event) => {
      const button = (event.target as Element).closest('button');
      if (button === null) return;
      this.choose(Number(button.dataset['at']));
      const cue = this.cues[this.chosen];
      if (this.video !== null && cue !== undefined) this.video.currentTime = cue.start / 1000;
    });
    this.text.addEventListener('input', () => {
      // One step back for each stretch of typing, not for each letter.
      this.apply(change(this.cues, this.chosen, { text: this.text.value }), { isTyping: true });
    });
    this.text.addEventListener('blur', () => {
      this.typing = false;
      this.saver.flush();
    });
    for (const [input, part] of [[this.start, 'start'], [this.end, 'end']] as const) {
      input.addEventListener('change', () => {
        this.setTime(part, readTime(input.value));
      });
    }
    this.video?.addEventListener('timeupdate', () => {
      this.piece('[data-at]').textContent = writeTime(this.position);
      this.markSpoken();
    });
    window.addEventListener('online', () => {
      this.saver.flush();
    });
    document.addEventListener('visibilitychange', () => {
      this.saver.flush();
    });
    window.addEventListener('beforeunload', (event) => {
      if (!this.saver.isSettled) event.preventDefault();
    });
  }

  private do(action: string): void {
    const { video, cues, chosen } = this;
    const caret = this.text.selectionStart;
    if (action === 'toggle' && video !== null) {
      if (video.paused) void video.play();
      else video.pause();
    } else if (action === 'back' && video !== null) video.currentTime -= STEP_SECONDS;
    else if (action === 'forward' && video !== null) video.currentTime += STEP_SECONDS;
    else if (action === 'add') {
      this.apply(add(cues, this.position, this.config.durationMs));
      this.text.focus();
    } else if (action === 'startHere') this.setTime('start', Math.round(this.position));
    else if (action === 'endHere') this.setTime('end', Math.round(this.position));
    else if (action === 'previous') this.choose(Math.max(0, chosen - 1));
    else if (action === 'next') this.choose(Math.min(cues.length - 1, chosen + 1));
    else if (action === 'split') this.apply(split(cues, chosen, caret, this.position));
    else if (action === 'merge') this.apply(merge(cues, chosen));
    else if (action === 'remove' && chosen >= 0) {
      this.apply(remove(cues, chosen));
      this.say(this.word('deleted'));
    } else if (action === 'shift') this.shiftAll();
    else if (action === 'undo') this.undo();
    else if (action === 'mine') this.settle(true);
    else if (action === 'theirs') this.settle(false);
  }

  private setTime(part: 'start' | 'end', milliseconds: number | null): void {
    const cue = this.cues[this.chosen];
    if (cue === undefined) return;
    const fits = milliseconds !== null && milliseconds >= 0 && milliseconds <= this.config.durationMs;
    if (fits && (part === 'start' ? milliseconds < cue.end : milliseconds > cue.start)) {
      this.apply(change(this.cues, this.chosen, { [part]: milliseconds }));
      return;
    }
    if (fits && part === 'start') {
      // Taken while it plays: a start after the end moves the whole cue there.
      const end = Math.min(this.config.durationMs, milliseconds + (cue.end - cue.start));
      if (end > milliseconds) this.apply(change(this.cues, this.chosen, { start: milliseconds, end }));
      return;
    }
    this.fillForm();
    this.say(this.word('bad_time'));
  }

  private shiftAll(): void {
    const by = Math.round(this.piece<HTMLInputElement>('[data-shift]').valueAsNumber);
    const moved = shift(this.cues, this.chosen, by, this.config.durationMs);
    if (moved === null) {
      this.say(this.word('out_of_range'));
      return;
    }
    this.apply(moved);
    this.say(this.word('shifted', { count: by }));
  }

  private undo(): void {
    const before = this.undone.pop();
    if (before === undefined) return;
    this.typing = false;
    this.cues = before.cues;
    this.draw();
    this.choose(Math.min(before.chosen, this.cues.length - 1));
    this.saver.touch();
  }

  /** After somebody else has saved: go on with one's own list, or with theirs. */
  private settle(withMine: boolean): void {
    const { moved } = this;
    if (moved === null) return;
    this.moved = null;
    this.piece<HTMLElement>('[data-moved]').hidden = true;
    if (!withMine) {
      this.cues = fromRows(moved.cues);
      this.undone.length = 0;
      this.draw();
      this.choose(this.cues.length > 0 ? 0 : -1);
      this.say(this.word('theirs_loaded'));
    }
    this.saver.resume(moved.version, withMine);
  }

  // --- What is shown ------------------------------------------------------------------------

  private apply(edited: Edited, { isTyping = false } = {}): void {
    if (edited.cues === this.cues) return;
    if (!isTyping || !this.typing) {
      this.undone.push({ cues: this.cues, chosen: this.chosen });
      if (this.undone.length > MOST_UNDONE) this.undone.shift();
    }
    this.typing = isTyping;
    // The lines are drawn anew: who stood on one stands on the chosen one afterwards.
    const stoodInList = this.list.contains(document.activeElement);
    const sameLines = isTyping && edited.chosen === this.chosen && edited.cues.length === this.cues.length;
    this.cues = edited.cues;
    this.chosen = edited.chosen;
    if (sameLines) this.writeRow(this.chosen);
    else this.draw();
    if (!isTyping) this.choose(edited.chosen);
    if (stoodInList) this.row(this.chosen)?.focus({ preventScroll: true });
    this.saver.touch();
  }

  private draw(): void {
    const rows = this.cues.map(() => {
      const row = document.createElement('li');
      const button = document.createElement('button');
      const [at, words] = [document.createElement('span'), document.createElement('span')];
      button.type = 'button';
      at.className = 'cues__at';
      words.className = 'cues__text';
      words.dir = 'auto';
      words.dataset['empty'] = this.word('empty');
      button.append(at, words);
      row.append(button);
      return row;
    });
    this.list.replaceChildren(...rows);
    this.cues.forEach((_, number) => {
      this.writeRow(number);
    });
    this.piece<HTMLElement>('[data-none]').hidden = this.cues.length > 0;
    this.piece('[data-count]').textContent = this.word('count', { count: this.cues.length });
    this.piece<HTMLButtonElement>('[data-do="undo"]').disabled = this.undone.length === 0;
    this.markSpoken();
  }

  private row(number: number): HTMLElement | null {
    return this.list.children[number]?.querySelector('button') ?? null;
  }

  private writeRow(number: number): void {
    const [button, cue] = [this.row(number), this.cues[number]];
    if (button === null || cue === undefined) return;
    button.dataset['at'] = String(number);
    const [at, words] = Array.from(button.children);
    if (at !== undefined) at.textContent = clock(cue.start);
    if (words !== undefined) words.textContent = cue.text;
    this.piece<HTMLButtonElement>('[data-do="undo"]').disabled = this.undone.length === 0;
  }

  private choose(number: number): void {
    this.typing = false;
    this.row(this.chosen)?.removeAttribute('aria-current');
    for (const marked of Array.from(this.list.querySelectorAll('[aria-current]'))) marked.removeAttribute('aria-current');
    this.chosen = number;
    const row = this.row(number);
    row?.setAttribute('aria-current', 'true');
    if (row !== null) {
      const top = row.offsetTop;
      const { scrollTop, clientHeight } = this.list;
      if (top < scrollTop || top + row.offsetHeight > scrollTop + clientHeight) {
        this.list.scrollTop = top - clientHeight / 2;
      }
    }
    this.fillForm();
  }

  private fillForm(): void {
    const cue = this.cues[this.chosen];
    this.piece<HTMLElement>('[data-current]').hidden = cue === undefined;
    if (cue === undefined) return;
    this.start.value = writeTime(cue.start);
    this.end.value = writeTime(cue.end);
    this.text.value = cue.text;
  }

  private markSpoken(): void {
    const spoken = spokenAt(this.cues, this.position);
    for (const marked of Array.from(this.list.querySelectorAll('.is-spoken'))) marked.classList.remove('is-spoken');
    this.row(spoken)?.classList.add('is-spoken');
  }

  private say(text: string): void {
    this.piece('[data-state]').textContent = text;
  }

  private told(state: SaverState, more: { time?: string; message?: string; moved?: Moved }): void {
    const refusal = this.piece<HTMLElement>('[data-refusal]');
    refusal.hidden = state !== 'refused';
    if (state === 'refused') refusal.textContent = more.message ?? '';
    else if (state === 'moved' && more.moved !== undefined) {
      this.moved = more.moved;
      this.piece('[data-moved-text]').textContent = more.moved.message;
      this.piece<HTMLElement>('[data-moved]').hidden = false;
      this.say('');
    } else this.say(this.word(state, { at: more.time ?? '' }));
    this.dataset['saved'] = state;
  }
}

if (customElements.get('lms-captions-editor') === undefined) {
  customElements.define('lms-captions-editor', LmsCaptionsEditor);
}
