/**
 * The lines of a chat: at most two hundred, in the order of their numbers, put in together once a
 * frame, and standing still while somebody reads further up. What is being sent stands at the end.
 */
import { button, make } from '../../contest/elements';
import type { RoomContext } from '../part';
import { comesAfter, tooMany } from './order';

export const MOST_LINES = 200;
const NEAR_END = 48;

export class Lines {
  readonly element = make('div', 'talk-lines');
  private readonly list = make('div', 'talk-lines__list');
  private readonly empty = make('p', 'talk-empty');
  private readonly jump: HTMLButtonElement;
  private coming: HTMLElement[] = [];
  private frame = 0;
  private unread = 0;
  private follows = true;

  constructor(private readonly room: RoomContext) {
    this.list.setAttribute('role', 'log');
    this.list.setAttribute('aria-label', room.text('chat_list'));
    this.list.tabIndex = 0;
    this.empty.textContent = room.text('chat_empty');
    this.jump = button('', 'button button--secondary talk-lines__jump', () => {
      this.toEnd();
    });
    this.jump.hidden = true;
    this.list.addEventListener('scroll', () => {
      this.follows = this.isAtEnd;
      if (this.follows) this.seen();
    });
    // A keyboard comes up, a telephone is turned: who was at the end stays there.
    if ('ResizeObserver' in window) {
      new ResizeObserver(() => {
        if (this.follows) this.toEnd();
      }).observe(this.list);
    }
    this.element.append(this.empty, this.list, this.jump);
  }

  add(line: HTMLElement): void {
    this.coming.push(line);
    if (this.coming.length > MOST_LINES) this.coming.shift();
    // A page behind another one has no frames.
    if (document.hidden) this.put();
    else if (this.frame === 0) this.frame = requestAnimationFrame(this.put);
  }

  /** A line has got its number: it stands where it stands for everybody. */
  place(line: HTMLElement): void {
    this.drop(line);
    this.add(line);
  }

  drop(line: HTMLElement): void {
    this.coming = this.coming.filter((one) => one !== line);
    line.remove();
  }

  toEnd(): void {
    this.follows = true;
    this.list.scrollTop = this.list.scrollHeight;
    this.seen();
  }

  private get isAtEnd(): boolean {
    const { list } = this;
    return list.scrollHeight - list.scrollTop - list.clientHeight < NEAR_END;
  }

  private seen(): void {
    this.unread = 0;
    this.jump.hidden = true;
  }

  private insert(line: HTMLElement): void {
    let before = this.list.lastElementChild as HTMLElement | null;
    while (before !== null && comesAfter(before.dataset, line.dataset)) {
      before = before.previousElementSibling as HTMLElement | null;
    }
    if (before === null) this.list.prepend(line);
    else before.after(line);
  }

  private readonly put = (): void => {
    this.frame = 0;
    const { coming, list } = this;
    this.coming = [];
    if (coming.length === 0) return;
    const stays = list.clientHeight > 0 && !this.isAtEnd;
    const gone = tooMany(list.childElementCount, coming.length, MOST_LINES);
    for (let left = gone; left > 0; left -= 1) list.firstElementChild?.remove();
    for (const line of coming) this.insert(line);
    this.empty.hidden = true;
    if (!stays) {
      this.toEnd();
      return;
    }
    this.unread += coming.filter((line) => !line.classList.contains('talk-line--note')).length;
    this.jump.textContent = this.room.text('chat_new', { count: this.unread });
    this.jump.hidden = this.unread === 0;
  };
}
