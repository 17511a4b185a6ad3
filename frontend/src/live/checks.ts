/**
 * The checks of a room. A member sees a card over the picture while something is asked; whoever
 * leads has a tab from which it is asked. What is said to be sent has been kept.
 */
import { button, make } from '../contest/elements';
import {
  bars,
  clockOf,
  fields,
  isOwnRight,
  isWritten,
  rightWords,
  typedIn,
  verdict,
  type Asked,
  type Own,
  type Sent,
} from './check-card';
import { CheckDesk } from './check-desk';
import type { ClassView } from './config';
import type { PartMaker, RoomContext, RoomPart } from './part';

const LOOK_MS = 250;
const SENT_FOR_MS = 2500;

interface ChecksConfig {
  answered: Record<string, Own>;
  bank: string;
}

class CheckCard implements RoomPart {
  readonly key = 'checks';
  private readonly card = make('section', 'checks-card');
  private readonly lost = button('', 'button checks-lost', () => void this.notFollowing());
  private readonly answered: Record<string, Own>;
  private readonly hidden = new Set<number>();
  private asked: Asked | null = null;
  private left: HTMLElement | null = null;
  private note: HTMLElement | null = null;
  private timer = 0;

  constructor(private readonly room: RoomContext) {
    this.answered = (room.config('checks') as ChecksConfig | undefined)?.answered ?? {};
    this.card.setAttribute('aria-live', 'polite');
    this.card.hidden = this.lost.hidden = true;
    this.lost.textContent = room.text('checks_lost');
    room.stage.append(this.lost, this.card);
  }

  view(view: ClassView): void {
    const seen = view as ClassView & { check?: Asked | null };
    this.lost.hidden = view.state !== 'on_air';
    const asked = view.state === 'closed' || view.state === 'cancelled' ? null : (seen.check ?? null);
    if (JSON.stringify(asked) === JSON.stringify(this.asked)) return;
    this.asked = asked;
    this.draw();
  }

  private get text(): RoomContext['text'] {
    return (key, values) => this.room.text(key, values);
  }

  private own(asked: Asked): Own | undefined {
    return this.answered[String(asked.id)] ?? (asked.first ? this.answered[String(asked.first)] : undefined);
  }

  private draw(): void {
    window.clearInterval(this.timer);
    const { asked, text } = this;
    this.left = this.note = null;
    if (asked === null || this.hidden.has(asked.id)) {
      this.card.hidden = true;
      return;
    }
    const own = this.own(asked);
    if (asked.state !== 'told' && asked.state !== 'open') {
      this.card.hidden = true;
      return;
    }
    const heading = asked.kind === 'roll' && asked.first ? 'checks_roll_second' : `checks_${asked.kind}`;
    const head = make('div', 'checks-card__head', make('h2', '', text(heading)));
    this.card.replaceChildren(head);
    this.card.dataset['kind'] = asked.kind;
    this.card.dataset['state'] = asked.state ?? 'open';
    if (asked.question) this.card.append(make('p', 'checks-card__question', asked.question));
    if (asked.state === 'told') this.told(asked, own);
    else if (own !== undefined) this.sent(asked, own);
    else this.open(asked);
    this.card.hidden = false;
  }

  private open(asked: Asked): void {
    const { text } = this;
    if (asked.kind === 'roll') {
      this.left = make('p', 'checks-card__left');
      const here = button(text('checks_here'), 'button button--primary checks-card__here', () => {
        void this.send(asked, {});
      });
      this.card.append(this.left, here);
      this.timer = window.setInterval(() => {
        this.tick(asked);
      }, LOOK_MS);
      this.tick(asked);
    } else {
      this.card.append(fields(asked, text, (sent) => void this.send(asked, sent)));
    }
    this.note = make('p', 'checks-card__note');
    this.note.setAttribute('role', 'alert');
    this.card.append(this.note);
  }

  private tick(asked: Asked): void {
    const left = Math.ceil(((asked.closes ?? 0) - this.room.time.now) / 1000);
    if (left <= 0) {
      window.clearInterval(this.timer);
      this.card.hidden = true;
    } else if (this.left !== null) {
      this.left.textContent = this.text('checks_roll_ask', { seconds: left });
    }
  }

  private async send(asked: Asked, sent: Sent): Promise<void> {
    const pressed = Array.from(this.card.querySelectorAll('button'));
    for (const each of pressed) each.disabled = true;
    const reply = await this.room.say('checks.answer', { check: asked.id, sent });
    if (reply.ok !== undefined) {
      this.answered[String(asked.id)] = reply as unknown as Own;
      if (this.asked?.id === asked.id) this.draw();
      return;
    }
    for (const each of pressed) each.disabled = false;
    if (this.note !== null) this.note.textContent = reply.why ?? this.text('checks_failed');
  }

  private sent(asked: Asked, own: Own): void {
    const key = asked.kind === 'roll' ? 'checks_was_here' : 'checks_sent';
    const { clock, at } = own;
    const words = this.text(key, { clock: clock ?? clockOf(at) });
    this.card.append(make('p', 'checks-card__sent', words));
    this.card.dataset['state'] = 'sent';
    this.timer = window.setTimeout(() => {
      this.card.hidden = true;
    }, SENT_FOR_MS);
  }

  private told(asked: Asked, own: Own | undefined): void {
    const { text } = this;
    const answered = asked.answered ?? 0;
    if (asked.words !== undefined) {
      if (own !== undefined) this.card.append(...verdict(isOwnRight(asked, own), text));
      if (isWritten(asked) && own !== undefined) {
        this.card.append(make('p', '', text('checks_yours_was', { words: typedIn(own.sent) })));
      }
      this.card.append(make('p', '', text('checks_answer_is', { words: rightWords(asked, asked, text) })));
    }
    this.card.append(
      bars(asked, asked.counts ?? [], answered, text, own),
      make('p', 'muted small', text('checks_answered', { count: answered })),
    );
    if (asked.explanation) this.card.append(make('p', 'small', asked.explanation));
    this.card.append(
      button(text('checks_hide'), 'button button--secondary', () => {
        this.hidden.add(asked.id);
        this.card.hidden = true;
      }),
    );
  }

  private async notFollowing(): Promise<void> {
    this.lost.disabled = true;
    const reply = await this.room.say('checks.lost');
    if (reply.ok !== undefined) this.lost.textContent = this.text('checks_lost_said');
    window.setTimeout(() => {
      this.lost.textContent = this.text('checks_lost');
      this.lost.disabled = false;
    }, 5000);
  }
}

export const makeChecks: PartMaker = (room) => (room.leads ? new CheckDesk(room) : new CheckCard(room));
