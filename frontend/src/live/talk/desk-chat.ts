/** For who leads: how people may speak, what waits to be looked through, who may not speak. */
import { button, make } from '../../contest/elements';
import type { Reply, RoomContext } from '../part';
import { clockTime } from './line';
import type { ChatConfig, ChatLook, ChatStands, Waits } from './shapes';

export class ChatDesk {
  readonly element = make('div', 'talk-desk');
  private readonly open = make('input');
  private readonly review = make('input');
  private readonly slow = make('select', 'input');
  private readonly waiting = make('details', 'talk-desk__waiting');
  private readonly muted = make('div', 'talk-desk__muted');
  private looked: ChatLook;

  constructor(
    private readonly room: RoomContext,
    config: ChatConfig,
    private readonly did: (reply: Reply) => void,
  ) {
    this.looked = config;
    const checkbox = (input: HTMLInputElement, key: string, name: string): HTMLElement => {
      input.type = 'checkbox';
      input.addEventListener('change', () => {
        this.say('chat.rules', { [name]: input.checked });
      });
      return make('label', 'choice-row', input, make('span', '', room.text(key)));
    };
    for (const seconds of config.slow) {
      const words = seconds === 0 ? room.text('chat_slow_off') : room.text('chat_slow_seconds', { count: seconds });
      this.slow.append(new Option(words, String(seconds)));
    }
    this.slow.setAttribute('aria-label', room.text('chat_pace'));
    this.slow.addEventListener('change', () => {
      this.say('chat.rules', { slow: Number(this.slow.value) });
    });
    const settings = make(
      'details',
      'talk-desk__settings',
      make('summary', '', room.text('chat_settings')),
      make(
        'div',
        'talk-desk__rules',
        checkbox(this.open, 'chat_is_open', 'open'),
        checkbox(this.review, 'chat_review', 'review'),
        this.slow,
        this.muted,
      ),
    );
    this.element.append(settings, this.waiting);
    this.told(config);
  }

  stands(chat: ChatStands): void {
    this.open.checked = chat.open;
    this.review.checked = chat.review;
    this.slow.value = String(chat.slow);
  }

  told(look: ChatLook): void {
    this.looked = look;
    this.draw();
  }

  /** The server rang: what waits is asked for. */
  async look(): Promise<void> {
    this.did(await this.room.say('chat.look'));
  }

  private say(verb: string, body: object): void {
    void this.room.say(verb, body).then(this.did);
  }

  private draw(): void {
    const { room } = this;
    const { waiting, mutes } = this.looked;
    const all = button(room.text('chat_release_all'), 'button button--secondary', () => {
      this.say('chat.release', { messages: waiting.map(({ message }) => message) });
    });
    this.waiting.hidden = waiting.length === 0;
    if (this.waiting.hidden) this.waiting.open = true; // when the next one comes
    this.waiting.replaceChildren(
      make('summary', '', room.text('chat_to_review', { count: waiting.length })),
      make('div', 'talk-desk__list', ...waiting.map((one) => this.row(one)), ...(waiting.length > 1 ? [all] : [])),
    );
    this.muted.hidden = mutes.length === 0;
    this.muted.replaceChildren(
      make('p', 'small muted', room.text('chat_muted_list')),
      ...mutes.map((mute) => {
        const until =
          mute.until === null
            ? room.text('chat_mute_class')
            : room.text('chat_muted_until', { time: clockTime(mute.until) });
        const lift = button(room.text('chat_unmute'), 'button button--quiet', () => {
          this.say('chat.unmute', { member: mute.id });
        });
        lift.setAttribute('aria-label', `${room.text('chat_unmute')} ${mute.name}`);
        return make('div', 'talk-desk__row', make('span', '', `${mute.name} · ${until} · ${mute.why}`), lift);
      }),
    );
  }

  private row(one: Waits): HTMLElement {
    const { room } = this;
    const release = button(room.text('chat_release'), 'button button--secondary', () => {
      this.say('chat.release', { messages: [one.message] });
    });
    const drop = button(room.text('chat_drop'), 'button button--quiet', () => {
      this.say('chat.drop', { message: one.message, why: room.text('chat_reason_topic') });
    });
    return make(
      'div',
      'talk-desk__row',
      make('span', 'talk-desk__text', make('b', '', one.by), ` ${one.text}`),
      make('span', 'talk-desk__acts', release, drop),
    );
  }
}
