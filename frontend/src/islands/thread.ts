/**
 * <lms-thread>: an open conversation. A bell says how far it has gone, and what is new is fetched as
 * its reader may see it; where sockets are blocked the page looks by itself every few seconds.
 */
import { fill, readConfig } from '../exam/config';
import { make } from '../contest/elements';
import { RoomLine, type RoomState } from '../live/room';

const SAY_MS = 8000;
/** Not all at the same moment: everybody hears the bell. */
const SPREAD_MS = 300;

interface ThreadConfig {
  socket: string;
  after: string;
  seq: number;
  isLast: boolean;
  pollSeconds: number;
  strings: Record<string, string>;
}

export class LmsThread extends HTMLElement {
  private config!: ThreadConfig;
  private line!: RoomLine;
  private state: RoomState = 'connecting';
  private seq = 0;
  private heard = 0;
  private looking = false;
  private over = false;
  private poll = 0;
  private quiet = 0;

  connectedCallback(): void {
    this.config = readConfig(this) as ThreadConfig;
    this.seq = this.heard = this.config.seq;
    this.line = new RoomLine({ room: this.config.socket }, '', {
      frame: (frame) => {
        if (frame.seq !== undefined && frame.seq > this.seq) {
          this.heard = Math.max(this.heard, frame.seq);
          window.setTimeout(() => void this.look(), Math.random() * SPREAD_MS);
        }
      },
      state: (state, code) => {
        this.lineIs(state, code);
      },
    });
    this.line.open();
    this.poll = window.setInterval(() => {
      if (this.state !== 'open' && document.visibilityState === 'visible') void this.look();
    }, this.config.pollSeconds * 1000);
  }

  disconnectedCallback(): void {
    window.clearInterval(this.poll);
    window.clearTimeout(this.quiet);
    this.line.close();
  }

  private lineIs(state: RoomState, code: number): void {
    this.state = state;
    this.dataset['line'] = state;
    if (state === 'over' && code === 4401) this.stop('signed_out');
    else this.rest();
  }

  private words(key: string): string {
    return fill(this.config.strings[key] ?? '', { seconds: this.config.pollSeconds });
  }

  private say(words: string): void {
    const line = this.querySelector('[data-line]');
    if (line !== null && line.textContent !== words) line.textContent = words;
  }

  private rest(): void {
    if (this.over) return;
    if (this.state === 'open') this.say(this.words('live'));
    else if (this.state !== 'connecting') this.say(this.words('polling'));
  }

  private stop(key: string): void {
    this.over = true;
    window.clearInterval(this.poll);
    this.line.close();
    this.say(this.words(key));
  }

  private async look(): Promise<void> {
    if (this.looking || this.over) return;
    this.looking = true;
    try {
      const answer = await fetch(`${this.config.after}?n=${String(this.seq)}`, { cache: 'no-store' });
      if (answer.redirected || answer.status === 404) {
        this.stop('signed_out');
        return;
      }
      if (!answer.ok) throw new Error(String(answer.status));
      this.take(await answer.text());
    } catch {
      this.say(this.words('broken'));
    } finally {
      this.looking = false;
    }
    if (this.heard > this.seq) window.setTimeout(() => void this.look(), 1000);
  }

  private take(fragment: string): void {
    const told = new DOMParser().parseFromString(fragment, 'text/html').querySelector('ol');
    if (told === null) return;
    if (told.dataset['more'] !== undefined) {
      location.reload();
      return;
    }
    const changed = Array.from(told.children).filter((each) => each instanceof HTMLLIElement);
    let words = '';
    for (const item of changed) {
      const said = this.place(document.importNode(item, true));
      if (said !== '') words = said;
    }
    this.seq = Math.max(this.seq, Number(told.dataset['seq'] ?? this.seq));
    const count = this.querySelector('[data-answers]');
    if (count !== null) count.textContent = told.dataset['answers'] ?? count.textContent;
    this.dataset['seq'] = String(this.seq);
    if (words === '') {
      if (changed.length === 0) this.rest();
      return;
    }
    this.say(words);
    window.clearTimeout(this.quiet);
    this.quiet = window.setTimeout(() => {
      this.rest();
    }, SAY_MS);
  }

  /** Put a post where it belongs; what is to be said of it. */
  private place(item: HTMLLIElement): string {
    const post = item.querySelector('article');
    if (post === null) return '';
    const known = this.querySelector(`#${post.id}`);
    if (known !== null) {
      known.replaceWith(post);
      return '';
    }
    post.classList.add('is-new');
    const parent = item.dataset['parent'] ?? '';
    const above = parent === '' ? null : this.querySelector(`#post-${parent}`)?.closest('li');
    if (above) {
      let below = above.querySelector('ol');
      if (below === null) {
        below = make('ol', 'talk-below');
        above.append(below);
      }
      below.append(item);
    } else if (parent === '' && this.config.isLast) {
      this.querySelector('[data-list]')?.append(item);
      this.querySelector('[data-none]')?.setAttribute('hidden', '');
    } else {
      return this.words('elsewhere');
    }
    return this.words('new');
  }
}

customElements.define('lms-thread', LmsThread);
