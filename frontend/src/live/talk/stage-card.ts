/** The card of whoever was asked onto the stage: how to speak, how it goes, how to end it. */
import { button, make } from '../../contest/elements';
import type { Reply, RoomContext } from '../part';
import type { How, OnStage, Signal } from './shapes';
import { micRefusal, Speaker, speakingObstacle, type Speaking } from './speaking';

export class StageCard {
  readonly element = make('section', 'talk-card');
  private readonly title = make('h2', 'talk-card__title');
  private readonly words = make('p', 'talk-card__words');
  private readonly row = make('div', 'talk-act__row');
  private readonly own = make('video', 'talk-card__own');
  private speaker: Speaker | null = null;
  private hand = 0;

  constructor(private readonly room: RoomContext) {
    this.element.hidden = this.own.hidden = true;
    this.title.textContent = room.text('stage_yours');
    this.title.tabIndex = -1;
    this.words.setAttribute('role', 'status');
    this.element.setAttribute('aria-label', room.text('stage_yours'));
    this.own.muted = this.own.autoplay = this.own.playsInline = true;
    this.own.setAttribute('aria-label', room.text('stage_self'));
    this.element.append(this.title, this.words, this.own, this.row);
  }

  /** Who is on the stage now, as everybody is told. */
  stands(stage: OnStage | null): void {
    const mine = stage !== null && stage.id === this.room.me.id;
    if (!mine) {
      if (this.hand !== 0) this.close();
      return;
    }
    if (stage.hand === this.hand) return;
    this.hand = stage.hand;
    this.element.hidden = false;
    if (stage.how === 'text') this.inWriting();
    else this.choose();
    this.title.focus({ preventScroll: true });
    this.element.scrollIntoView({ block: 'nearest' });
  }

  heard(signal: Signal): void {
    if (signal.hand === this.hand) this.speaker?.heard(signal);
  }

  private close(): void {
    this.hand = 0;
    this.speaker?.close();
    this.speaker = null;
    this.own.srcObject = null;
    this.own.hidden = this.element.hidden = true;
  }

  private press(key: string, css: string, act: () => void): HTMLButtonElement {
    return button(this.room.text(key), `button button--${css}`, act);
  }

  private end(): HTMLButtonElement {
    return this.press('stage_end', 'danger', () => {
      void this.room.say('hands.lower');
    });
  }

  private show(words: string, ...presses: HTMLElement[]): void {
    this.words.textContent = words;
    this.row.replaceChildren(...presses);
  }

  private choose(): void {
    const why = speakingObstacle();
    const text = this.press('stage_text', why === '' ? 'quiet' : 'primary', () => void this.write());
    if (why !== '') {
      this.show(this.room.text(why), text, this.end());
      return;
    }
    this.show(
      this.room.text('stage_choose'),
      this.press('stage_voice', 'primary button--main', () => void this.speak('voice')),
      this.press('stage_picture', 'secondary', () => void this.speak('picture')),
      text,
      this.end(),
    );
  }

  private async speak(how: 'voice' | 'picture'): Promise<void> {
    const { hand } = this;
    const speaker = new Speaker(this.room, (state) => {
      if (speaker === this.speaker) this.goes(state, speaker);
    });
    this.speaker?.close();
    this.speaker = speaker;
    try {
      await speaker.open(how === 'picture');
    } catch (error) {
      if (speaker !== this.speaker) return;
      speaker.close();
      this.speaker = null;
      this.show(
        this.room.text(micRefusal(error)),
        this.press('stage_again', 'primary', () => void this.speak(how)),
        this.press('stage_text', 'secondary', () => void this.write()),
        this.end(),
      );
      return;
    }
    const reply = await this.say(how);
    if (reply.no !== undefined || hand !== this.hand || speaker !== this.speaker) return;
    this.own.srcObject = speaker.picture;
    this.own.hidden = speaker.picture === null;
    speaker.start((reply['ice'] ?? []) as RTCIceServer[]);
  }

  private goes(state: Speaking, speaker: Speaker): void {
    const key = {
      opening: 'stage_opening',
      calling: 'stage_calling',
      on: 'stage_on',
      lost: 'stage_lost',
      no_answer: 'stage_no_answer',
    }[state];
    this.element.dataset['call'] = state;
    this.title.textContent = this.room.text(state === 'on' ? 'stage_speaking' : 'stage_yours');
    const more = [this.end()];
    if (state === 'no_answer') {
      more.unshift(
        this.press('stage_again', 'primary', () => {
          speaker.again();
        }),
        this.press('stage_text', 'secondary', () => void this.write()),
      );
    }
    this.show(this.room.text(key), ...more);
  }

  private async write(): Promise<void> {
    this.speaker?.close();
    this.speaker = null;
    this.own.hidden = true;
    const reply = await this.say('text');
    if (reply.no === undefined) this.inWriting();
  }

  private inWriting(): void {
    this.element.dataset['call'] = 'text';
    this.show(this.room.text('stage_on_text'), this.end());
    this.room.show('chat');
  }

  private async say(how: How): Promise<Reply> {
    const reply = await this.room.say('hands.speak', { how });
    if (reply.no !== undefined) this.show(reply.why ?? this.room.text('talk_failed'), this.end());
    return reply;
  }
}
