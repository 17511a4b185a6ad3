/**
 * <lms-class-beside>: a lesson that was a class. Its slides, what was drawn on them and what was
 * said follow the lesson's own player.
 */
import { make } from '../contest/elements';
import { fill, readConfig } from '../exam/config';
import type { LiveConfig } from '../live/config';
import { talkLines } from '../live/replay/talk';
import { askTold, NOTHING_TOLD, type Told } from '../live/replay/told';
import { countAt, momentAt, type Entry } from '../live/replay/timeline';
import { SlidePage } from '../live/slides/page';

export class LmsClassBeside extends HTMLElement {
  private strings: Record<string, string> = {};
  private told = NOTHING_TOLD;
  private video: HTMLVideoElement | null = null;
  private page: SlidePage | null = null;
  private count = -1;
  private readonly stage = make('div', 'class-beside__stage');
  private readonly talk = make('ol', 'replay-talk');
  private readonly note = make('p', 'muted small');
  private readonly look = (): void => {
    const count = countAt(this.told.entries, (this.video?.currentTime ?? 0) * 1000);
    if (count === this.count) return;
    this.count = count;
    this.show();
  };

  connectedCallback(): void {
    this.strings = (readConfig(this) as LiveConfig).strings;
    void this.open();
  }

  disconnectedCallback(): void {
    this.page?.close();
    this.video?.removeEventListener('timeupdate', this.look);
    this.video?.removeEventListener('seeked', this.look);
  }

  private readonly text = (key: string, values: Record<string, string | number> = {}): string =>
    fill(this.strings[key] ?? '', values);

  private ask(): Promise<Told | null> {
    return askTold(this.dataset['told'] ?? '');
  }

  private async open(): Promise<void> {
    const told = await this.ask();
    this.video = document.querySelector<HTMLVideoElement>('lms-player video');
    if (told === null || told.entries.length === 0 || this.video === null || !this.isConnected) return;
    this.told = told;
    this.draw(told.entries);
    this.video.addEventListener('timeupdate', this.look);
    this.video.addEventListener('seeked', this.look);
    this.look();
  }

  private draw(entries: readonly Entry[]): void {
    this.page = new SlidePage({ text: this.text, base: () => this.told.slides }, () => void this.freshSlides());
    this.stage.append(this.page.element);
    this.talk.setAttribute('aria-label', this.text('replay_talk'));
    this.talk.tabIndex = 0;
    this.replaceChildren(this.stage);
    if (entries.some((entry) => entry.text !== undefined)) {
      this.note.textContent = this.text('replay_talk_later');
      this.append(make('h2', 'card__title', this.text('replay_talk')), this.note, this.talk);
    }
    this.hidden = false;
  }

  private show(): void {
    const moment = momentAt(this.told.entries, this.count);
    this.stage.hidden = moment.slide === null;
    this.page?.show(moment.slide);
    this.page?.setMarks(moment.marks);
    this.note.hidden = moment.said.length > 0;
    this.talk.replaceChildren(...talkLines(moment.said, this.text));
    this.talk.scrollTop = this.talk.scrollHeight;
  }

  private async freshSlides(): Promise<void> {
    const fresh = await this.ask();
    if (fresh === null) return;
    this.told.slides = fresh.slides;
    this.page?.load();
  }
}

customElements.define('lms-class-beside', LmsClassBeside);
