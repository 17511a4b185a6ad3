/** The stage: what is going on now, the question, and what one may do about it. */
import { fill, type Sent } from '../exam/config';
import { fieldsOf, readFields, writeFields } from '../exam/fields';
import { button, make } from './elements';
import type { Me, Outcome, Staking, Turn, View } from './view';

const PREFIX = 'c-';

export interface StageActs {
  answer: (turn: number, sent: Sent) => void;
  buzz: (turn: number) => void;
  stake: (turn: number, points: number) => void;
  now: () => number;
}

export class Stage {
  readonly element = make('section', 'final-stage card');
  private readonly head = make('header', 'final-stage__head');
  private readonly bar = make('span', 'final-stage__bar');
  private readonly left = make('span', 'final-stage__left');
  private readonly clock = make('p', 'final-stage__clock', this.left, make('span', 'final-stage__track', this.bar));
  private readonly question = make('div', 'final-stage__question');
  private readonly note = make('p', 'final-stage__note');
  private readonly acts = make('div', 'final-stage__acts');
  private readonly after = make('div', 'final-stage__after');
  private view: View | null = null;
  private me: Me | null = null;
  private drawnQuestion = '';
  private drawnActs = '';
  /** The question an answer of ours is on its way for, and what was last said about it. */
  private sending = 0;
  private buzzing = 0;
  private said = '';

  constructor(
    private readonly strings: Record<string, string>,
    private readonly plays: boolean,
    private readonly byTeam: boolean,
    private readonly does: StageActs,
  ) {
    this.note.setAttribute('aria-live', 'polite');
    this.clock.setAttribute('role', 'timer');
    this.element.append(this.head, this.clock, this.question, this.note, this.acts, this.after);
  }

  show(view: View, me: Me | null): void {
    if (view.turn?.number !== this.view?.turn?.number) {
      this.sending = this.buzzing = 0;
      this.said = '';
    }
    this.view = view;
    this.me = me;
    this.drawHead(view);
    this.drawQuestion(view);
    this.drawAfter(view);
    this.tick();
  }

  /** What became of something we said. */
  replied(what: string, why: string): void {
    if (why === 'busy') this.said = this.text('no_busy');
    else if (why !== '') {
      if (what === 'answer') this.sending = 0;
      if (what === 'buzz') this.buzzing = 0;
      this.said = this.text(`no_${why}`);
    } else if (what === 'answer') this.said = this.text('saved');
    else if (what === 'buzz') this.said = this.text('buzzed');
    this.drawnActs = '';
    this.tick();
  }

  /** The line is broken: what was said is on its way still. */
  lost(): void {
    if (this.sending !== 0 && this.said !== this.text('saved')) this.said = this.text('retry');
    this.tick();
  }

  /** What depends on the time: the seconds, the opening of the buzzers. */
  tick(): void {
    const { view } = this;
    if (view === null) return;
    const now = this.does.now();
    const { turn } = view;
    const until = this.until(view, now);
    const seconds = until === null ? 0 : Math.max(0, Math.ceil((until[1] - now) / 1000));
    this.clock.hidden = until === null;
    if (until !== null) {
      const share = Math.min(1, Math.max(0, (until[1] - now) / (until[1] - until[0])));
      this.bar.style.width = `${String(share * 100)}%`;
      const reading = turn !== null && turn.kind === 'buzz' && turn.opensAt > now;
      this.left.textContent =
        seconds === 0 ? this.text('time_up') : fill(this.text(reading ? 'reading' : 'time_left'), { seconds });
      this.clock.classList.toggle('is-short', seconds <= 5 && !reading);
    }
    this.drawActs(view, now);
    const words = this.words(view, now);
    if (this.note.textContent !== words) this.note.textContent = words;
    this.note.hidden = words === '';
  }

  private text(key: string): string {
    return this.strings[key] ?? '';
  }

  private until(view: View, now: number): [number, number] | null {
    const { turn, staking } = view;
    if (view.phase !== 'running' || view.paused) return null;
    if (staking !== null && staking.points === 0) return [staking.until - 20_000, staking.until];
    if (turn === null || turn.closed) return null;
    if (turn.kind !== 'buzz') return [turn.opensAt, turn.closesAt];
    if (turn.called !== null) return [turn.answerUntil - (turn.closesAt - turn.opensAt), turn.answerUntil];
    if (turn.opensAt > now) return [turn.opensAt - 3_000, turn.opensAt];
    return view.buzzes > 0 ? null : [turn.opensAt, turn.closesAt];
  }

  private drawHead(view: View): void {
    const { turn } = view;
    this.element.classList.toggle('is-void', turn !== null && turn.void !== '');
    if (view.staking !== null) {
      this.head.replaceChildren(
        make('b', 'final-stage__number', fill(this.text('question'), { number: view.staking.number })),
        make('span', 'badge badge--red', this.text('kind_risk')),
      );
      return;
    }
    if (turn === null || view.phase === 'lobby') {
      this.head.replaceChildren();
      return;
    }
    const kind = view.question === null ? '' : this.text(`q_${view.question.kind}`);
    const parts = [
      make('b', 'final-stage__number', fill(this.text('question'), { number: turn.number })),
      make('span', 'badge badge--red', this.text(`kind_${turn.kind}`)),
      make('span', 'muted', kind),
      make('span', 'muted', fill(this.text('points'), { points: turn.points })),
    ];
    if (turn.to !== null) parts.push(make('span', 'final-stage__to', fill(this.text('to_side'), { side: turn.toLabel })));
    this.head.replaceChildren(...parts);
  }

  private drawQuestion(view: View): void {
    const isOn = view.turn !== null && view.phase !== 'cancelled' && view.staking === null;
    const shown = isOn ? view.question : null;
    const key = shown === null || view.turn === null ? '' : `${String(view.turn.number)}/${String(shown.item)}`;
    if (key !== this.drawnQuestion) {
      this.drawnQuestion = key;
      // Drawn by the server's templates; parsed where no script in it would run.
      const drawn = new DOMParser().parseFromString(shown?.html ?? '', 'text/html');
      this.question.replaceChildren(...Array.from(drawn.body.childNodes));
      for (const field of fieldsOf(this.question, PREFIX)) field.autocomplete = 'off';
      this.element.classList.toggle('has-picture', this.question.querySelector('img') !== null);
    }
    const { me, turn } = this.withTurn(view);
    if (turn !== null && me !== null && me.turn === turn.number && me.sent !== null) {
      writeFields(fieldsOf(this.question, PREFIX), PREFIX, me.sent);
      if (this.said === '') this.said = this.text('saved');
      this.sending = turn.number;
    }
    this.question.hidden = key === '';
    this.element.classList.toggle('is-asked', key !== '');
  }

  private withTurn(view: View): { me: Me | null; turn: Turn | null } {
    return { me: this.me, turn: view.turn };
  }

  /** Whether we may answer now. */
  private mayAnswer(view: View, now: number): boolean {
    const { me, turn } = this.withTurn(view);
    if (!this.plays || me === null || turn === null || turn.closed || view.paused) return false;
    if (view.answered.includes(me.side) || this.sending === turn.number) return false;
    if (turn.kind === 'buzz') return turn.called === me.side && now <= turn.answerUntil;
    return (turn.to === null || turn.to === me.side) && now <= turn.closesAt;
  }

  private mayBuzz(view: View): boolean {
    const { me, turn } = this.withTurn(view);
    if (!this.plays || me === null || turn === null || turn.kind !== 'buzz') return false;
    return !turn.closed && !view.paused && view.order === null && this.buzzing !== turn.number;
  }

  private drawActs(view: View, now: number): void {
    const { me, turn } = this.withTurn(view);
    const answers = this.mayAnswer(view, now);
    const buzzes = this.mayBuzz(view);
    const stakes = this.plays && me !== null && view.staking !== null && view.staking.side === me.side && view.staking.points === 0;
    const opened = buzzes && turn !== null && turn.opensAt <= now;
    const key = [turn?.number, answers, buzzes, opened, stakes, view.paused].join();
    for (const field of fieldsOf(this.question, PREFIX)) field.disabled = !answers;
    if (key === this.drawnActs) return;
    this.drawnActs = key;
    const drawn: HTMLElement[] = [];
    if (stakes && view.staking !== null) drawn.push(...this.stakes(view.staking));
    if (buzzes && turn !== null) {
      const press = button(this.text('buzz'), 'button button--primary final-stage__buzz', () => {
        this.buzzing = turn.number;
        this.does.buzz(turn.number);
        this.drawnActs = '';
        this.tick();
      });
      press.disabled = !opened;
      drawn.push(press);
    }
    if (answers && turn !== null) {
      drawn.push(
        button(this.text('submit'), 'button button--primary button--main', () => {
          this.submit(turn.number);
        }),
      );
    }
    this.acts.replaceChildren(...drawn);
    this.acts.classList.toggle('is-stakes', stakes);
    this.acts.hidden = drawn.length === 0;
  }

  private stakes(staking: Staking): HTMLElement[] {
    return staking.stakes.map((points) =>
      button(fill(this.text('points'), { points }), 'button button--secondary final-stage__stake', () => {
        this.does.stake(staking.number, points);
      }),
    );
  }

  private submit(turn: number): void {
    const sent = readFields(fieldsOf(this.question, PREFIX), PREFIX);
    if (Object.values(sent).every((values) => values.every((value) => value.trim() === ''))) {
      this.said = this.text('empty');
    } else {
      this.sending = turn;
      this.said = this.text('saving');
      this.does.answer(turn, sent);
    }
    this.drawnActs = '';
    this.tick();
  }

  /** One sentence on what is going on, for whoever looks. */
  private words(view: View, now: number): string {
    const { me, turn } = this.withTurn(view);
    if (view.phase === 'cancelled') return fill(this.text('cancelled'), { reason: view.reason });
    if (view.phase === 'finished') return this.text('finished');
    if (view.phase !== 'running') return this.text('lobby');
    if (view.paused) return this.text('paused');
    if (view.staking !== null) return this.stakingWords(view.staking);
    if (turn === null) return this.text('waiting');
    if (turn.void !== '') return fill(this.text('void'), { reason: turn.void });
    if (turn.closed) return this.said === this.text('saved') ? '' : this.refusalAfter();
    if (turn.kind === 'buzz') {
      const buzzing = this.buzzWords(view, turn, now);
      if (buzzing !== '') return buzzing;
    }
    if (this.said !== '') return this.said;
    if (me !== null && view.answered.includes(me.side)) return this.text('team_saved');
    if (this.mayAnswer(view, now)) {
      if (turn.to === null || turn.kind === 'buzz') return '';
      return this.text(this.byTeam ? 'your_team' : 'yours');
    }
    if (turn.to === null && turn.kind === 'all') {
      return fill(this.text('answered'), { count: view.answered.length, total: view.playing });
    }
    return '';
  }

  private refusalAfter(): string {
    return this.said === this.text('no_too_late') ? this.said : '';
  }

  private stakingWords(staking: Staking): string {
    const { me } = this;
    const own = me !== null && me.side === staking.side;
    if (staking.points > 0) return fill(this.text('stake_done'), { side: staking.label, points: staking.points });
    return own ? this.text('stake_choose') : fill(this.text('stake_wait'), { side: staking.label });
  }

  private buzzWords(view: View, turn: Turn, now: number): string {
    const { me } = this;
    const own = me === null ? null : me.side;
    if (turn.called !== null) {
      if (own !== turn.called) return fill(this.text('called'), { side: turn.calledLabel });
      if (this.sending === turn.number) return this.said;
      return this.text(this.byTeam ? 'team_first' : 'you_first');
    }
    if (turn.opensAt > now) return this.said;
    if (view.buzzes > 0) {
      return this.buzzing === turn.number && this.said !== ''
        ? this.said
        : fill(this.text('buzzes'), { count: view.buzzes });
    }
    return this.said;
  }

  private drawAfter(view: View): void {
    const drawn: HTMLElement[] = [];
    const { turn } = view;
    if (view.staking !== null) {
      this.after.replaceChildren();
      this.after.hidden = true;
      return;
    }
    if (turn !== null && view.order !== null) drawn.push(this.order(view, turn));
    if (turn !== null && turn.void === '' && view.results.length > 0) drawn.push(this.results(view.results, turn));
    if (turn !== null && turn.void === '' && turn.kind === 'all' && view.tally !== null) {
      const [right, wrong] = view.tally;
      drawn.push(make('p', 'final-tally', fill(this.text('tally'), { right, wrong })));
    }
    if (turn !== null && turn.closed && view.key !== null) {
      drawn.push(
        make('div', 'final-key', make('b', '', this.text('key')), ...view.key.map((line) => make('span', '', line))),
      );
    }
    this.after.replaceChildren(...drawn);
    this.after.hidden = drawn.length === 0;
  }

  private order(view: View, turn: Turn): HTMLElement {
    const table = make('table', 'table final-order');
    const head = make('tr');
    for (const words of ['', '', this.text('arrived'), this.text('allowance'), this.text('counts')]) {
      const cell = make(words === '' ? 'td' : 'th', '', words);
      if (words !== '') cell.setAttribute('scope', 'col');
      head.append(cell);
    }
    const body = make('tbody');
    (view.order ?? []).forEach((buzz, place) => {
      const row = make(
        'tr',
        buzz.side === turn.called ? 'is-called' : '',
        make('td', 'final-order__place', String(place + 1)),
        make('td', 'final-order__side', buzz.label),
        make('td', 'number', String(buzz.arrived)),
        make('td', 'number', buzz.allowance === 0 ? '0' : `−${String(buzz.allowance)}`),
        make('td', 'number', make('b', '', String(buzz.counts))),
      );
      body.append(row);
    });
    table.append(
      make('caption', '', make('b', '', this.text('order')), ` ${this.text('ms')}`),
      make('thead', '', head),
      body,
    );
    return make(
      'div',
      'final-order__frame',
      table,
      make('p', 'muted small', fill(this.text('order_note'), { cap: turn.cap })),
    );
  }

  private results(results: Outcome[], turn: Turn): HTMLElement {
    const list = make('ul', 'final-results');
    for (const each of results) {
      const words = this.text(each.right ? 'right' : each.given ? 'wrong' : 'no_answer');
      list.append(
        make(
          'li',
          each.right ? 'is-right' : 'is-wrong',
          make('span', 'final-results__label', each.label),
          make('span', '', words),
          make('b', '', each.points),
        ),
      );
    }
    if (turn.corrected) list.append(make('li', 'muted', this.text('corrected')));
    return list;
  }
}
