/** Drawing on the page with a finger, a pen or a mouse, and the bar of tools for it. */
import { button, make } from '../../contest/elements';
import { SCALE, SIZES, thinned, type Mark, type Tool } from './marks';
import type { SlidePage } from './page';

const POINT_EVERY_MS = 125;
const TOOLS = ['none', 'point', 'pen', 'highlighter', 'line', 'rectangle', 'text'] as const;
const COLOURS = ['red', 'blue', 'green', 'black', 'yellow'] as const;
const SURE_MS = 4000;

export interface PenTalk {
  text(key: string, values?: Record<string, string | number>): string;
  drawn(mark: Mark): void;
  pointed(x: number, y: number): void;
  undo(): void;
  /** Only for those who may. */
  clear?: () => void;
}

export class Pen {
  readonly bar = make('div', 'slide-tools');
  private tool: (typeof TOOLS)[number] = 'none';
  private colour: string = 'red';
  private points: number[] = [];
  private current: Mark | null = null;
  private pointedAt = 0;
  private sure = 0;

  constructor(
    private readonly page: SlidePage,
    private readonly talk: PenTalk,
  ) {
    const surface = page.page;
    surface.addEventListener('pointerdown', this.down);
    surface.addEventListener('pointermove', this.move);
    surface.addEventListener('pointerup', this.up);
    surface.addEventListener('pointercancel', this.up);
    this.draw();
  }

  close(): void {
    const surface = this.page.page;
    surface.removeEventListener('pointerdown', this.down);
    surface.removeEventListener('pointermove', this.move);
    surface.removeEventListener('pointerup', this.up);
    surface.removeEventListener('pointercancel', this.up);
    surface.classList.remove('is-drawn-on');
    this.bar.remove();
  }

  private draw(): void {
    const { talk } = this;
    this.bar.setAttribute('role', 'toolbar');
    this.bar.setAttribute('aria-label', talk.text('slides_tools'));
    const tools = TOOLS.map((tool) => {
      const one = button(talk.text(`slides_tool_${tool}`), 'slide-tools__tool', () => {
        this.choose(tool);
      });
      one.dataset['tool'] = tool;
      return one;
    });
    const colours = make('div', 'slide-tools__colours');
    for (const colour of COLOURS) {
      const one = button('', `slide-tools__colour slide-tools__colour--${colour}`, () => {
        this.colour = colour;
        this.mark();
      });
      one.dataset['colour'] = colour;
      one.setAttribute('aria-label', `${talk.text('slides_colour')} ${talk.text(`slides_${colour}`)}`);
      colours.append(one);
    }
    const undo = button(talk.text('slides_undo'), 'slide-tools__tool', () => {
      talk.undo();
    });
    this.bar.append(...tools, colours, undo);
    const { clear } = talk;
    if (clear !== undefined) {
      const wipe = button(talk.text('slides_clear'), 'slide-tools__tool', () => {
        if (performance.now() < this.sure) {
          this.sure = 0;
          wipe.textContent = talk.text('slides_clear');
          clear();
          return;
        }
        this.sure = performance.now() + SURE_MS;
        wipe.textContent = talk.text('slides_cleared');
        window.setTimeout(() => (wipe.textContent = talk.text('slides_clear')), SURE_MS);
      });
      this.bar.append(wipe);
    }
    this.mark();
  }

  private choose(tool: (typeof TOOLS)[number]): void {
    this.tool = tool;
    this.mark();
  }

  private mark(): void {
    for (const one of this.bar.querySelectorAll<HTMLElement>('[data-tool]')) {
      one.setAttribute('aria-pressed', String(one.dataset['tool'] === this.tool));
    }
    for (const one of this.bar.querySelectorAll<HTMLElement>('[data-colour]')) {
      one.setAttribute('aria-pressed', String(one.dataset['colour'] === this.colour));
    }
    this.page.page.classList.toggle('is-drawn-on', this.tool !== 'none');
  }

  private place(event: PointerEvent): [number, number] {
    const box = this.page.page.getBoundingClientRect();
    const part = (value: number): number => Math.round(Math.min(1, Math.max(0, value)) * SCALE);
    return [part((event.clientX - box.left) / box.width), part((event.clientY - box.top) / box.height)];
  }

  private readonly down = (event: PointerEvent): void => {
    if (this.tool === 'none' || event.button !== 0) return;
    event.preventDefault();
    const place = this.place(event);
    if (this.tool === 'point') {
      this.point(place);
      return;
    }
    if (this.tool === 'text') {
      this.write(place);
      return;
    }
    this.page.page.setPointerCapture(event.pointerId);
    this.points = [...place];
    this.current = this.made(this.tool);
  };

  private readonly move = (event: PointerEvent): void => {
    if (this.tool === 'point') {
      if (event.buttons !== 0 || event.pointerType === 'mouse') this.point(this.place(event));
      return;
    }
    if (this.current === null) return;
    const place = this.place(event);
    const shape = this.current.tool === 'line' || this.current.tool === 'rectangle';
    this.points = shape ? [...this.points.slice(0, 2), ...place] : [...this.points, ...place];
    this.current = { ...this.current, points: thinned(this.points) };
    this.page.add(this.current);
  };

  private readonly up = (): void => {
    const mark = this.current;
    this.current = null;
    if (mark !== null) this.give({ ...mark, points: thinned(this.points) });
  };

  private point(place: [number, number]): void {
    this.page.point(...place);
    if (performance.now() - this.pointedAt < POINT_EVERY_MS) return;
    this.pointedAt = performance.now();
    this.talk.pointed(...place);
  }

  /** Words are written into a line that opens where they are to stand. */
  private write(place: [number, number]): void {
    const line = make('input', 'slide__words');
    line.maxLength = 80;
    line.setAttribute('aria-label', this.talk.text('slides_words'));
    line.placeholder = this.talk.text('slides_words');
    line.style.left = `${String(Math.min(place[0], 6000) / 100)}%`;
    line.style.top = `${String(Math.min(place[1], 8500) / 100)}%`;
    const done = (): void => {
      const words = line.value.trim();
      line.remove();
      if (words === '') return;
      this.points = [...place];
      this.give({ ...this.made('text'), points: [...place], text: words });
    };
    line.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') line.value = '';
      if (event.key === 'Enter' || event.key === 'Escape') line.blur();
    });
    line.addEventListener('blur', done, { once: true });
    line.addEventListener('pointerdown', (event) => {
      event.stopPropagation();
    });
    this.page.page.append(line);
    line.focus();
  }

  private made(tool: Tool): Mark {
    const id = Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(36)).join('');
    return { id, tool, colour: this.colour, size: SIZES[tool], points: this.points };
  }

  private give(mark: Mark): void {
    this.page.add(mark);
    this.talk.drawn(mark);
  }
}
