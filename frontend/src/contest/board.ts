/** The board: who stands where. Rows move to their new places, unless motion is not wanted. */
import { make } from './elements';
import type { Row } from './view';

const MOVE_MS = 450;

export class Board {
  readonly element: HTMLElement;
  private readonly list = make('ol', 'final-board__rows');
  private readonly rows = new Map<number, HTMLLIElement>();

  constructor(
    title: string,
    private readonly emptyWords: string,
    private readonly wantsMotion: () => boolean = () =>
      !window.matchMedia('(prefers-reduced-motion: reduce)').matches,
  ) {
    this.element = make('section', 'final-board card', make('h2', 'card__title', title), this.list);
  }

  show(rows: Row[], own: number | null): void {
    const before = new Map<number, number>();
    for (const [id, element] of this.rows) before.set(id, element.getBoundingClientRect().top);
    const gone = new Set(this.rows.keys());
    for (const row of rows) {
      gone.delete(row.id);
      this.list.append(this.drawn(row, row.id === own));
    }
    for (const id of gone) {
      this.rows.get(id)?.remove();
      this.rows.delete(id);
    }
    this.list.querySelector('.final-board__empty')?.remove();
    if (rows.length === 0) this.list.append(make('li', 'final-board__empty muted', this.emptyWords));
    if (this.wantsMotion()) this.move(before);
  }

  private drawn(row: Row, isOwn: boolean): HTMLLIElement {
    let element = this.rows.get(row.id);
    if (element === undefined) {
      element = make('li', 'final-board__row');
      this.rows.set(row.id, element);
    }
    element.classList.toggle('is-own', isOwn);
    element.classList.toggle('is-first', row.place === 1);
    element.replaceChildren(
      make('span', 'final-board__place', row.place === null ? '–' : String(row.place)),
      make('span', 'final-board__label', row.label),
      make('b', 'final-board__points', row.points),
    );
    return element;
  }

  private move(before: Map<number, number>): void {
    for (const [id, element] of this.rows) {
      const from = before.get(id);
      if (from === undefined) continue;
      const distance = from - element.getBoundingClientRect().top;
      if (distance === 0) continue;
      element.animate([{ transform: `translateY(${String(distance)}px)` }, { transform: 'none' }], {
        duration: MOVE_MS,
        easing: 'ease-out',
      });
    }
  }
}
