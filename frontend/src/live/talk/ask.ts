/** Questions to whoever teaches: asked, voted for, settled. */
import { button, make } from '../../contest/elements';
import type { ClassView } from '../config';
import type { Reply, RoomContext, RoomEvent, RoomPart } from '../part';
import { inOrder } from './order';
import { isHeld, type AskLook, type Question } from './shapes';

const words = (value: unknown): string => (typeof value === 'string' ? value : '');

class Ask implements RoomPart {
  readonly key = 'ask';
  readonly title: string;
  readonly element = make('div', 'talk');
  private readonly questions = new Map<number, Question>();
  private readonly voted = new Set<number>();
  private readonly list = make('ol', 'talk-asked');
  private readonly empty = make('p', 'talk-empty');
  private readonly note = make('p', 'talk-note');
  private readonly words = make('input', 'input talk-say__words');
  private readonly send = make('button', 'button button--primary');
  private frame = 0;
  private isOpen = false;
  private fresh = 0;
  private isHeld = false;
  /** Which question is being settled, and as what. */
  private settling: { q: number; to: string } | null = null;

  constructor(private readonly room: RoomContext) {
    this.title = room.text('ask');
    const config = room.config('ask') as AskLook & { most: number };
    this.list.setAttribute('aria-label', room.text('ask_list'));
    this.empty.textContent = room.text('ask_empty');
    this.note.setAttribute('role', 'status');
    this.note.hidden = true;
    this.element.append(make('div', 'talk-scroll', this.empty, this.list), this.note);
    if (!room.leads) this.element.append(this.form(config.most));
    this.looked(config);
  }

  opened(): void {
    this.isOpen = true;
    this.fresh = 0;
    void this.look();
  }

  closed(): void {
    this.isOpen = false;
  }

  view(view: ClassView): void {
    const held = isHeld(view.state);
    if (held === this.isHeld && this.words.placeholder !== '') return;
    this.isHeld = held;
    this.words.disabled = this.send.disabled = !held;
    this.words.placeholder = this.room.text(held ? 'ask_write' : 'ask_not_now');
    this.draw();
  }

  event(event: RoomEvent, isOld: boolean): void {
    const q = event['q'] as number;
    if (event.kind === 'question') {
      if (event['gone'] === true) return;
      const known = this.questions.get(q);
      this.questions.set(q, {
        q,
        text: String(event['text']),
        state: event['state'] as Question['state'],
        note: words(event['note']),
        asker: String(event['asker']),
        askerId: event['askerId'] as number,
        votes: known?.votes ?? 0,
      });
      if (known === undefined && !isOld && !this.isOpen) {
        this.fresh += 1;
        this.room.mark(this.key, this.fresh);
      }
    } else if (event.kind === 'q_settled') {
      const state = event['state'] as Question['state'];
      const known = this.questions.get(q);
      if (known !== undefined) {
        known.state = state;
        known.note = words(event['note']);
        const mine = known.askerId === this.room.me.id;
        if (state === 'withdrawn' || (state === 'dismissed' && !this.room.leads && !mine)) this.questions.delete(q);
      }
    } else return;
    this.draw();
  }

  aside(aside: Record<string, unknown>): void {
    const votes = aside['ask_votes'] as Record<string, number> | undefined;
    if (votes !== undefined) {
      for (const [q, count] of Object.entries(votes)) {
        const known = this.questions.get(Number(q));
        if (known !== undefined) known.votes = count;
      }
      this.draw();
    }
    if (aside['ask_look'] === true) void this.look();
  }

  private async look(): Promise<void> {
    this.did(await this.room.say('ask.look'));
  }

  private looked(look: AskLook): void {
    this.questions.clear();
    for (const question of look.questions) this.questions.set(question.q, question);
    this.voted.clear();
    for (const q of look.voted) this.voted.add(q);
    this.draw();
  }

  private did(reply: Reply): void {
    this.note.textContent = reply.no === undefined ? '' : (reply.why ?? this.room.text('talk_failed'));
    this.note.hidden = reply.no === undefined;
    this.note.classList.toggle('is-bad', reply.no !== undefined);
    if (Array.isArray(reply['questions'])) this.looked(reply as unknown as AskLook);
  }

  private say(verb: string, body: object): void {
    void this.room.say(verb, body).then((reply) => {
      this.did(reply);
    });
  }

  private form(most: number): HTMLElement {
    const { room, words, send } = this;
    words.type = 'text';
    words.maxLength = most;
    words.autocomplete = 'off';
    words.enterKeyHint = 'send';
    words.setAttribute('aria-label', room.text('ask_write'));
    send.type = 'submit';
    send.textContent = room.text('ask_send');
    const form = make('form', 'talk-say', words, send);
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      const text = words.value.trim();
      if (text === '' || send.disabled) return;
      send.disabled = true;
      void room.say('ask.put', { text }).then((reply) => {
        send.disabled = !this.isHeld;
        // What was refused is still there to be changed.
        if (reply.no === undefined && words.value.trim() === text) words.value = '';
        this.did(reply);
      });
    });
    return form;
  }

  private draw(): void {
    if (this.frame !== 0) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      const order = inOrder(this.questions.values());
      this.empty.hidden = order.length > 0;
      const focused = document.activeElement?.closest('[data-q]')?.getAttribute('data-q');
      // Whoever writes a note is not taken the field away from.
      if (this.settling !== null && this.list.contains(document.activeElement)) return;
      this.list.replaceChildren(...order.map((one) => this.row(one)));
      if (focused !== undefined && focused !== null) {
        this.list.querySelector<HTMLElement>(`[data-q="${focused}"] button`)?.focus();
      }
    });
  }

  private row(one: Question): HTMLElement {
    const { room } = this;
    const mine = one.askerId === room.me.id;
    const who = make('p', 'talk-line__who', make('b', '', one.asker));
    if (mine) who.append(make('span', 'badge', room.text('ask_mine')));
    if (one.state !== 'open') {
      const tone = one.state === 'answered' ? 'badge badge--ok' : 'badge';
      who.append(make('span', tone, room.text(`ask_${one.state}`)));
    }
    const acts = make('div', 'talk-asked__acts');
    const row = make('li', 'talk-asked__one', who, make('p', 'talk-line__words', one.text));
    row.dataset['q'] = String(one.q);
    if (one.note !== '') row.append(make('p', 'talk-asked__note', room.text('ask_note_said', { note: one.note })));
    if (one.votes > 0 || room.leads) acts.append(make('span', 'talk-asked__votes', room.text('ask_votes', { count: one.votes })));
    const press = (key: string, css: string, act: () => void): HTMLButtonElement => button(room.text(key), `button button--${css}`, act);
    if (room.leads) {
      const settle = (key: string, to: string): HTMLButtonElement =>
        press(key, to === 'answered' ? 'secondary' : 'quiet', () => {
          this.settling = { q: one.q, to };
          row.append(this.settle(one, to));
          acts.hidden = true;
          row.querySelector('input')?.focus();
        });
      if (one.state === 'open') acts.append(settle('ask_answer', 'answered'), settle('ask_dismiss', 'dismissed'));
      else {
        acts.append(
          press('ask_reopen', 'quiet', () => {
            this.say('ask.settle', { q: one.q, to: 'open' });
          }),
        );
      }
    } else if (mine && one.state === 'open') {
      acts.append(
        press('ask_withdraw', 'quiet', () => {
          this.say('ask.withdraw', { q: one.q });
        }),
      );
    } else if (one.state === 'open') {
      const wants = this.voted.has(one.q);
      const vote = press(wants ? 'ask_voted' : 'ask_vote', wants ? 'primary' : 'secondary', () => {
        // Shown at once, told by the server for all within a second.
        if (wants) this.voted.delete(one.q);
        else this.voted.add(one.q);
        one.votes = Math.max(0, one.votes + (wants ? -1 : 1));
        this.draw();
        this.say('ask.vote', { q: one.q, on: !wants });
      });
      vote.setAttribute('aria-pressed', String(wants));
      vote.disabled = !this.isHeld;
      acts.append(vote);
    }
    row.append(acts);
    return row;
  }

  private settle(one: Question, to: string): HTMLElement {
    const { room } = this;
    const note = make('input', 'input');
    note.type = 'text';
    note.maxLength = 300;
    note.placeholder = room.text('ask_note');
    note.setAttribute('aria-label', room.text('ask_note'));
    const end = (): void => {
      this.settling = null;
      (document.activeElement as HTMLElement | null)?.blur();
      this.draw();
    };
    const form = make('form', 'talk-asked__settle', note);
    const done = make('button', 'button button--primary', room.text('ask_confirm'));
    done.type = 'submit';
    form.append(make('div', 'talk-act__row', done, button(room.text('ask_cancel'), 'button button--quiet', end)));
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.say('ask.settle', { q: one.q, to, note: note.value.trim() });
      end();
    });
    return form;
  }
}

export const ask = (room: RoomContext): RoomPart => new Ask(room);
