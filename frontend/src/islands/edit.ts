/**
 * <lms-edit>: marks what is cut at the playing position, shows it on a line, and plays the result by
 * skipping what goes. The fields of the form are the truth: without this, they are typed.
 */
import '../styles/cutting.css';
import { cutsOf, pastCut, writeTime, type Cut } from '../cutting/times';
import { fill } from '../player/clock';

export class LmsEdit extends HTMLElement {
  private film: HTMLVideoElement | null = null;
  private previewing = false;

  connectedCallback(): void {
    this.film = this.querySelector('video');
    this.querySelector('form')?.addEventListener('input', () => {
      this.paint();
    });
    this.bindMarks();
    this.bindFilm();
    this.paint();
  }

  private get length(): number {
    return Number(this.dataset['length']);
  }

  private get rows(): HTMLLIElement[] {
    return Array.from(this.querySelectorAll<HTMLLIElement>('[data-rows] > li'));
  }

  private field(name: string, within: ParentNode = this): HTMLInputElement {
    const found = within.querySelector<HTMLInputElement>(`input[name="${name}"]`);
    if (found === null) throw new Error(`no field ${name}`);
    return found;
  }

  private get cuts(): Cut[] {
    const rows = this.rows.map((row) => [this.field('from', row).value, this.field('to', row).value] as const);
    return cutsOf(this.field('head').value, this.field('tail').value, rows, this.length);
  }

  private bindMarks(): void {
    for (const button of this.querySelectorAll<HTMLButtonElement>('[data-mark]')) {
      button.addEventListener('click', () => {
        this.mark(button.dataset['mark'] ?? '');
      });
    }
    for (const button of this.querySelectorAll<HTMLButtonElement>('[data-step]')) {
      button.addEventListener('click', () => {
        this.move(Number(button.dataset['step']));
      });
    }
    for (const button of this.querySelectorAll<HTMLButtonElement>('[data-frame]')) {
      button.addEventListener('click', () => {
        this.move(Number(button.dataset['frame']) / Number(this.dataset['frameRate']));
      });
    }
  }

  private bindFilm(): void {
    const { film } = this;
    if (film === null) return;
    for (const part of this.querySelectorAll<HTMLElement>('[data-line], [data-clock], [data-marks], [data-preview]')) {
      part.hidden = false;
    }
    for (const event of ['timeupdate', 'seeked', 'loadedmetadata'] as const) {
      film.addEventListener(event, () => {
        this.skip();
        this.paintHead();
      });
    }
    film.addEventListener('pause', () => {
      this.preview(false);
    });
    const line = this.querySelector<HTMLElement>('[data-line]');
    line?.addEventListener('pointerdown', (event) => {
      const box = line.getBoundingClientRect();
      film.currentTime = (((event.clientX - box.left) / box.width) * this.length) / 1000;
    });
    this.querySelector('[data-preview]')?.addEventListener('click', () => {
      this.startPreview();
    });
    this.addEventListener('keydown', (event) => {
      this.key(event);
    });
  }

  private key(event: KeyboardEvent): void {
    const target = event.target as HTMLElement;
    if (target.matches('input') || event.altKey || event.ctrlKey || event.metaKey || this.film === null) return;
    const direction = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (direction !== undefined) {
      this.move(event.shiftKey ? 5 * direction : direction / Number(this.dataset['frameRate']));
    } else if (event.key === ' ' && !target.matches('button, a, video')) {
      if (this.film.paused) void this.film.play();
      else this.film.pause();
    } else return;
    event.preventDefault();
  }

  private move(seconds: number): void {
    if (this.film === null) return;
    this.film.pause();
    this.film.currentTime = Math.max(0, this.film.currentTime + seconds);
  }

  private mark(where: string): void {
    if (this.film === null) return;
    const now = writeTime(this.film.currentTime * 1000);
    if (where === 'head' || where === 'tail') this.field(where).value = now;
    else this.field(where, this.rowFor(where)).value = now;
    this.paint();
  }

  /** The row that waits for this end, or the first that is empty, or a new one. */
  private rowFor(where: string): HTMLLIElement {
    const other = where === 'from' ? 'to' : 'from';
    const isOpen = (row: HTMLLIElement): boolean => this.field(where, row).value === '';
    const half = this.rows.find((row) => isOpen(row) && this.field(other, row).value !== '');
    const row = half ?? this.rows.find(isOpen);
    if (row !== undefined) return row;
    const last = this.rows[this.rows.length - 1];
    if (last === undefined) throw new Error('the form has no row');
    const made = last.cloneNode(true) as HTMLLIElement;
    for (const input of made.querySelectorAll('input')) {
      input.value = '';
      const number = String(this.rows.length + 1);
      input.setAttribute('aria-label', (input.getAttribute('aria-label') ?? '').replace(/\d+/, number));
    }
    last.after(made);
    return made;
  }

  // --- Shown ----------------------------------------------------------------------------------

  private paint(): void {
    const { cuts } = this;
    const holder = this.querySelector('[data-cuts]');
    holder?.replaceChildren(
      ...cuts.map(([from, to]) => {
        const piece = document.createElement('i');
        piece.style.insetInlineStart = `${String((from / this.length) * 100)}%`;
        piece.style.inlineSize = `${String(((to - from) / this.length) * 100)}%`;
        return piece;
      }),
    );
    const cut = cuts.reduce((sum, [from, to]) => sum + to - from, 0);
    const said = this.querySelector<HTMLElement>('[data-sum]');
    if (said !== null) {
      const words = said.dataset['words'] ?? '';
      said.textContent = cut === 0 ? '' : fill(words, { after: writeTime(this.length - cut), cut: writeTime(cut) });
    }
    this.paintHead();
  }

  private paintHead(): void {
    const now = (this.film?.currentTime ?? 0) * 1000;
    const head = this.querySelector<HTMLElement>('[data-head]');
    if (head !== null) head.style.insetInlineStart = `${String((now / this.length) * 100)}%`;
    const clock = this.querySelector('[data-now]');
    if (clock !== null) clock.textContent = writeTime(now);
  }

  // --- The result -----------------------------------------------------------------------------

  private startPreview(): void {
    const { film } = this;
    if (film === null) return;
    if (this.previewing) {
      film.pause();
      return;
    }
    film.currentTime = (pastCut(this.cuts, 0) ?? 0) / 1000;
    this.preview(true);
    void film.play();
  }

  private preview(on: boolean): void {
    if (this.previewing === on) return;
    this.previewing = on;
    const button = this.querySelector<HTMLButtonElement>('[data-preview]');
    if (button === null) return;
    const other = button.dataset['stop'] ?? '';
    button.dataset['stop'] = button.textContent;
    button.textContent = other;
  }

  private skip(): void {
    const { film } = this;
    if (film === null || !this.previewing || film.seeking) return;
    const to = pastCut(this.cuts, film.currentTime * 1000);
    if (to === null) return;
    if (to >= this.length) film.pause();
    else film.currentTime = to / 1000;
  }
}

customElements.define('lms-edit', LmsEdit);
