/** Hands: raised by members, in a queue everybody sees, asked onto the stage by who leads. */
import { button, make } from '../../contest/elements';
import type { ClassView } from '../config';
import { studio } from '../desk';
import type { Reply, RoomContext, RoomEvent, RoomPart } from '../part';
import { CallCard } from './call-card';
import { Host, type Hosting } from './hosting';
import { isHeld, NO_HANDS, type Call, type HandsStand, type How, type Signal } from './shapes';
import { StageCard } from './stage-card';

class Hands implements RoomPart {
  readonly key = 'hands';
  readonly title: string;
  readonly element = make('div', 'talk');
  private readonly top = make('div', 'talk-hand');
  private readonly note = make('p', 'talk-note');
  private readonly queue = make('ol', 'talk-queue');
  private readonly empty = make('p', 'talk-empty');
  private readonly volume = make('input');
  private readonly stageCard: StageCard;
  private readonly callCard: CallCard;
  private readonly host: Host | null = null;
  private hosting: Hosting = '';
  private stands: HandsStand = NO_HANDS;
  private call: Call | null = null;
  private state = '';
  private ahead: number | null;
  private allCalled = false;
  private drawn = '';

  constructor(private readonly room: RoomContext) {
    this.title = room.text('hands');
    const config = room.config('hands') as { ice: RTCIceServer[]; ahead: number | null };
    this.ahead = config.ahead;
    this.note.setAttribute('role', 'status');
    this.note.hidden = true;
    this.empty.textContent = room.text('hand_none');
    this.queue.setAttribute('aria-label', room.text('hand_queue'));
    this.stageCard = new StageCard(room);
    this.callCard = new CallCard(room);
    this.volume.type = 'range';
    this.volume.min = '0';
    this.volume.max = '2';
    this.volume.step = '0.1';
    this.volume.value = '1';
    this.volume.setAttribute('aria-label', room.text('desk_volume'));
    this.volume.addEventListener('input', () => {
      studio.desk?.volume(Number(this.volume.value));
    });
    // Under the picture, where whoever is meant looks; not over it, where it would be hidden.
    const cards = make('div', 'talk-cards', this.stageCard.element, this.callCard.element, this.callCard.strip);
    if (room.stage.parentElement === null) queueMicrotask(() => room.stage.after(cards));
    else room.stage.after(cards);
    if (room.inStudio) {
      this.host = new Host(room, config.ice, (state) => {
        this.hosting = state;
        this.draw();
      });
    }
    this.element.append(this.top, this.note, make('div', 'talk-scroll', this.empty, this.queue));
  }

  view(view: ClassView): void {
    const hands = (view['hands'] ?? NO_HANDS) as HandsStand;
    this.call = (view['call'] ?? null) as Call | null;
    this.state = view.state;
    this.stands = isHeld(view.state) ? hands : NO_HANDS;
    this.stageCard.stands(this.stands.stage);
    this.callCard.stands(isHeld(view.state) ? this.call : null);
    if (this.stands.stage === null) void this.host?.clear();
    const queued = this.stands.queue.findIndex(({ id }) => id === this.room.me.id);
    if (queued >= 0) this.ahead = queued;
    else if (this.stands.count <= this.stands.queue.length) this.ahead = null;
    if (this.room.leads) this.room.mark(this.key, this.stands.count);
    this.draw();
  }

  event(event: RoomEvent, isOld: boolean): void {
    this.callCard.event(event, isOld);
    if (event.kind !== 'hand' || isOld || event['who'] !== this.room.me.id) return;
    if (event['do'] === 'declined') this.say(this.room.text('hand_declined'));
    else if (event['do'] === 'ended' || event['do'] === 'lost') this.say(this.room.text('stage_over'));
    else this.say('');
  }

  aside(aside: Record<string, unknown>): void {
    const signal = aside['signal'] as Signal | undefined;
    if (signal === undefined) return;
    if (signal.hand === this.stands.stage?.hand) this.host?.heard(signal);
    this.stageCard.heard(signal);
  }

  private say(words: string): void {
    this.note.textContent = words;
    this.note.hidden = words === '';
  }

  private press(key: string, css: string, verb: string, body: object = {}): HTMLButtonElement {
    const one = button(this.room.text(key), `button button--${css}`, () => {
      one.disabled = true;
      void this.room.say(verb, body).then((reply) => {
        one.disabled = false;
        this.did(verb, reply);
      });
    });
    return one;
  }

  private did(verb: string, reply: Reply): void {
    this.say(reply.no === undefined ? '' : (reply.why ?? this.room.text('talk_failed')));
    if (verb === 'call.draw') this.allCalled = reply.no === 'NobodyToCallError';
    if (verb === 'hands.raise' && typeof reply['ahead'] === 'number') this.ahead = reply['ahead'];
    this.drawn = '';
    this.draw();
  }

  /** Only where something changed: a press is not taken away from under a finger. */
  private draw(): void {
    const now = JSON.stringify([this.stands, this.call, this.state, this.ahead, this.hosting, this.allCalled]);
    if (now === this.drawn) return;
    this.drawn = now;
    this.top.replaceChildren(...(this.room.leads ? this.forLeads() : this.forMember()));
    const { count, queue } = this.stands;
    this.empty.hidden = count > 0;
    this.queue.replaceChildren(
      ...queue.map((person) => {
        const row = make('li', 'talk-queue__one', make('span', 'talk-queue__name', person.name));
        row.classList.toggle('is-own', person.id === this.room.me.id);
        if (this.room.leads) {
          const body = { member: person.id };
          const grant = this.press('hand_grant', 'primary', 'hands.grant', body);
          const decline = this.press('hand_decline', 'quiet', 'hands.decline', body);
          for (const one of [grant, decline]) one.setAttribute('aria-label', `${one.textContent} ${person.name}`);
          row.append(make('span', 'talk-queue__acts', grant, decline));
        }
        return row;
      }),
    );
  }

  private forMember(): HTMLElement[] {
    const { room, stands } = this;
    const onStage = stands.stage === null ? [] : [make('p', 'talk-hand__stage', room.text('stage_now', { name: stands.stage.name }))];
    if (!isHeld(this.state)) return [make('p', 'muted', room.text('hand_not_now'))];
    if (stands.stage?.id === room.me.id) return [];
    if (this.ahead === null) {
      return [
        ...onStage,
        this.press('hand_raise', 'primary button--main', 'hands.raise'),
        make('p', 'muted small', room.text('hand_hint')),
      ];
    }
    const many = this.ahead >= stands.queue.length && stands.queue.length > 0;
    const place =
      this.ahead === 0 ? room.text('hand_next') : room.text(many ? 'hand_ahead_many' : 'hand_ahead', { count: this.ahead });
    return [
      ...onStage,
      make('p', 'talk-hand__place', make('b', '', room.text('hand_up')), ` ${place}`),
      this.press('hand_lower', 'secondary', 'hands.lower'),
    ];
  }

  private forLeads(): HTMLElement[] {
    const { room, stands, call } = this;
    const found: HTMLElement[] = [];
    const { stage } = stands;
    if (stage !== null) {
      const key = this.deskKey(stage.how);
      const words = make('p', 'talk-hand__stage', room.text(key, { name: stage.name }));
      words.dataset['hosting'] = this.hosting;
      const acts = make('div', 'talk-act__row');
      if (this.hosting === 'on') acts.append(make('label', 'talk-hand__volume', make('span', '', room.text('desk_volume')), this.volume));
      acts.append(this.press('desk_end', 'danger', 'hands.end'));
      found.push(words, acts);
    }
    const row = make('div', 'talk-act__row');
    if (call !== null) {
      found.push(make('p', 'talk-hand__call', room.text('call_waiting', { name: call.name })));
      row.append(this.press('call_end', 'secondary', 'call.end'));
    }
    if (isHeld(this.state)) {
      row.append(this.press('call_draw', call === null ? 'secondary' : 'quiet', 'call.draw'));
      if (this.allCalled) row.append(this.press('call_again', 'quiet', 'call.draw', { anew: true }));
    }
    found.push(row);
    return found;
  }

  private deskKey(how: How): string {
    if (how === 'text') return 'desk_text';
    if (how === '') return 'desk_choosing';
    if (!this.room.inStudio) return 'stage_now';
    if (this.hosting === 'on') return 'desk_on';
    if (this.hosting === 'lost') return 'desk_lost';
    return studio.desk?.isOnAir === false ? 'desk_off_air' : 'desk_connecting';
  }
}

export const hands = (room: RoomContext): RoomPart => new Hands(room);
