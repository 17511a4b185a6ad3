/** Called upon by lot: the card of whoever it is, and a line for everybody else. */
import { button, make } from '../../contest/elements';
import type { RoomContext, RoomEvent } from '../part';
import type { Call } from './shapes';

const TOLD_MS = 8000;

export class CallCard {
  readonly element = make('section', 'talk-card');
  readonly strip = make('p', 'talk-strip');
  private call = 0;
  private timer = 0;

  constructor(private readonly room: RoomContext) {
    this.element.hidden = this.strip.hidden = true;
    this.element.setAttribute('aria-label', room.text('call_you'));
    this.strip.setAttribute('role', 'status');
  }

  stands(call: Call | null): void {
    if ((call?.call ?? 0) === this.call) return;
    this.call = call?.call ?? 0;
    const mine = call !== null && call.who === this.room.me.id;
    this.element.hidden = !mine;
    if (call === null) return;
    if (mine) this.ask(call);
    else if (!this.room.leads) this.tell(this.room.text('call_other', { name: call.name }));
  }

  /** What somebody who was called upon said. */
  event(event: RoomEvent, isOld: boolean): void {
    if (event.kind === 'answered' && !isOld) {
      this.tell(this.room.text(`call_${String(event['how'])}`, { name: String(event['name']) }));
    }
  }

  private tell(words: string): void {
    this.strip.textContent = words;
    this.strip.hidden = false;
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => {
      this.strip.hidden = true;
    }, TOLD_MS);
  }

  private ask(call: Call): void {
    const { room } = this;
    const words = make('p', 'talk-card__words', room.text('call_you_note'));
    words.setAttribute('role', 'status');
    const answer = (how: string, css: string): HTMLButtonElement =>
      button(room.text(`call_say_${how}`), `button button--${css}`, () => {
        void room.say('call.answer', { call: call.call, how }).then((reply) => {
          if (reply.no !== undefined) words.textContent = reply.why ?? room.text('talk_failed');
        });
      });
    const title = make('h2', 'talk-card__title', room.text('call_you'));
    title.tabIndex = -1;
    this.element.replaceChildren(
      title,
      words,
      make('div', 'talk-act__row', answer('here', 'primary button--main'), answer('speaks', 'secondary'), answer('cannot', 'quiet')),
    );
    title.focus({ preventScroll: true });
    this.element.scrollIntoView({ block: 'nearest' });
  }
}
