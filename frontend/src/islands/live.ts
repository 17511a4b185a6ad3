/**
 * <lms-live>: a class as its audience sees it. The line brings the picture within a second where it
 * can, segments bring it a little later where it cannot; the page moves between them by itself.
 */
import { button, make } from '../contest/elements';
import { fill, readConfig } from '../exam/config';
import type { ClassView, LiveConfig } from '../live/config';
import { LinePicture, mediaSourceClass } from '../live/mse';
import type { RoomState } from '../live/room';
import { SegmentPicture } from '../live/segments';
import { Side } from '../live/side';
import { soundCard } from '../live/sound';

const LOOK_MS = 500;
const FIRST_BACK_MS = 60_000;
const LONGEST_BACK_MS = 600_000;

export class LmsLive extends HTMLElement {
  private config!: LiveConfig;
  private view!: ClassView;
  private side!: Side;
  private readonly video = make('video', 'live-stage__video');
  private readonly note = make('p', 'live-stage__note');
  private readonly sound = button('', 'button button--primary button--main live-stage__sound', () => {
    this.video.muted = false;
    this.sound.hidden = true;
    void this.video.play();
  });
  private readonly status = make('p', 'live__status');
  private readonly badge = make('span', 'live__badge');
  private readonly delay = make('span', 'live__delay');
  private readonly people = make('span', 'live__people');
  private readonly listen = button('', 'button button--secondary', () => {
    this.setListening(!this.classList.contains('is-listening'));
  });
  private readonly full = button('', 'button button--secondary', () => void this.stage.requestFullscreen());
  private stage = make('div', 'live-stage');
  private way: 'line' | 'segments' = 'line';
  private picture: LinePicture | SegmentPicture | null = null;
  private backMs = FIRST_BACK_MS;
  private back = 0;
  private timer = 0;
  private shows = false;

  connectedCallback(): void {
    if (this.classList.contains('is-ready')) return;
    this.config = readConfig(this) as LiveConfig;
    this.view = this.config.set;
    this.side = new Side(this.config, {
      stage: this.stage,
      inStudio: false,
      shownAt: () => {
        const delay = this.delaySeconds();
        return delay === null ? null : this.side.time.now - delay * 1000;
      },
      view: (view) => {
        this.changed(view);
      },
      state: (state, code) => {
        this.lineIs(state, code);
      },
    });
    this.draw();
    if (mediaSourceClass() === null) this.way = 'segments';
    this.side.open();
    this.watch();
    this.timer = window.setInterval(() => {
      this.tick();
    }, LOOK_MS);
    window.addEventListener('pagehide', this.gone);
    window.addEventListener('pageshow', this.shown);
  }

  disconnectedCallback(): void {
    window.clearInterval(this.timer);
    window.clearTimeout(this.back);
    window.removeEventListener('pagehide', this.gone);
    window.removeEventListener('pageshow', this.shown);
    this.side.close();
    this.picture?.close();
  }

  private readonly gone = (): void => {
    this.picture?.close();
    this.picture = null;
  };

  private readonly shown = (): void => {
    if (this.picture === null) this.watch();
  };

  private text(key: string): string {
    return this.config.strings[key] ?? '';
  }

  private draw(): void {
    const { video } = this;
    video.autoplay = video.playsInline = true;
    video.setAttribute('webkit-playsinline', 'true');
    video.setAttribute('aria-label', this.text('video'));
    this.note.setAttribute('role', 'status');
    this.status.setAttribute('role', 'status');
    this.sound.textContent = this.text('unmute');
    this.sound.hidden = this.status.hidden = true;
    this.listen.textContent = this.text('listen');
    this.listen.setAttribute('aria-pressed', 'false');
    this.full.textContent = this.text('fullscreen');
    this.full.hidden = !('requestFullscreen' in this.stage);
    const card = soundCard(video, this.text('sound_alone'), (isSoundAlone) => {
      this.listen.hidden = isSoundAlone;
    });
    this.stage.append(video, card, this.note, this.sound);
    const facts = make('p', 'live__facts', this.badge, this.people, this.delay);
    const main = make(
      'div',
      'live__main',
      this.stage,
      make('div', 'live__bar', facts, make('div', 'cluster', this.listen, this.full)),
    );
    const grid = make('div', 'live__grid', main, this.side.element);
    grid.classList.toggle('has-side', !this.side.element.hidden);
    this.replaceChildren(this.status, grid);
    this.classList.add('is-ready');
    this.changed(this.view);
  }

  // --- The picture ------------------------------------------------------------------------------

  private watch(): void {
    this.picture?.close();
    this.shows = false;
    const shows = (something: boolean): void => {
      this.shows = something;
      this.changed(this.view);
      if (something) void this.play();
    };
    if (this.way === 'line') {
      this.picture = new LinePicture(this.video, this.config.picture, {
        shows,
        failed: () => {
          this.toSegments();
        },
      });
      this.picture.open();
    } else {
      const segments = new SegmentPicture(this.video, this.config.live ?? '', true, {
        shows,
        fresh: () => this.fresh(),
      });
      this.picture = segments;
      void segments.open();
    }
    this.dataset['way'] = this.way;
  }

  /** The line will not do for now; it is tried again after a while. */
  private toSegments(): void {
    this.way = 'segments';
    this.watch();
    if (mediaSourceClass() === null) return;
    window.clearTimeout(this.back);
    this.back = window.setTimeout(() => {
      this.way = 'line';
      this.watch();
    }, this.backMs);
    this.backMs = Math.min(LONGEST_BACK_MS, this.backMs * 2);
  }

  private async fresh(): Promise<string> {
    try {
      const answer = await fetch(this.config.address);
      if (!answer.ok) return '';
      const said = (await answer.json()) as { live?: string };
      this.config.live = said.live ?? this.config.live ?? '';
      return said.live ?? '';
    } catch {
      return '';
    }
  }

  /** With sound where the browser lets us; otherwise silently, and one press away from it. */
  private async play(): Promise<void> {
    try {
      await this.video.play();
    } catch (error) {
      if ((error as DOMException).name !== 'NotAllowedError') return;
      this.video.muted = true;
      this.sound.hidden = false;
      await this.video.play().catch(() => undefined);
    }
  }

  private setListening(listening: boolean): void {
    this.classList.toggle('is-listening', listening);
    this.listen.setAttribute('aria-pressed', String(listening));
    this.listen.textContent = this.text(listening ? 'watch' : 'listen');
    this.changed(this.view);
  }

  private delaySeconds(): number | null {
    return this.shows ? (this.picture?.delay(this.side.time.now) ?? null) : null;
  }

  // --- The room ---------------------------------------------------------------------------------

  private changed(view: ClassView): void {
    this.view = view;
    const { state } = view;
    const onAir = state === 'on_air' || state === 'paused';
    let words = '';
    if (state === 'closed' || state === 'cancelled') words = this.text(state);
    else if (!onAir) words = this.text(state);
    else if (view.lost) words = this.text('lost');
    else if (state === 'paused') words = this.text('paused');
    else if (!this.shows) words = this.text('loading');
    else if (this.classList.contains('is-listening')) words = this.text('listening');
    this.note.textContent = words;
    this.note.hidden = words === '';
    if (state === 'closed') {
      const link = make('a', 'button button--primary button--main', this.text('see_replay'));
      link.href = this.config.page;
      this.note.append(link);
    }
    this.dataset['state'] = state;
    this.classList.toggle('is-on-air', onAir);
    this.classList.toggle('is-covered', !onAir || view.lost || state === 'paused' || !this.shows);
    this.people.textContent = view.people === undefined ? '' : fill(this.text('people'), { count: view.people });
    this.tick();
  }

  private lineIs(state: RoomState, code: number): void {
    const key = { connecting: 'connecting', open: '', broken: 'reconnecting', over: 'stopped' }[state];
    this.status.textContent = this.text(code === 4401 ? 'signed_out' : code === 4409 ? 'elsewhere' : key);
    this.status.hidden = state === 'open' || state === 'connecting';
    if (state !== 'over') return;
    this.picture?.close();
    this.picture = null;
    if (code === 4401) {
      const link = make('a', '', this.config.signIn);
      link.href = `${this.config.signIn}?next=${encodeURIComponent(location.pathname)}`;
      this.status.append(' ', link);
    }
  }

  private tick(): void {
    const { begun, state } = this.view;
    const onAir = state === 'on_air' || state === 'paused';
    this.badge.hidden = !onAir;
    if (onAir && begun !== null) {
      const seconds = Math.max(0, Math.floor((this.side.time.now - begun) / 1000));
      const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
      this.badge.textContent = `● ${parts.map((part) => String(part).padStart(2, '0')).join(':')}`;
    }
    const delay = this.delaySeconds();
    this.delay.hidden = delay === null;
    if (delay !== null) {
      const way = this.text(this.way === 'line' ? 'way_ws' : 'way_hls');
      this.delay.textContent = `${fill(this.text('latency'), { seconds: delay.toFixed(1) })} · ${way}`;
      this.dataset['delay'] = delay.toFixed(2);
    }
  }
}

customElements.define('lms-live', LmsLive);
