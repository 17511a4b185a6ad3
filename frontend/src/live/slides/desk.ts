/** Where who leads chooses what is shown: decks, their pages, the whiteboard, and who has the pen. */
import { button, make } from '../../contest/elements';
import { csrfToken } from '../../core/csrf';
import type { RoomContext } from '../part';
import type { SlideFacts } from './marks';

const MAKING_MS = 3000;

interface Deck {
  id: number;
  title: string;
  board: boolean;
  state: 'making' | 'ready' | 'failed';
  reason: string;
  pages: Omit<SlideFacts, 'deck' | 'of'>[];
}

export interface DeskConfig {
  base: string;
  list: string;
  add?: string;
  people?: string;
}

export class SlideDesk {
  readonly element = make('div', 'slide-desk');
  private decks: Deck[] = [];
  private chosen = 0;
  private shown: SlideFacts | null = null;
  private asked: number | null = null;
  private timer = 0;
  private readonly note = make('p', 'slide-desk__note');
  private readonly choice = make('select', 'input');
  private readonly pages = make('ol', 'slide-desk__pages');
  private readonly pens = make('div', 'slide-desk__pens');
  private readonly file = make('input', '');

  constructor(
    private readonly room: RoomContext,
    private readonly config: DeskConfig,
    private readonly base: (fresh: string) => string,
  ) {
    const text = (key: string): string => room.text(key);
    this.note.setAttribute('role', 'status');
    this.choice.setAttribute('aria-label', text('slides_deck'));
    this.choice.addEventListener('change', () => {
      this.chosen = Number(this.choice.value);
      this.drawPages();
    });
    this.file.type = 'file';
    this.file.multiple = true;
    this.file.accept = 'application/pdf,image/jpeg,image/png,image/webp';
    this.file.hidden = true;
    this.file.addEventListener('change', () => {
      this.upload();
    });
    const secondary = 'button button--secondary';
    const acts = make(
      'div',
      'cluster',
      button(text('slides_previous'), secondary, () => {
        this.turn(-1);
      }),
      button(text('slides_next'), secondary, () => {
        this.turn(1);
      }),
      button(text('slides_board'), secondary, () => void this.say('slides.board')),
      button(text('slides_hide'), secondary, () => void this.say('slides.hide')),
      button(text('slides_upload'), secondary, () => {
        this.file.click();
      }),
    );
    const pens = make('details', 'slide-desk__give', make('summary', '', text('slides_pens')), this.pens);
    pens.addEventListener('toggle', () => {
      if (pens.open) void this.people();
    });
    this.element.append(acts, this.note, this.choice, this.pages, pens, this.file);
    this.choice.hidden = true;
    void this.load();
  }

  close(): void {
    window.clearTimeout(this.timer);
  }

  /** What everybody sees now. */
  showing(facts: SlideFacts | null): void {
    this.shown = facts;
    if (facts !== null && !this.decks.some((deck) => deck.pages.some((page) => page.id === facts.id))) {
      void this.load(facts.deck);
      return;
    }
    if (facts !== null && facts.deck !== this.chosen) {
      this.chosen = facts.deck;
      this.drawDecks();
    } else this.drawPages();
  }

  async load(chosen = 0): Promise<void> {
    const answer = await fetch(this.config.list).catch(() => null);
    if (answer === null || !answer.ok) {
      this.told(this.room.text('slides_lost'));
      return;
    }
    const said = (await answer.json()) as { base: string; decks?: Deck[] };
    this.base(said.base);
    this.decks = said.decks ?? [];
    const wanted = chosen || this.shown?.deck || this.chosen;
    const found = this.decks.find((deck) => deck.id === wanted) ?? this.decks[0];
    this.chosen = found?.id ?? 0;
    this.drawDecks();
    window.clearTimeout(this.timer);
    if (this.decks.some((deck) => deck.state === 'making')) {
      this.timer = window.setTimeout(() => void this.load(), MAKING_MS);
    }
  }

  private told(words: string): void {
    this.note.textContent = words;
  }

  private async say(verb: string, body: object = {}): Promise<void> {
    const reply = await this.room.say(verb, body);
    this.told(reply.no === undefined ? '' : (reply.why ?? this.room.text('slides_lost')));
  }

  private turn(by: number): void {
    const deck = this.decks.find((each) => each.id === (this.shown?.deck ?? this.chosen));
    const from = this.asked ?? this.shown?.id;
    const at = deck?.pages.findIndex((page) => page.id === from) ?? -1;
    const next = deck?.pages[at === -1 ? 0 : at + by];
    if (next !== undefined) this.ask(next.id);
  }

  /** Two quick presses are two pages on, though the first has not come back yet. */
  private ask(slide: number): void {
    this.asked = slide;
    void this.say('slides.show', { slide }).then(() => {
      if (this.asked === slide) this.asked = null;
    });
  }

  private drawDecks(): void {
    this.choice.hidden = this.decks.length < 2;
    this.choice.replaceChildren(
      ...this.decks.map((deck) => {
        const option = make('option', '', deck.title);
        option.value = String(deck.id);
        option.selected = deck.id === this.chosen;
        return option;
      }),
    );
    this.drawPages();
  }

  private drawPages(): void {
    const deck = this.decks.find((each) => each.id === this.chosen);
    if (deck === undefined) this.told(this.room.text('slides_none'));
    else if (deck.state === 'making') this.told(this.room.text('slides_making'));
    else if (deck.state === 'failed') this.told(this.room.text('slides_failed', { why: deck.reason }));
    else this.told('');
    const base = this.base('');
    const items = (deck?.pages ?? []).map((page) => {
      const one = button('', 'slide-desk__page', () => {
        this.ask(page.id);
      });
      const name = this.room.text('slides_page', { number: page.n, count: deck?.pages.length ?? 0 });
      const isShown = page.id === this.shown?.id;
      one.setAttribute('aria-label', isShown ? `${name}，${this.room.text('slides_shown')}` : name);
      if (isShown) one.setAttribute('aria-current', 'true');
      if (page.key !== '') {
        const picture = make('img');
        picture.loading = 'lazy';
        picture.alt = '';
        picture.width = page.w;
        picture.height = page.h;
        picture.src = `${base}/${page.key}-s.webp`;
        one.append(picture);
      } else one.append(make('span', 'slide-desk__blank'));
      one.append(make('span', 'slide-desk__number', String(page.n)));
      return make('li', '', one);
    });
    this.pages.replaceChildren(...items);
    this.pages.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest' });
  }

  private upload(): void {
    const files = Array.from(this.file.files ?? []);
    if (files.length === 0 || this.config.add === undefined) return;
    const form = new FormData();
    for (const file of files) form.append('file', file);
    this.file.value = '';
    const request = new XMLHttpRequest();
    request.open('POST', this.config.add);
    request.setRequestHeader('X-CSRFToken', csrfToken());
    request.setRequestHeader('Accept', 'application/json');
    request.responseType = 'json';
    request.upload.addEventListener('progress', (event) => {
      const percent = event.total === 0 ? 0 : Math.floor((100 * event.loaded) / event.total);
      this.told(this.room.text('slides_uploading', { percent }));
    });
    request.addEventListener('loadend', () => {
      const said = request.response as { error?: string } | null;
      if (request.status === 200) void this.load();
      else this.told(said?.error ?? this.room.text('slides_lost'));
    });
    request.send(form);
  }

  // --- The pen ----------------------------------------------------------------------------------

  private async people(): Promise<void> {
    if (this.config.people === undefined) return;
    const answer = await fetch(this.config.people).catch(() => null);
    if (answer === null || !answer.ok) return;
    const { people } = (await answer.json()) as { people: { id: number; name: string }[] };
    this.drawPens(people.filter((each) => each.id !== this.room.me.id));
  }

  private held: { id: number; name: string }[] = [];

  penned(held: { id: number; name: string }[]): void {
    this.held = held;
    if (this.pens.childElementCount > 0) void this.people();
  }

  private drawPens(people: { id: number; name: string }[]): void {
    const known = new Map([...people, ...this.held].map((each) => [each.id, each]));
    const rows = [...known.values()].map(({ id, name }) => {
      const has = this.held.some((each) => each.id === id);
      const one = button(
        this.room.text(has ? 'slides_pen_take' : 'slides_pen_give', { name }),
        has ? 'button button--primary' : 'button button--secondary',
        () => void this.say('slides.pen', { member: id, on: !has }),
      );
      return one;
    });
    const look = button(this.room.text('slides_pen_look'), 'button button--quiet', () => void this.people());
    const nobody = rows.length === 0 ? [make('p', 'muted', this.room.text('slides_pen_nobody'))] : [];
    this.pens.replaceChildren(...nobody, ...rows, look);
  }
}
