/**
 * <lms-contest>: a live final. Everything shown is what the server has committed and told all alike;
 * what is said here counts when the server has acknowledged it.
 */
import { fill, readConfig } from '../exam/config';
import { Board } from '../contest/board';
import { ServerTime } from '../contest/clock';
import { make } from '../contest/elements';
import { Line } from '../contest/line';
import { Stage } from '../contest/stage';
import type { ContestConfig, Frame, Me, View } from '../contest/view';

export class LmsContest extends HTMLElement {
  private config!: ContestConfig;
  private line!: Line;
  private stage!: Stage;
  private board!: Board;
  private readonly time = new ServerTime();
  private readonly status = make('p', 'final__status');
  private readonly own = make('section', 'final-own card');
  private view: View | null = null;
  private me: Me | null = null;
  private seq = 0;
  private timer = 0;

  connectedCallback(): void {
    if (this.classList.contains('is-ready')) return;
    this.config = readConfig(this) as ContestConfig;
    this.time.said(this.config.now);
    const { strings } = this.config;
    this.stage = new Stage(strings, this.config.plays, this.config.byTeam, {
      answer: (turn, sent) => {
        this.line.say({ do: 'answer', turn, sent });
      },
      buzz: (turn) => {
        this.line.say({ do: 'buzz', turn });
      },
      stake: (turn, points) => {
        this.line.say({ do: 'stake', turn, points });
      },
      now: () => this.time.now,
    });
    this.board = new Board(
      this.text(this.config.byTeam ? 'board' : 'persons'),
      this.config.byTeam ? '' : this.text('no_persons'),
    );
    this.status.setAttribute('role', 'status');
    const address = new URL(this.config.socket, location.href);
    address.protocol = address.protocol.replace('http', 'ws');
    this.line = new Line(address.href, {
      frame: (frame) => {
        this.told(frame);
      },
      state: (state, code) => {
        this.lineIs(state, code);
      },
      reply: (said, why) => {
        this.stage.replied(said.do, why);
      },
    });
    this.line.open();
    this.timer = window.setInterval(() => {
      this.stage.tick();
    }, 200);
  }

  disconnectedCallback(): void {
    window.clearInterval(this.timer);
    this.line.close();
  }

  private text(key: string): string {
    return this.config.strings[key] ?? '';
  }

  private lineIs(state: 'connecting' | 'open' | 'broken' | 'over', code: number): void {
    const words = {
      connecting: this.text('connecting'),
      open: '',
      broken: this.text('reconnecting'),
      over: this.text(code === 4401 ? 'signed_out' : code === 4409 ? 'elsewhere' : 'stopped'),
    }[state];
    this.status.textContent = words;
    this.status.hidden = words === '';
    this.classList.toggle('is-broken', state === 'broken' || state === 'over');
    if (state === 'over' && code === 4401) {
      const link = make('a', '', this.config.signIn);
      link.href = `${this.config.signIn}?next=${encodeURIComponent(location.pathname)}`;
      this.status.append(' ', link);
    }
    if (state === 'broken') this.stage.lost();
  }

  private told(frame: Frame): void {
    if (frame.now !== undefined) this.time.said(frame.now);
    if (frame.me !== undefined) this.me = frame.me;
    if (frame.set !== undefined) {
      this.view = frame.hello === true ? (frame.set as View) : { ...(this.view as View), ...frame.set };
      this.seq = frame.seq ?? this.seq;
    }
    if (this.view === null || (frame.set === undefined && frame.me === undefined)) return;
    this.ready();
    this.stage.show(this.view, this.me);
    this.board.show(this.view.board, this.me === null ? null : this.me.side);
    this.drawOwn(this.view);
    this.dataset['seq'] = String(this.seq);
    this.dataset['phase'] = this.view.phase;
    this.closest('.final-live')?.classList.toggle('is-begun', this.view.phase !== 'lobby');
    if (this.config.mode === 'screen') document.body.classList.toggle('screen--lobby', this.view.phase === 'lobby');
    // What only counts answers changes no button.
    const counted = Object.keys(frame.set ?? {}).every((name) => ['answered', 'buzzes'].includes(name));
    if (!counted) this.dispatchEvent(new CustomEvent('contest-changed', { bubbles: true }));
  }

  /** What the server drew for those without a script makes room at the first word of the line. */
  private ready(): void {
    if (this.classList.contains('is-ready')) return;
    this.replaceChildren(this.status, this.stage.element, this.own, this.board.element);
    this.classList.add('is-ready');
  }

  private drawOwn(view: View): void {
    const { me } = this;
    const drawn: HTMLElement[] = [];
    if (me !== null && me.started) {
      if (this.config.byTeam) {
        drawn.push(this.figure(me.sideLabel, me.sidePlace, me.sidePoints));
      }
      const name = this.config.byTeam ? this.text('own') : me.label;
      drawn.push(this.figure(name, me.place, me.points));
      if (!this.config.listed) drawn.push(make('p', 'muted small', this.text('only_you')));
    } else if (view.phase === 'lobby') {
      drawn.push(make('p', 'final-own__players', fill(this.text('players'), { count: view.players })));
    }
    if (view.phase === 'finished' && this.config.mode !== 'screen') {
      const link = make('a', 'button button--primary', this.text('see_result'));
      link.href = this.config.result;
      drawn.push(link);
    }
    this.own.replaceChildren(...drawn);
    this.own.hidden = drawn.length === 0;
  }

  private figure(name: string, place: number, points: string): HTMLElement {
    return make(
      'p',
      'final-own__line',
      make('span', 'final-own__name', name),
      make('b', 'final-own__place', fill(this.text('own_place'), { place })),
      make('span', '', fill(this.text('own_points'), { points })),
    );
  }
}

customElements.define('lms-contest', LmsContest);
