/**
 * Groups: who leads divides the class and visits; a member finds the own group's talk and note here
 * while a round goes on. What is said in a group comes only to it; a bell tells to look again.
 */
import { button, make } from '../../contest/elements';
import type { ClassView } from '../config';
import type { Reply, RoomContext, RoomPart } from '../part';
import { clockText } from '../replay/timeline';

interface Round {
  round: number;
  count: number;
  topic: string;
  ends: number;
}

interface Told {
  group: number | null;
  number: number;
  people: string[];
  messages: { id: number; by: string; byId: number; text: string }[];
  note: { revision: number; text: string; by: string };
}

interface Listed {
  id: number;
  round: number;
  open: boolean;
  topic: string;
  number: number;
  people: number;
  said: number;
  note: string;
}

const LOOK_MS = 500;

export class Groups implements RoomPart {
  readonly key = 'groups';
  readonly title: string;
  readonly element = make('div', 'groups');
  private readonly config: { own: string; every: string };
  private round: Round | null | undefined;
  private visiting = 0;
  private isOpen = false;
  private seen = 0;
  private lastId = 0;
  private revision = 0;
  private group = 0;
  private asking = false;
  private again = false;
  private readonly left = make('p', 'groups__left');
  private readonly head = make('p', 'groups__head');
  private readonly talk = make('ol', 'groups__talk');
  private readonly note = make('textarea', 'input groups__note');
  private readonly theirs = make('p', 'groups__theirs');
  private readonly state = make('p', 'groups__state');

  constructor(private readonly room: RoomContext) {
    this.config = room.config('groups') as { own: string; every: string };
    this.title = room.text('groups');
    this.state.setAttribute('role', 'status');
    this.left.setAttribute('role', 'timer');
    this.talk.setAttribute('aria-label', room.text('groups_talk'));
    this.talk.tabIndex = 0;
    this.note.rows = 5;
    this.note.maxLength = 4000;
    this.note.setAttribute('aria-label', room.text('groups_note'));
    window.setInterval(() => {
      this.tick();
    }, LOOK_MS);
  }

  view(view: ClassView): void {
    const round = (view['groups'] ?? null) as Round | null;
    if (round?.round === this.round?.round && this.round !== undefined) return;
    const isFirst = this.round === undefined;
    this.round = round;
    this.visiting = 0;
    this.begin();
    if (round !== null && !this.room.leads) {
      this.room.show(this.key);
      if (!isFirst) this.room.mark(this.key, 1);
    }
  }

  aside(aside: Record<string, unknown>): void {
    const group = aside['group'];
    if (typeof group !== 'number') return;
    if (this.room.leads && this.visiting === 0) {
      if (this.isOpen) void this.list();
    } else if (group === this.group) void this.look();
  }

  opened(): void {
    this.isOpen = true;
    this.seen = 0;
    if (this.room.leads && this.visiting === 0) void this.list();
  }

  closed(): void {
    this.isOpen = false;
  }

  private text(key: string, values: Record<string, string | number> = {}): string {
    return this.room.text(key, values);
  }

  private begin(): void {
    this.lastId = this.revision = this.group = 0;
    this.talk.replaceChildren();
    this.note.value = '';
    this.theirs.hidden = true;
    this.state.textContent = '';
    if (this.room.leads) void this.list();
    else if (this.round === null) this.element.replaceChildren(make('p', 'muted', this.text('groups_none')));
    else void this.sit();
  }

  private tick(): void {
    if (this.round === null || this.round === undefined) return;
    const seconds = Math.ceil((this.round.ends - this.room.time.now) / 1000);
    this.left.textContent =
      seconds > 0 ? this.text('groups_left', { time: clockText(seconds) }) : this.text('groups_over');
  }

  private said(reply: Reply): boolean {
    this.state.textContent = reply.no === undefined ? '' : (reply.why ?? '');
    return reply.no === undefined;
  }

  // --- In a group -------------------------------------------------------------------------------

  private async sit(): Promise<void> {
    const { round } = this;
    const reply = await this.room.say('groups.sit');
    if (round !== this.round) return;
    if (this.said(reply) && typeof reply['group'] === 'number') this.enter(reply['group']);
    else this.element.replaceChildren(make('p', 'muted', this.text('groups_none')), this.state);
  }

  private enter(group: number): void {
    this.group = group;
    const words = make('input', 'input');
    words.maxLength = 500;
    words.placeholder = this.text('groups_words');
    words.setAttribute('aria-label', this.text('groups_words'));
    const form = make('form', 'groups__say', words, make('button', 'button button--primary', this.text('groups_say')));
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      const text = words.value.trim();
      if (text === '') return;
      words.value = '';
      void this.room.say('groups.say', { group, text }).then((reply) => {
        if (!this.said(reply) && words.value === '') words.value = text;
      });
    });
    const save = button(this.text('groups_save'), 'button button--secondary', () => void this.save());
    const topic = this.round?.topic ?? '';
    const back = this.room.leads
      ? [
          button(this.text('groups_back'), 'button button--quiet', () => {
            this.visiting = 0;
            void this.list();
          }),
        ]
      : [];
    this.element.replaceChildren(
      ...back,
      this.left,
      ...(topic === '' ? [] : [make('p', 'groups__topic', topic)]),
      this.head,
      this.talk,
      form,
      make('h2', 'groups__title', this.text('groups_note')),
      make('p', 'muted small', this.text('groups_note_help')),
      this.note,
      this.theirs,
      make('div', 'cluster', save, this.state),
    );
    void this.look();
  }

  private async look(): Promise<void> {
    if (this.asking) {
      this.again = true;
      return;
    }
    this.asking = true;
    const { group } = this;
    const answer = await fetch(`${this.config.every}${String(group)}/?after=${String(this.lastId)}`).catch(() => null);
    this.asking = false;
    if (group !== this.group) return;
    if (answer?.ok === true) this.told((await answer.json()) as Told);
    if (this.again) {
      this.again = false;
      void this.look();
    }
  }

  private told(told: Told): void {
    const names = told.people.join('、');
    this.head.textContent = this.text('groups_mine', { number: told.number, names });
    if (this.room.leads) this.head.textContent = `${this.text('groups_one', { number: told.number })}：${names}`;
    const fresh = told.messages.filter(({ id }) => id > this.lastId);
    for (const { id, by, byId, text } of fresh) {
      const css = byId === this.room.me.id ? 'groups__message is-own' : 'groups__message';
      this.talk.append(make('li', css, make('span', 'groups__by', by), text));
      this.lastId = id;
    }
    if (fresh.length > 0) {
      this.talk.scrollTop = this.talk.scrollHeight;
      this.seen += fresh.length;
      this.room.mark(this.key, this.seen);
    }
    if (told.note.revision > this.revision) this.noted(told.note);
  }

  /** What somebody is writing just now is not taken away: theirs stands beside it. */
  private noted(note: Told['note']): void {
    const isMine = this.note.dataset['kept'] === undefined || this.note.value === this.note.dataset['kept'];
    this.revision = note.revision;
    this.note.dataset['kept'] = note.text;
    if (isMine || this.note.value === note.text) {
      this.note.value = note.text;
      this.theirs.hidden = true;
    } else {
      this.theirs.textContent = this.text('groups_theirs', { name: note.by, text: note.text });
      this.theirs.hidden = false;
    }
  }

  private async save(): Promise<void> {
    const text = this.note.value.trim();
    const reply = await this.room.say('groups.note', { group: this.group, revision: this.revision, text });
    if (!this.said(reply)) {
      await this.look();
      return;
    }
    this.revision = Number(reply['revision'] ?? this.revision);
    this.note.dataset['kept'] = this.note.value = text;
    this.theirs.hidden = true;
    this.state.textContent = this.text('groups_saved');
  }

  // --- Who leads --------------------------------------------------------------------------------

  private async list(): Promise<void> {
    const answer = await fetch(this.config.every).catch(() => null);
    if (answer?.ok !== true || this.visiting !== 0) return;
    const { groups } = (await answer.json()) as { groups: Listed[] };
    const open = groups.filter(({ open: isOpen }) => isOpen);
    const parts: HTMLElement[] = [];
    if (this.round === null || this.round === undefined) {
      if (this.element.querySelector('form') !== null) parts.push(this.element.querySelector('form') as HTMLElement);
      else parts.push(this.form());
    } else {
      parts.push(
        this.left,
        make('ul', 'groups__list', ...open.map((each) => this.row(each))),
        button(this.text('groups_close'), 'button button--primary', () => {
          void this.room.say('groups.close').then((reply) => this.said(reply));
        }),
      );
    }
    const earlier = groups.filter(({ open: isOpen, note }) => !isOpen && note !== '');
    if (earlier.length > 0) {
      const notes = earlier.map((each) =>
        make('li', '', make('strong', '', this.text('groups_one', { number: each.number })), ` ${each.note}`),
      );
      parts.push(make('h2', 'groups__title', this.text('groups_earlier')), make('ul', 'groups__notes', ...notes));
    }
    this.element.replaceChildren(...parts, this.state);
    this.tick();
  }

  private row(each: Listed): HTMLElement {
    const visit = button(this.text('groups_visit', { number: each.number }), 'button button--secondary', () => {
      this.visiting = each.id;
      this.visit(each.id);
    });
    const facts = this.text('groups_people', { count: each.people, said: each.said });
    return make('li', 'groups__row', make('span', '', facts), visit);
  }

  private visit(group: number): void {
    this.lastId = this.revision = 0;
    this.talk.replaceChildren();
    delete this.note.dataset['kept'];
    this.note.value = '';
    this.enter(group);
  }

  private form(): HTMLElement {
    const number = (value: number, most: number): HTMLInputElement => {
      const field = make('input', 'input');
      field.type = 'number';
      field.min = '1';
      field.max = String(most);
      field.value = String(value);
      return field;
    };
    const count = number(4, 30);
    count.min = '2';
    const minutes = number(10, 60);
    const how = make('select', 'input');
    for (const each of ['random', 'branch']) {
      const option = make('option', '', this.text(`groups_${each}`));
      option.value = each;
      how.append(option);
    }
    const topic = make('input', 'input');
    topic.maxLength = 200;
    const labelled = (key: string, field: HTMLElement): HTMLElement =>
      make('label', 'groups__field', make('span', '', this.text(key)), field);
    const form = make(
      'form',
      'groups__form',
      labelled('groups_count', count),
      labelled('groups_minutes', minutes),
      labelled('groups_how', how),
      labelled('groups_topic', topic),
      make('button', 'button button--primary', this.text('groups_open')),
    );
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      const body = { count: Number(count.value), minutes: Number(minutes.value), how: how.value, topic: topic.value };
      void this.room.say('groups.open', body).then((reply) => this.said(reply));
    });
    return form;
  }
}
