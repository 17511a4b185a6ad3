/**
 * What a class asked, asked again when its recording comes to that moment. The page of the replay
 * makes one, puts `element` over its picture, and says `shows(…)` as the picture goes on.
 */
import { button, make } from '../contest/elements';
import { csrfToken } from '../core/csrf';
import { clockOf, fields, rightWords, verdict, type Asked, type Own, type Sent, type Words } from './check-card';

export interface ReplayChecksOptions {
  /** The address of `live:checks_cues`; answers go to `<id>/later/` beside it. */
  cues: string;
  /** The strings of the page's config (the room's `checks_…`). */
  text: Words;
  /** A card is shown: the page stops the picture; hidden again: it goes on. */
  pause(): void;
  resume(): void;
}

interface Cue extends Asked {
  check: number;
  at: number;
}

/** A jump of more than this is no watching: what lies between is not asked. */
const LONGEST_STEP_MS = 5000;

export class ReplayChecks {
  readonly element = make('section', 'checks-card checks-card--replay');
  private cues: Cue[] = [];
  private answered: Record<string, Own> = {};
  private last: number | null = null;

  constructor(private readonly options: ReplayChecksOptions) {
    this.element.hidden = true;
    this.element.setAttribute('aria-live', 'polite');
  }

  /** Fetch what there is to ask; nothing is asked where that fails. */
  async load(): Promise<void> {
    const answer = await fetch(this.options.cues);
    if (!answer.ok) return;
    const said = (await answer.json()) as { cues: Cue[]; answered: Record<string, Own> };
    this.cues = said.cues;
    this.answered = said.answered;
  }

  /** Where in the replay each was asked, in milliseconds; what has no place is not asked. */
  place(places: ReadonlyMap<number, number>): void {
    this.cues = this.cues.flatMap((cue) => {
      const at = places.get(cue.check);
      return at === undefined ? [] : [{ ...cue, at }];
    });
  }

  /** The picture is at this moment of the replay, in milliseconds. */
  shows(at: number): void {
    const { last } = this;
    this.last = at;
    if (last === null || !this.element.hidden || at <= last || at - last > LONGEST_STEP_MS) return;
    const cue = this.cues.find((each) => each.at > last && each.at <= at && !(String(each.check) in this.answered));
    if (cue !== undefined) this.ask(cue);
  }

  private ask(cue: Cue): void {
    const { text } = this.options;
    const note = make('p', 'checks-card__note');
    note.setAttribute('role', 'alert');
    const send = (sent: Sent): void => void this.send(cue, sent, note);
    const asked =
      cue.kind === 'roll'
        ? button(text('checks_here'), 'button button--primary checks-card__here', () => {
            send({});
          })
        : fields(cue, text, send);
    this.element.replaceChildren(
      make('h2', '', text(cue.kind === 'roll' ? 'checks_later_roll' : 'checks_later')),
      ...(cue.question ? [make('p', 'checks-card__question', cue.question)] : []),
      asked,
      note,
      this.goOn(),
    );
    this.element.hidden = false;
    this.options.pause();
  }

  private goOn(): HTMLButtonElement {
    return button(this.options.text('checks_go_on'), 'button button--quiet', () => {
      this.element.hidden = true;
      this.options.resume();
    });
  }

  private async send(cue: Cue, sent: Sent, note: HTMLElement): Promise<void> {
    const { text } = this.options;
    let said: (Own & { error?: string; outcome?: Asked }) | null = null;
    try {
      const answer = await fetch(new URL(`../${String(cue.check)}/later/`, new URL(this.options.cues, location.href)), {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'X-CSRFToken': csrfToken() },
        body: JSON.stringify(sent),
      });
      if (answer.ok || answer.status === 409) said = (await answer.json()) as Own & { error?: string };
    } catch {
      // said below
    }
    if (said === null || said.error !== undefined) {
      note.textContent = said?.error ?? text('checks_failed');
      return;
    }
    this.answered[String(cue.check)] = said;
    const { clock, at } = said;
    const words: HTMLElement[] = [make('p', 'checks-card__sent', text('checks_later_sent', { clock: clock ?? clockOf(at) }))];
    if (said.outcome !== undefined) {
      words.push(
        ...verdict(said.right, text),
        make('p', '', text('checks_answer_is', { words: rightWords(cue, said.outcome, text) })),
      );
    }
    this.element.replaceChildren(...words, this.goOn());
  }
}
