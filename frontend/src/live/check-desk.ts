/** The tab of whoever leads: what can be asked, what is being answered, and where people are lost. */
import { button, make } from '../contest/elements';
import { bars, type Asked } from './check-card';
import type { ClassView } from './config';
import type { Reply, RoomContext, RoomPart } from './part';

const LOOK_MS = 2000;
const WINDOWS = [60, 90, 120, 180];

interface Chart {
  id: number;
  answered: number;
  counts: number[];
  written?: [string, number][];
}

interface Found {
  id: number;
  kind: string;
  question: string;
}

interface Minute {
  clock: string;
  slide: string;
  count: number;
}

export class CheckDesk implements RoomPart {
  readonly key = 'checks';
  readonly title: string;
  readonly element = make('div', 'checks-desk');
  private readonly now = make('section', 'checks-desk__now');
  private readonly asking: HTMLElement;
  private readonly heat = make('div', 'checks-desk__heat');
  private readonly note = make('p', 'checks-desk__note');
  private asked: Asked | null = null;
  private chart: Chart | null = null;
  private isOpen = false;
  private state: ClassView['state'] = 'scheduled';
  private timer = 0;
  private readonly left = make('p', 'checks-desk__left');
  private readonly figures = make('div', 'checks-desk__figures');
  private readonly names = make('div', 'checks-desk__names');

  constructor(private readonly room: RoomContext) {
    this.title = room.text('checks_title');
    this.note.setAttribute('role', 'alert');
    this.now.hidden = true;
    this.asking = this.drawAsking();
    this.element.append(this.note, this.now, this.asking);
    this.timer = window.setInterval(() => {
      this.tick();
    }, 500);
    window.addEventListener('pagehide', () => {
      window.clearInterval(this.timer);
    });
  }

  view(view: ClassView): void {
    const seen = view as ClassView & { check?: Asked | null };
    this.state = view.state;
    this.asking.classList.toggle('is-shut', !this.canAsk);
    const asked = seen.check ?? null;
    if (JSON.stringify(asked) === JSON.stringify(this.asked)) return;
    if (asked?.id !== this.asked?.id) {
      this.chart = null;
      this.names.replaceChildren();
    }
    this.asked = asked;
    this.draw();
  }

  aside(aside: Record<string, unknown>): void {
    const chart = aside['check'] as Chart | undefined;
    if (chart !== undefined) this.figure(chart);
    const puzzled = aside['puzzled'] as number | undefined;
    if (puzzled !== undefined) {
      if (!this.isOpen) this.room.mark(this.key, puzzled);
      void this.look();
    }
  }

  opened(): void {
    this.isOpen = true;
    void this.look();
  }

  closed(): void {
    this.isOpen = false;
  }

  private get text(): RoomContext['text'] {
    return (key, values) => this.room.text(key, values);
  }

  private get canAsk(): boolean {
    return this.state === 'waiting' || this.state === 'on_air' || this.state === 'paused';
  }

  private async say(verb: string, body: object = {}): Promise<Reply> {
    const reply = await this.room.say(verb, body);
    this.note.textContent = reply.ok === undefined ? (reply.why ?? this.text('checks_failed')) : '';
    return reply;
  }

  // --- What is asked now ------------------------------------------------------------------------

  private draw(): void {
    const { asked, text } = this;
    this.now.hidden = asked === null;
    this.element.classList.toggle('is-asking', asked !== null);
    if (asked === null) return;
    const heading = asked.kind === 'roll' && asked.first ? 'checks_roll_second' : `checks_${asked.kind}`;
    const acts = make('div', 'cluster');
    const press = (key: string, verb: string, body: object = {}, main = false): void => {
      acts.append(
        button(text(key), main ? 'button button--primary' : 'button button--secondary', () => void this.say(verb, body)),
      );
    };
    const check = { check: asked.id };
    if (asked.state === 'open') press(asked.kind === 'roll' ? 'checks_stop_roll' : 'checks_stop', 'checks.shut', check);
    if (asked.kind !== 'roll' && asked.state !== 'told') press('checks_tell', 'checks.tell', check, true);
    if (asked.kind === 'roll') {
      acts.append(button(text('checks_names'), 'button button--secondary', () => void this.list(asked.id)));
      if (!asked.first && asked.state !== 'open') {
        press('checks_again', 'checks.roll', { seconds: 60, first: asked.id }, true);
      }
    }
    if (asked.state !== 'open') press('checks_away', 'checks.away');
    this.now.replaceChildren(
      make('h3', '', text(heading)),
      ...(asked.question ? [make('p', 'checks-card__question', asked.question)] : []),
      this.left,
      this.figures,
      acts,
      this.names,
    );
    this.figure(
      this.chart ?? { id: asked.id, answered: asked.answered ?? 0, counts: asked.counts ?? [] },
    );
    void this.look();
    this.tick();
  }

  private figure(chart: Chart): void {
    const { asked, text } = this;
    if (asked === null || chart.id !== asked.id) return;
    this.chart = chart;
    const key = asked.kind === 'roll' ? 'checks_present' : 'checks_answered';
    const count = make('p', 'checks-desk__count', text(key, { count: chart.answered }));
    this.figures.replaceChildren(count);
    if (asked.kind !== 'roll') this.figures.append(bars({ ...asked, written: asked.written ?? chart.written ?? [] }, chart.counts, chart.answered, text));
  }

  private tick(): void {
    const { asked } = this;
    const isRoll = asked?.kind === 'roll' && asked.state === 'open';
    this.left.hidden = !isRoll;
    if (asked !== null && isRoll) {
      const left = Math.ceil(((asked.closes ?? 0) - this.room.time.now) / 1000);
      this.left.textContent = left > 0 ? this.text('checks_left', { seconds: left }) : this.text('checks_over');
      // The window is over for everybody; the button says so too.
      if (left < -3 && this.lastShut !== asked.id) {
        this.lastShut = asked.id;
        void this.say('checks.shut', { check: asked.id });
      }
    }
    if (asked?.state === 'open' && performance.now() - this.lookedAt > LOOK_MS) void this.look();
  }

  private lastShut = 0;
  private lookedAt = 0;

  /** The figures as they are: what is told on the way may be lost. */
  private async look(): Promise<void> {
    this.lookedAt = performance.now();
    const { asked } = this;
    if (asked !== null) {
      const reply = await this.room.say('checks.look', { check: asked.id });
      if (reply.ok !== undefined) this.figure(reply as unknown as Chart);
    }
    if (this.isOpen && this.canAsk) await this.warm();
  }

  private async list(id: number): Promise<void> {
    const reply = await this.say('checks.list', { check: id });
    const present = (reply['present'] as [string, string][] | undefined) ?? [];
    this.names.replaceChildren(
      make('ol', 'checks-names', ...present.map(([name, at]) => make('li', '', name, ' ', make('span', 'muted', at)))),
    );
  }

  private async warm(): Promise<void> {
    const reply = await this.room.say('checks.heat');
    const minutes = ((reply['minutes'] as Minute[] | undefined) ?? []).slice(-8);
    const most = Math.max(1, ...minutes.map((minute) => minute.count));
    const rows = minutes.map((minute) => {
      const bar = make('progress');
      bar.max = most;
      bar.value = minute.count;
      const label = minute.slide === '' ? minute.clock : `${minute.clock} · ${this.text('checks_slide', { slide: minute.slide })}`;
      bar.setAttribute('aria-label', label);
      const words = make('span', 'checks-bars__text', label);
      return make('li', 'checks-bars__one', words, make('b', '', String(minute.count)), bar);
    });
    const shown = rows.length > 0 ? make('ul', 'checks-bars', ...rows) : make('p', 'muted small', this.text('checks_heat_none'));
    this.heat.replaceChildren(shown);
  }

  // --- Asking -----------------------------------------------------------------------------------

  private drawAsking(): HTMLElement {
    const { text } = this;
    return make(
      'div',
      'checks-desk__asking',
      make('p', 'muted small checks-desk__first', text('checks_room_first')),
      this.drawPoll(),
      this.drawRoll(),
      this.drawBank(),
      make('section', 'stack', make('h3', '', text('checks_heat')), this.heat),
    );
  }

  private drawPoll(): HTMLElement {
    const { text } = this;
    const question = make('input', 'input');
    question.maxLength = 200;
    question.id = 'checks-question';
    const label = make('label', 'field__label', text('checks_question'));
    label.htmlFor = question.id;
    const poll = (options: string[]): void => {
      void this.say('checks.poll', { question: question.value, options, several: false }).then((reply) => {
        if (reply.ok !== undefined) question.value = '';
      });
    };
    const own = make('textarea', 'input');
    own.rows = 4;
    own.id = 'checks-options';
    const ownLabel = make('label', 'field__label', text('checks_options'));
    ownLabel.htmlFor = own.id;
    const several = make('input');
    several.type = 'checkbox';
    const start = button(text('checks_start_poll'), 'button button--primary', () => {
      const options = own.value.split('\n').map((line) => line.trim()).filter((line) => line !== '');
      void this.say('checks.poll', { question: question.value, options: options.slice(0, 8), several: several.checked });
    });
    const template = (key: string, options: string[]): HTMLButtonElement =>
      button(text(key), 'button button--secondary', () => {
        poll(options);
      });
    return make(
      'section',
      'stack',
      make('h3', '', text('checks_poll')),
      make('div', 'field', label, question),
      make(
        'div',
        'cluster',
        template('checks_yes_no', [text('checks_yes'), text('checks_no')]),
        template('checks_abcd', ['A', 'B', 'C', 'D']),
        template('checks_scale', ['1', '2', '3', '4', '5']),
      ),
      make(
        'details',
        'disclosure',
        make('summary', '', text('checks_own')),
        make('div', 'disclosure__body stack', make('div', 'field', ownLabel, own), make('label', 'choice-row', several, make('span', '', text('checks_several'))), start),
      ),
    );
  }

  private drawRoll(): HTMLElement {
    const { text } = this;
    const presses = WINDOWS.map((seconds) =>
      button(text('checks_window', { seconds }), 'button button--secondary', () => {
        void this.say('checks.roll', { seconds, first: 0 });
      }),
    );
    return make('section', 'stack', make('h3', '', text('checks_call')), make('div', 'cluster', ...presses));
  }

  private drawBank(): HTMLElement {
    const { text } = this;
    const words = make('input', 'input');
    words.type = 'search';
    words.id = 'checks-find';
    const label = make('label', 'field__label', text('checks_find_words'));
    label.htmlFor = words.id;
    const found = make('div', 'checks-found');
    const find = async (): Promise<void> => {
      const { bank } = (this.room.config('checks') as { bank: string } | undefined) ?? { bank: '' };
      const answer = await fetch(`${bank}?words=${encodeURIComponent(words.value)}`);
      const said = answer.ok ? ((await answer.json()) as { questions: Found[] }) : { questions: [] };
      found.replaceChildren(
        ...said.questions.map((row) =>
          make(
            'div',
            'checks-found__one',
            make('p', '', row.question, ' ', make('span', 'muted small', row.kind)),
            button(text('checks_use'), 'button button--secondary', () => void this.say('checks.quiz', { question: row.id })),
          ),
        ),
      );
      if (said.questions.length === 0) found.append(make('p', 'muted small', text('checks_found_none')));
    };
    const form = make('form', 'checks-find', make('div', 'field', label, words), make('button', 'button button--secondary', text('checks_find')));
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      void find();
    });
    return make('section', 'stack', make('h3', '', text('checks_bank')), form, found);
  }
}
