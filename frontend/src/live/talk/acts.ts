/** What can be done about one message: reply, take back, and for who leads pin, delete, mute. */
import { button, make } from '../../contest/elements';
import type { Reply, RoomContext } from '../part';
import type { ChatLine } from './line';
import type { ChatConfig } from './shapes';

const REASONS = ['topic', 'improper', 'advert', 'flood'];

export interface ActsOwner {
  reply(line: ChatLine): void;
  close(): void;
  did(reply: Reply): void;
  isPinned(seq: number): boolean;
}

export function acts(
  room: RoomContext,
  config: ChatConfig,
  line: ChatLine,
  owner: ActsOwner,
): HTMLElement {
  const panel = make('div', 'talk-act');
  const { message, seq } = line;
  const own = message.byId === room.me.id;
  const press = (key: string, act: () => void): HTMLButtonElement =>
    button(room.text(key), 'button button--quiet', act);
  const say = (verb: string, body: object): void => {
    owner.close();
    void room.say(verb, body).then((reply) => {
      owner.did(reply);
    });
  };
  const row = make('div', 'talk-act__row');
  row.append(
    press('chat_reply', () => {
      owner.close();
      owner.reply(line);
    }),
  );
  if (room.leads) {
    const pinned = owner.isPinned(seq);
    row.append(
      press(pinned ? 'chat_unpin' : 'chat_pin', () => {
        say('chat.pin', pinned ? {} : { seq });
      }),
    );
  }
  if (own) {
    row.append(
      press('chat_withdraw', () => {
        say('chat.remove', { seq });
      }),
    );
  } else if (room.leads) {
    row.append(
      press('chat_delete', () => {
        const title = room.text('chat_delete_title', { name: message.by });
        show(title, [], (why) => {
          say('chat.remove', { seq, why });
        });
      }),
      press('chat_mute', () => {
        const title = room.text('chat_mute_title', { name: message.by });
        const lengths = config.minutes.map((minutes): [number, string] => [
          minutes,
          minutes === 0 ? room.text('chat_mute_class') : room.text('chat_mute_minutes', { count: minutes }),
        ]);
        show(title, lengths, (why, minutes) => {
          say('chat.mute', { member: message.byId, minutes, why });
        });
      }),
    );
  }
  row.append(press('chat_cancel', () => owner.close()));
  panel.append(row);
  panel.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') owner.close();
  });

  /** First for how long, where that is a question; then why, which is the last press. */
  function show(title: string, lengths: [number, string][], done: (why: string, minutes: number) => void): void {
    const list = make('select', 'input');
    list.setAttribute('aria-label', room.text('chat_for'));
    for (const [minutes, words] of lengths) list.append(new Option(words, String(minutes)));
    const reasons = REASONS.map((reason) => {
      const words = room.text(`chat_reason_${reason}`);
      return button(words, 'button button--secondary', () => {
        done(words, Number(list.value));
      });
    });
    const why = make('p', 'small muted', room.text(lengths.length > 0 ? 'chat_why' : 'chat_why_kept'));
    const back = press('chat_cancel', () => owner.close());
    panel.replaceChildren(
      make('p', 'talk-act__title', title),
      ...(lengths.length > 0 ? [list] : []),
      why,
      make('div', 'talk-act__row', ...reasons, back),
    );
    reasons[0]?.focus({ preventScroll: true });
    panel.scrollIntoView({ block: 'nearest' });
  }
  return panel;
}
