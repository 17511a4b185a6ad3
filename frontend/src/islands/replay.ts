/**
 * <lms-replay>: a class that is over, from the segments that were served or as a lecture, with its
 * slides, what was drawn on them and what was said in step with the picture.
 */
import { button, make } from '../contest/elements';
import { fill, readConfig } from '../exam/config';
import type { LiveConfig } from '../live/config';
import { talkLines } from '../live/replay/talk';
import { askTold, NOTHING_TOLD, type Told } from '../live/replay/told';
import { chapterAt, clockText, countAt, momentAt } from '../live/replay/timeline';
import { ReplayChecks } from '../live/replay-checks';
import { SegmentPicture } from '../live/segments';
import { soundCard } from '../live/sound';
import { SlidePage } from '../live/slides/page';

const SPEEDS = [0.75, 1, 1.25, 1.5, 2];

export class LmsReplay extends HTMLElement {
  private config!: LiveConfig;
  private picture: SegmentPicture | null = null;
  private page: SlidePage | null = null;
  private checks: ReplayChecks | null = null;
  private video!: HTMLVideoElement;
  private stage!: HTMLElement;
  private told = NOTHING_TOLD;
  private count = -1;
  private chapter = -2;
  private readonly list = make('ol', 'replay-chapters');
  private readonly talk = make('ol', 'replay-talk');
  private readonly play = button('', 'button button--secondary', () => {
    if (this.video.paused) void this.video.play().catch(() => undefined);
    else this.video.pause();
  });
  private readonly place = make('input', 'replay-bar__place');
  private readonly clock = make('span', 'replay-bar__clock');
  private readonly swap = button('', 'slide-swap', () => {
    this.stage.classList.toggle('is-swapped');
  });

  connectedCallback(): void {
    if (this.picture !== null) return;
    this.config = readConfig(this) as LiveConfig;
    const video = this.querySelector('video');
    const stage = this.querySelector<HTMLElement>('.live-stage');
    if (video === null || stage === null || (this.config.replay ?? '') === '') return;
    this.video = video;
    this.stage = stage;
    video.replaceChildren();
    void this.open();
  }

  disconnectedCallback(): void {
    this.picture?.close();
    this.page?.close();
  }

  private text(key: string, values: Record<string, string | number> = {}): string {
    return fill(this.config.strings[key] ?? '', values);
  }

  private async open(): Promise<void> {
    const told = await this.ask();
    if (told !== null) this.told = told;
    if (!this.isConnected) return;
    this.draw();
    this.picture = new SegmentPicture(this.video, this.told.replay || (this.config.replay ?? ''), false, {
      shows: () => {
        this.classList.add('is-ready');
      },
      fresh: async () => {
        const fresh = await this.ask();
        // The moments belong to what is being watched: the lecture comes with the next visit.
        if (fresh !== null) this.told.slides = fresh.slides;
        const isSame = fresh !== null && sameKind(fresh.replay, this.told.replay);
        return isSame ? fresh.replay : '';
      },
    });
    await this.picture.open();
    this.look();
    await this.askAgain();
  }

  private ask(): Promise<Told | null> {
    return askTold(this.dataset['told'] ?? '');
  }

  /** What the class was asked is asked again where the picture comes to it. */
  private async askAgain(): Promise<void> {
    const places = new Map<number, number>();
    for (const { check, kind, t } of this.told.entries) {
      if (kind === 'check_open' && check !== undefined) places.set(check, t);
    }
    if (places.size === 0) return;
    const checks = new ReplayChecks({
      cues: this.dataset['cues'] ?? '',
      text: (key, values) => this.text(key, values),
      pause: () => {
        this.video.pause();
      },
      resume: () => void this.video.play().catch(() => undefined),
    });
    await checks.load().catch(() => undefined);
    checks.place(places);
    this.stage.append(checks.element);
    this.checks = checks;
  }

  // --- Drawing ----------------------------------------------------------------------------------

  private draw(): void {
    const { video, stage } = this;
    const { entries, chapters } = this.told;
    video.controls = false;
    this.page = new SlidePage(
      { text: (key, values) => this.text(key, values), base: () => this.told.slides },
      () => void this.freshSlides(),
    );
    stage.prepend(this.page.element);
    video.after(soundCard(video, this.text('sound_alone')));
    this.swap.setAttribute('aria-label', this.text('slides_swap'));
    this.swap.hidden = true;
    stage.append(this.swap);
    const main = make('div', 'live__main', stage, this.bar());
    const aside = make('div', 'replay-side');
    if (chapters.length > 0) aside.append(this.chapters());
    const hasTalk = entries.some((entry) => entry.text !== undefined);
    const note = make('p', 'muted small', this.text(hasTalk ? 'replay_talk_later' : 'replay_no_talk'));
    this.talk.setAttribute('aria-label', this.text('replay_talk'));
    this.talk.tabIndex = 0;
    aside.append(
      make('section', 'replay-side__part', make('h2', 'replay-side__title', this.text('replay_talk')), note, this.talk),
    );
    const parts: HTMLElement[] = [make('div', 'live__grid has-side', main, aside)];
    if (this.told.lesson !== '') {
      const link = make('a', '', this.text('replay_lesson'));
      link.href = this.told.lesson;
      parts.unshift(make('p', 'live__status', link));
    }
    this.replaceChildren(...parts);
    for (const name of ['timeupdate', 'seeked', 'loadedmetadata', 'play', 'pause', 'ratechange']) {
      video.addEventListener(name, () => {
        this.look();
      });
    }
    stage.addEventListener('click', (event) => {
      if (event.target === video) this.play.click();
    });
  }

  private bar(): HTMLElement {
    const { video, place } = this;
    place.type = 'range';
    place.min = '0';
    place.step = '1';
    place.setAttribute('aria-label', this.text('replay_place'));
    place.addEventListener('input', () => {
      video.currentTime = Number(place.value);
    });
    const speed = make('select', 'input replay-bar__speed');
    speed.setAttribute('aria-label', this.text('replay_speed'));
    for (const each of SPEEDS) {
      const option = make('option', '', `${String(each)}×`);
      option.value = String(each);
      option.selected = each === 1;
      speed.append(option);
    }
    speed.addEventListener('change', () => {
      video.playbackRate = Number(speed.value);
    });
    const full = button(this.text('fullscreen'), 'button button--secondary', () => void this.stage.requestFullscreen());
    full.hidden = !('requestFullscreen' in this.stage);
    return make('div', 'live__bar replay-bar', this.play, place, this.clock, speed, full);
  }

  /** The chapters, and the pages whose words one looks for. */
  private chapters(): HTMLElement {
    const find = make('input', 'input replay-find');
    find.type = 'search';
    find.setAttribute('aria-label', this.text('replay_find'));
    find.placeholder = this.text('replay_find');
    find.addEventListener('input', () => {
      this.fillChapters(find.value.trim().toLowerCase());
    });
    this.fillChapters('');
    return make(
      'section',
      'replay-side__part',
      make('h2', 'replay-side__title', this.text('replay_chapters')),
      find,
      this.list,
    );
  }

  private fillChapters(words: string): void {
    const { entries, chapters } = this.told;
    let shown = chapters;
    if (words !== '') {
      shown = entries.flatMap((entry) => {
        const slide = entry.kind === 'slide' && typeof entry.slide === 'object' ? entry.slide : null;
        if (slide === null || !slide.text.toLowerCase().includes(words)) return [];
        return [{ start: entry.t, title: slide.text.slice(0, 60) }];
      });
    }
    this.list.replaceChildren(
      ...shown.map((chapter) => {
        const one = button('', 'replay-chapters__one', () => {
          this.video.currentTime = chapter.start / 1000;
          void this.video.play().catch(() => undefined);
        });
        one.append(make('span', 'replay-chapters__time', clockText(chapter.start / 1000)), chapter.title);
        return make('li', '', one);
      }),
    );
    if (shown.length === 0) this.list.append(make('li', 'muted', this.text('replay_none')));
    this.list.classList.toggle('is-found', words !== '');
    this.chapter = -2;
    this.look();
  }

  // --- In step with the picture -----------------------------------------------------------------

  private look(): void {
    const { video, told } = this;
    const t = video.currentTime * 1000;
    this.checks?.shows(t);
    const seconds = Number.isFinite(video.duration) ? video.duration : told.length / 1000;
    this.play.textContent = this.text(video.paused ? 'replay_play' : 'replay_pause');
    this.place.max = String(Math.floor(seconds));
    this.place.value = String(Math.floor(video.currentTime));
    this.place.setAttribute('aria-valuetext', clockText(video.currentTime));
    this.clock.textContent = `${clockText(video.currentTime)} / ${clockText(seconds)}`;
    const chapter = this.list.classList.contains('is-found') ? -1 : chapterAt(told.chapters, t);
    if (chapter !== this.chapter) {
      this.chapter = chapter;
      this.list.querySelectorAll('button').forEach((one, place) => {
        if (place === chapter) one.setAttribute('aria-current', 'true');
        else one.removeAttribute('aria-current');
      });
    }
    const count = countAt(told.entries, t);
    if (count === this.count) return;
    this.count = count;
    this.show();
  }

  private show(): void {
    const moment = momentAt(this.told.entries, this.count);
    this.stage.classList.toggle('has-slide', moment.slide !== null);
    this.swap.hidden = moment.slide === null;
    this.page?.show(moment.slide);
    this.page?.setMarks(moment.marks);
    this.talk.replaceChildren(...talkLines(moment.said, (key) => this.text(key)));
    this.talk.scrollTop = this.talk.scrollHeight;
  }

  private async freshSlides(): Promise<void> {
    const fresh = await this.ask();
    if (fresh === null) return;
    this.told.slides = fresh.slides;
    this.page?.load();
  }
}

/** Both of what was served, or both of the lecture. */
function sameKind(one: string, other: string): boolean {
  return one.startsWith('/live-files/') === other.startsWith('/live-files/');
}

customElements.define('lms-replay', LmsReplay);
