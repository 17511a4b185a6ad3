/** One line of a chat: whose, when, what, and what can be done about it. */
import { button, make } from '../../contest/elements';
import type { RoomContext } from '../part';

export type LineState = 'sending' | 'saved' | 'failed' | 'waiting' | 'dropped';

export interface Message {
  by: string;
  byId: number;
  at: number;
  text: string;
  lead: boolean;
  to?: string;
  reply?: number;
}

export function clockTime(at: number): string {
  const moment = new Date(at);
  return [moment.getHours(), moment.getMinutes()].map((part) => String(part).padStart(2, '0')).join(':');
}

export class ChatLine {
  readonly element = make('article', 'talk-line');
  seq = 0;
  /** The name of a message that waits to be looked through. */
  waits = 0;
  isGone = false;
  private readonly words = make('p', 'talk-line__words');
  private readonly note = make('p', 'talk-line__state');
  private readonly press: HTMLButtonElement;

  constructor(
    room: RoomContext,
    readonly message: Message,
    quoted: string,
    opened: (line: ChatLine) => void,
  ) {
    const { by, byId, at, text, lead, to } = message;
    const own = byId === room.me.id;
    this.element.classList.toggle('is-own', own);
    this.element.classList.toggle('is-lead', lead);
    const time = make('time', 'talk-line__time', clockTime(at));
    time.dateTime = new Date(at).toISOString();
    const who = make('p', 'talk-line__who', make('b', '', by));
    if (lead) who.append(make('span', 'badge badge--red', room.text('chat_lead')));
    if (own) who.append(make('span', 'badge', room.text('chat_me')));
    who.append(time);
    this.press = button('⋯', 'talk-line__more', () => {
      opened(this);
    });
    this.press.setAttribute('aria-label', room.text('chat_more', { name: by }));
    this.press.setAttribute('aria-expanded', 'false');
    if (to !== undefined) {
      const said = quoted === '' ? room.text('chat_reply_gone') : quoted;
      this.element.append(make('p', 'talk-line__quote', `${room.text('chat_reply_to', { name: to })}：${said}`));
    }
    this.words.textContent = text;
    this.note.hidden = true;
    this.element.prepend(make('div', 'talk-line__head', who, this.press));
    this.element.append(this.words, this.note);
    this.press.hidden = true;
  }

  /** It is in the room under this number: whatever can be done about it can be done now. */
  numbered(seq: number): void {
    this.seq = seq;
    this.element.dataset['seq'] = String(seq);
    this.press.hidden = false;
  }

  state(state: LineState, words: string, ...presses: HTMLElement[]): void {
    this.element.dataset['state'] = state;
    this.note.replaceChildren(make('span', '', words), ...presses);
    this.note.hidden = false;
  }

  settled(): void {
    delete this.element.dataset['state'];
    this.note.hidden = true;
  }

  /** The words leave the page. */
  gone(note: string): void {
    this.isGone = true;
    this.element.className = 'talk-line talk-line--note';
    this.element.replaceChildren(make('p', 'muted small', note));
    delete this.element.dataset['state'];
  }

  expand(panel: HTMLElement | null): void {
    this.press.setAttribute('aria-expanded', String(panel !== null));
    this.element.querySelector('.talk-act')?.remove();
    if (panel !== null) this.element.append(panel);
  }

  focusPress(): void {
    this.press.focus();
  }
}

/** A line that only tells what happened. */
export function noteLine(words: string): HTMLElement {
  return make('p', 'talk-line talk-line--note muted small', words);
}
