/**
 * "Are you there": asked by the server, over the paused lecture. One large button, or a question from
 * the lesson whose every answer counts. It cannot be closed, for nothing is lost by leaving it open.
 */
import { ServerError, type PlayerApi } from './api';

type Texts = (key: string) => string;

export class PresenceCheck {
  private readonly veil: HTMLElement;
  private readonly box: HTMLElement;
  private readonly title: HTMLElement;
  private readonly note: HTMLElement;
  private readonly choices: HTMLElement;
  private address = '';
  private back: Element | null = null;
  private settled: () => void = () => undefined;
  /** Given, but the network was away: told before anything else is. */
  private undelivered: { address: string; choice: number | null } | null = null;

  constructor(
    root: HTMLElement,
    private readonly api: PlayerApi,
    private readonly text: Texts,
  ) {
    const find = (name: string): HTMLElement => {
      const found = root.querySelector<HTMLElement>(`[data-${name}]`);
      if (found === null) throw new Error(`the player's markup has no ${name}`);
      return found;
    };
    this.veil = find('check');
    this.box = find('check-box');
    this.title = find('check-title');
    this.note = find('check-note');
    this.choices = find('check-choices');
    this.veil.addEventListener('keydown', (event) => {
      event.stopPropagation();
      if (event.key === 'Tab') this.keepFocus(event);
    });
  }

  get isOpen(): boolean {
    return !this.veil.hidden;
  }

  /** Ask; resolves once somebody has answered and the lecture may go on. */
  async ask(address: string, quiet: boolean): Promise<void> {
    if (this.isOpen) return;
    this.address = address;
    this.veil.hidden = false;
    this.back = document.activeElement;
    this.say(this.text('check_wait'), '');
    this.box.focus();
    const question = await this.api.checkQuestion(address).catch(() => null);
    if (question?.asked === false) {
      this.close();
      return;
    }
    const done = new Promise<void>((resolve) => {
      this.settled = resolve;
    });
    if (question === null || question.question === '') {
      this.say(this.text('check_title'), this.text('check_note'));
      this.offer([[this.text('check_button'), null]]);
    } else {
      this.say(question.question, this.text('check_any'));
      this.offer(question.options.map((option, place) => [option, place]));
    }
    if (!quiet) chime();
    await done;
    this.close();
  }

  /** Tell the server of an answer it has not heard; false while it cannot be reached. */
  async deliver(): Promise<boolean> {
    if (this.undelivered === null) return true;
    const { address, choice } = this.undelivered;
    try {
      await this.api.answerCheck(address, choice);
    } catch (error) {
      if (!(error instanceof ServerError)) return false;
    }
    this.undelivered = null;
    return true;
  }

  private async answer(choice: number | null): Promise<void> {
    for (const button of this.buttons()) button.disabled = true;
    try {
      const said = await this.api.answerCheck(this.address, choice);
      if (said.right !== false) {
        this.settled();
        return;
      }
      this.say(said.message, '');
      const go = this.offer([]);
      go.addEventListener('click', () => {
        this.settled();
      });
    } catch (error) {
      if (error instanceof ServerError) {
        this.say(this.title.textContent, error.message);
        for (const button of this.buttons()) button.disabled = false;
        return;
      }
      this.undelivered = { address: this.address, choice };
      this.settled();
    }
  }

  /** The choices as buttons; with none, one button to go on, which is returned. */
  private offer(choices: [string, number | null][]): HTMLButtonElement {
    const made = (choices.length > 0 ? choices : [[this.text('check_go'), null] as const]).map(([label, choice]) => {
      const button = document.createElement('button');
      button.type = 'button';
      button.className = choice === null ? 'button button--primary button--main check__button' : 'button button--secondary check__button';
      button.textContent = label;
      if (choices.length > 0) {
        button.addEventListener('click', () => {
          void this.answer(choice);
        });
      }
      return button;
    });
    this.choices.replaceChildren(...made);
    const first = made[0];
    if (first === undefined) throw new Error('nothing to press');
    first.focus();
    return first;
  }

  private say(title: string, note: string): void {
    this.title.textContent = title;
    this.note.textContent = note;
  }

  private close(): void {
    this.veil.hidden = true;
    this.choices.replaceChildren();
    if (this.back instanceof HTMLElement) this.back.focus();
  }

  private buttons(): HTMLButtonElement[] {
    return Array.from(this.choices.querySelectorAll('button'));
  }

  private keepFocus(event: KeyboardEvent): void {
    const places = this.buttons();
    const at = places.indexOf(document.activeElement as HTMLButtonElement);
    const next = places[(at + (event.shiftKey ? places.length - 1 : 1)) % Math.max(1, places.length)];
    event.preventDefault();
    next?.focus();
  }
}

/** Two soft notes, for who looks elsewhere. */
function chime(): void {
  try {
    const sound = new AudioContext();
    for (const [pitch, begin] of [[660, 0], [880, 0.22]] as const) {
      const tone = sound.createOscillator();
      const loudness = sound.createGain();
      const at = sound.currentTime + begin;
      tone.frequency.value = pitch;
      loudness.gain.setValueAtTime(0.0001, at);
      loudness.gain.exponentialRampToValueAtTime(0.08, at + 0.03);
      loudness.gain.exponentialRampToValueAtTime(0.0001, at + 0.5);
      tone.connect(loudness).connect(sound.destination);
      tone.start(at);
      tone.stop(at + 0.55);
      if (begin > 0) tone.onended = () => void sound.close();
    }
  } catch {
    // Without sound the question is still there to be seen and read out.
  }
}
