/** The chat of a room: said by everybody, kept in order by who leads. */
import { button, make } from '../../contest/elements';
import type { ClassView } from '../config';
import type { Reply, RoomContext, RoomEvent, RoomPart } from '../part';
import { acts } from './acts';
import { ChatDesk } from './desk-chat';
import { ChatLine, noteLine, type Message } from './line';
import { Lines, MOST_LINES } from './lines';
import { Sender } from './sending';
import { isHeld, OPEN_CHAT, type ChatConfig, type ChatLook, type ChatStands, type Waits } from './shapes';

const SAVED_MS = 4000;

class Chat implements RoomPart {
  readonly key = 'chat';
  readonly title: string;
  readonly element = make('div', 'talk');
  private readonly config: ChatConfig;
  private readonly sender: Sender;
  private readonly lines: Lines;
  private readonly desk: ChatDesk | null = null;
  private readonly pinned = make('p', 'talk-pinned');
  private readonly note = make('p', 'talk-note');
  private readonly answering = make('p', 'talk-answering');
  private readonly words = make('input', 'input talk-say__words');
  private readonly send: HTMLButtonElement;
  private readonly known = new Map<number, ChatLine>();
  /** What is on its way: the room may tell of it before it is acknowledged. */
  private readonly sending = new Set<ChatLine>();
  private readonly waits = new Map<number, ChatLine>();
  private stands: ChatStands = OPEN_CHAT;
  private muted: string | null;
  private state = '';
  private answered: ChatLine | null = null;
  private expanded: ChatLine | null = null;
  private isOpen = true;
  private unread = 0;
  private refusal = '';

  constructor(private readonly room: RoomContext) {
    this.title = room.text('chat');
    this.config = room.config('chat') as ChatConfig;
    this.sender = new Sender(room);
    this.lines = new Lines(room);
    this.muted = this.config.muted;
    this.send = make('button', 'button button--primary', room.text('chat_send'));
    this.send.type = 'submit';
    if (room.leads) {
      this.desk = new ChatDesk(room, this.config, (reply) => {
        this.did(reply);
      });
      this.element.append(this.desk.element);
    } else for (const one of this.config.waiting) this.addWaiting(one);
    this.pinned.hidden = this.note.hidden = this.answering.hidden = true;
    this.note.setAttribute('role', 'status');
    this.element.append(this.pinned, this.lines.element, this.note, this.form());
  }

  opened(): void {
    this.isOpen = true;
    this.unread = 0;
    this.lines.toEnd();
  }

  closed(): void {
    this.isOpen = false;
  }

  // --- What the server says -----------------------------------------------------------------------

  view(view: ClassView): void {
    this.stands = { ...OPEN_CHAT, ...(view['chat'] as Partial<ChatStands> | undefined) };
    this.state = view.state;
    this.desk?.stands(this.stands);
    this.drawRules();
  }

  event(event: RoomEvent, isOld: boolean): void {
    if (event.kind === 'chat') this.said(event, isOld);
    else if (event.kind === 'chat_gone') this.gone(event);
  }

  aside(aside: Record<string, unknown>): void {
    if ('chat_muted' in aside) {
      const was = this.muted;
      this.muted = aside['chat_muted'] as string | null;
      if (was !== null && this.muted === null) this.lines.add(noteLine(this.room.text('chat_unmuted')));
      this.drawRules();
    }
    if ('chat_dropped' in aside) {
      const line = this.waits.get(aside['chat_dropped'] as number);
      line?.state('dropped', this.room.text('chat_dropped', { why: String(aside['why']) }));
    }
    if (this.desk !== null && ('chat_waiting' in aside || 'chat_mutes' in aside)) {
      void this.desk.look();
      if (!this.isOpen && 'chat_waiting' in aside) this.room.mark(this.key, aside['chat_waiting'] as number);
    }
  }

  private said(event: RoomEvent, isOld: boolean): void {
    if (this.known.has(event.seq)) return;
    const waited = this.waits.get(event['waited'] as number);
    if (waited !== undefined) {
      // It is in the room now, where it stands for everybody.
      this.lines.drop(waited.element);
      this.waits.delete(waited.waits);
    }
    const name = event.by ?? '';
    if (event['gone'] === true) return;
    for (const own of event.byId === this.room.me.id ? this.sending : []) {
      if (own.seq === 0 && own.message.text === event['text']) {
        this.keep(own, event.seq);
        this.lines.place(own.element);
        return;
      }
    }
    const line = this.line({
      by: name,
      byId: event.byId ?? 0,
      at: event.at,
      text: String(event['text']),
      lead: event['lead'] === true,
      ...(event['reply'] === undefined ? {} : { reply: event['reply'] as number, to: String(event['to']) }),
    });
    this.keep(line, event.seq);
    this.lines.add(line.element);
    if (!this.isOpen && !isOld) {
      this.unread += 1;
      this.room.mark(this.key, this.unread);
    }
  }

  private gone(event: RoomEvent): void {
    const line = this.known.get(event['of'] as number);
    if (line === undefined) return;
    if (this.expanded === line) this.expand(null);
    if (this.answered === line) this.answer(null);
    const key = event['own'] === true ? 'chat_withdrawn' : 'chat_removed';
    line.gone(this.room.text(key, { name: event.by ?? '' }));
    for (const other of this.known.values()) {
      if (other.message.reply === line.seq && !other.isGone) other.element.querySelector('.talk-line__quote')?.remove();
    }
  }

  private keep(line: ChatLine, seq: number): void {
    line.numbered(seq);
    this.known.set(seq, line);
    if (this.known.size <= MOST_LINES) return;
    const [oldest] = this.known.keys();
    if (oldest !== undefined) this.known.delete(oldest);
  }

  private line(message: Message): ChatLine {
    const quoted = message.reply === undefined ? undefined : this.known.get(message.reply);
    const text = quoted === undefined || quoted.isGone ? '' : quoted.message.text;
    return new ChatLine(this.room, message, text, (line) => {
      this.expand(this.expanded === line ? null : line);
    });
  }

  private addWaiting(one: Waits): void {
    const line = this.line({ ...one, lead: false });
    this.wait(line, one.message);
    this.lines.add(line.element);
  }

  private wait(line: ChatLine, message: number): void {
    line.waits = message;
    this.waits.set(message, line);
    line.state('waiting', this.room.text('chat_waiting'));
  }

  // --- What is written ----------------------------------------------------------------------------

  private form(): HTMLElement {
    const { room, words } = this;
    words.type = 'text';
    words.maxLength = this.config.most;
    words.placeholder = room.text('chat_write');
    words.autocomplete = 'off';
    words.enterKeyHint = 'send';
    words.setAttribute('aria-label', room.text('chat_write'));
    const form = make('form', 'talk-say', this.answering, words, this.send);
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      const text = words.value.trim();
      if (text === '' || words.disabled) return;
      words.value = '';
      const { answered } = this;
      this.answer(null);
      const line = this.line({
        by: room.me.name,
        byId: room.me.id,
        at: room.time.now,
        text,
        lead: room.leads,
        ...(answered === null ? {} : { reply: answered.seq, to: answered.message.by }),
      });
      this.lines.add(line.element);
      this.lines.toEnd();
      void this.say(line);
    });
    return form;
  }

  private async say(line: ChatLine): Promise<void> {
    const { room } = this;
    const { text, reply } = line.message;
    line.state('sending', room.text('chat_sending'));
    this.sending.add(line);
    const answer = await this.sender.say('chat.say', { text, ...(reply === undefined ? {} : { reply }) });
    this.sending.delete(line);
    if (answer.no !== undefined) {
      const again = button(room.text('chat_again'), 'button button--quiet', () => void this.say(line));
      const discard = button(room.text('chat_discard'), 'button button--quiet', () => {
        this.lines.drop(line.element);
      });
      line.state('failed', `${room.text('chat_failed')}：${answer.why ?? room.text('chat_failed_why')}`, again, discard);
      return;
    }
    const waiting = answer['waiting'] as Waits | undefined;
    if (waiting !== undefined) {
      this.wait(line, waiting.message);
      return;
    }
    const seq = answer['seq'] as number;
    const told = this.known.get(seq);
    if (told === undefined) {
      this.keep(line, seq);
      this.lines.place(line.element);
    } else if (told !== line) this.lines.drop(line.element);
    const saved = told ?? line;
    if (saved.isGone) return;
    saved.state('saved', room.text('chat_saved'));
    window.setTimeout(() => {
      if (saved.element.dataset['state'] === 'saved') saved.settled();
    }, SAVED_MS);
  }

  private answer(line: ChatLine | null): void {
    this.answered = line;
    this.answering.hidden = line === null;
    if (line === null) return;
    const cancel = button(this.room.text('chat_cancel'), 'button button--quiet', () => {
      this.answer(null);
      this.words.focus();
    });
    const words = `${this.room.text('chat_reply_to', { name: line.message.by })}：${line.message.text}`;
    this.answering.replaceChildren(make('span', 'talk-answering__words', words), cancel);
    this.words.focus();
  }

  // --- What can be done ---------------------------------------------------------------------------

  private expand(line: ChatLine | null): void {
    const last = this.expanded;
    last?.expand(null);
    this.expanded = line;
    if (line === null) {
      last?.focusPress();
      return;
    }
    const panel = acts(this.room, this.config, line, {
      reply: (one) => {
        this.answer(one);
      },
      close: () => {
        this.expand(null);
      },
      did: (reply) => {
        this.did(reply);
      },
      isPinned: (seq) => this.stands.pinned?.seq === seq,
    });
    line.expand(panel);
    panel.scrollIntoView({ block: 'nearest' });
  }

  private did(reply: Reply): void {
    this.refusal = reply.no === undefined ? '' : (reply.why ?? this.room.text('chat_failed_why'));
    if (reply.no === undefined && Array.isArray(reply['waiting'])) {
      const look = reply as unknown as ChatLook;
      this.desk?.told(look);
      this.muted = look.muted;
    }
    this.drawRules();
  }

  private drawRules(): void {
    const { room, stands, pinned } = this;
    pinned.hidden = stands.pinned === null;
    if (stands.pinned !== null) {
      pinned.replaceChildren(
        make('span', 'badge badge--attention', room.text('chat_pinned')),
        make('span', 'talk-pinned__words', `${stands.pinned.by}：${stands.pinned.text}`),
      );
      if (room.leads) {
        pinned.append(
          button(room.text('chat_unpin'), 'button button--quiet', () => {
            void room.say('chat.pin', {}).then((reply) => {
              this.did(reply);
            });
          }),
        );
      }
    }
    let bar = '';
    const may = { words: '' };
    if (!isHeld(this.state)) bar = room.text(this.state === 'scheduled' ? 'chat_not_begun' : 'chat_over');
    else if (!room.leads && this.muted !== null) bar = this.muted;
    else if (!room.leads && !stands.open) bar = room.text('chat_closed');
    else if (!room.leads && stands.review) may.words = room.text('chat_review_note');
    else if (!room.leads && stands.slow > 0) may.words = room.text('chat_slow', { count: stands.slow });
    this.words.disabled = this.send.disabled = bar !== '';
    this.note.textContent = this.refusal || bar || may.words;
    this.note.hidden = this.note.textContent === '';
    this.note.classList.toggle('is-bad', this.refusal !== '');
  }
}

export const chat = (room: RoomContext): RoomPart => new Chat(room);
