/** One page large: its picture, what is drawn on it, and where somebody points. */
import { make } from '../../contest/elements';
import { SCALE, type Mark, type SlideFacts } from './marks';

const SVG = 'http://www.w3.org/2000/svg';
const POINT_MS = 1500;
const SMALL_PIXELS = 1080;

export interface PageWords {
  text(key: string, values?: Record<string, string | number>): string;
  /** The folder of the pictures, as it is signed now. */
  base(): string;
}

export class SlidePage {
  readonly element = make('div', 'slide');
  readonly page = make('div', 'slide__page');
  private readonly picture = make('img', 'slide__picture');
  private readonly ink = document.createElementNS(SVG, 'svg');
  private readonly dot = make('span', 'slide__point');
  private readonly drawn = new Map<string, SVGElement>();
  private readonly sized: ResizeObserver;
  private pointed = 0;
  private failures = 0;
  facts: SlideFacts | null = null;

  constructor(
    private readonly words: PageWords,
    private readonly failed: () => void = () => undefined,
  ) {
    this.ink.setAttribute('class', 'slide__ink');
    this.ink.setAttribute('aria-hidden', 'true');
    this.dot.hidden = true;
    this.picture.decoding = 'async';
    this.picture.draggable = false;
    this.picture.addEventListener('load', () => (this.failures = 0));
    this.picture.addEventListener('error', () => {
      this.failures += 1;
      if (this.failures < 4) this.failed();
    });
    this.page.append(this.picture, this.ink, this.dot);
    this.element.append(this.page);
    this.element.hidden = true;
    this.sized = new ResizeObserver(() => {
      this.fit();
    });
    this.sized.observe(this.element);
  }

  close(): void {
    this.sized.disconnect();
  }

  show(facts: SlideFacts | null): void {
    const same = facts !== null && this.facts?.id === facts.id;
    this.facts = facts;
    this.element.hidden = facts === null;
    if (facts === null || same) return;
    this.wipe();
    this.dot.hidden = true;
    const name = this.words.text('slides_page', { number: facts.n, count: facts.of });
    const board = this.words.text('slides_board_page', { number: facts.n });
    const said = facts.text === '' ? this.words.text('slides_no_text') : facts.text;
    this.picture.alt = facts.key === '' ? board : `${name}：${said}`;
    this.page.dataset['slide'] = String(facts.id);
    this.page.classList.toggle('is-blank', facts.key === '');
    this.ink.setAttribute('viewBox', `0 0 ${String(SCALE)} ${String(this.height)}`);
    this.fit();
    this.load();
  }

  /** The picture again, by an address that is good now. */
  load(): void {
    if (this.facts === null || this.facts.key === '') {
      this.picture.removeAttribute('src');
      return;
    }
    const wanted = Math.max(this.element.clientWidth, 320) * Math.min(window.devicePixelRatio, 2);
    const size = wanted > SMALL_PIXELS ? 'l' : 's';
    this.picture.src = `${this.words.base()}/${this.facts.key}-${size}.webp`;
  }

  private get height(): number {
    return this.facts === null ? SCALE : Math.round((SCALE * this.facts.h) / this.facts.w);
  }

  /** As large as fits into the place there is. */
  private fit(): void {
    if (this.facts === null) return;
    const { clientWidth, clientHeight } = this.element;
    const width = Math.min(clientWidth, (clientHeight * this.facts.w) / this.facts.h);
    this.page.style.width = `${String(Math.ceil(width))}px`;
    this.page.style.height = `${String(Math.ceil((width * this.facts.h) / this.facts.w))}px`;
  }

  // --- What is drawn ----------------------------------------------------------------------------

  setMarks(marks: readonly Mark[]): void {
    this.wipe();
    for (const mark of marks) this.add(mark);
  }

  add(mark: Mark): void {
    this.remove(mark.id);
    const shape = this.shape(mark);
    this.drawn.set(mark.id, shape);
    this.ink.append(shape);
    this.page.dataset['marks'] = String(this.drawn.size);
  }

  remove(id: string): void {
    this.drawn.get(id)?.remove();
    this.drawn.delete(id);
    this.page.dataset['marks'] = String(this.drawn.size);
  }

  wipe(): void {
    this.ink.replaceChildren();
    this.drawn.clear();
    this.page.dataset['marks'] = '0';
  }

  private shape(mark: Mark): SVGElement {
    const places: [number, number][] = [];
    for (let at = 0; at + 1 < mark.points.length; at += 2) {
      places.push([mark.points[at] ?? 0, Math.round(((mark.points[at + 1] ?? 0) * this.height) / SCALE)]);
    }
    const first: [number, number] = places[0] ?? [0, 0];
    const last: [number, number] = places[places.length - 1] ?? first;
    const shape = document.createElementNS(
      SVG,
      mark.tool === 'text' ? 'text' : mark.tool === 'rectangle' ? 'rect' : 'polyline',
    );
    shape.setAttribute('class', `ink ink--${mark.tool} ink--${mark.colour}`);
    if (mark.tool === 'text') {
      shape.setAttribute('x', String(first[0]));
      shape.setAttribute('y', String(first[1]));
      shape.setAttribute('font-size', String(mark.size));
      shape.textContent = mark.text ?? '';
      return shape;
    }
    shape.setAttribute('stroke-width', String(mark.size));
    if (mark.tool === 'rectangle') {
      shape.setAttribute('x', String(Math.min(first[0], last[0])));
      shape.setAttribute('y', String(Math.min(first[1], last[1])));
      shape.setAttribute('width', String(Math.abs(first[0] - last[0])));
      shape.setAttribute('height', String(Math.abs(first[1] - last[1])));
    } else shape.setAttribute('points', places.map((place) => place.join(',')).join(' '));
    return shape;
  }

  point(x: number, y: number, who = ''): void {
    this.dot.hidden = false;
    this.dot.style.left = `${String(x / 100)}%`;
    this.dot.style.top = `${String(y / 100)}%`;
    this.dot.title = who;
    window.clearTimeout(this.pointed);
    this.pointed = window.setTimeout(() => (this.dot.hidden = true), POINT_MS);
  }
}
