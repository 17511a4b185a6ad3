/**
 * <lms-player>: the lesson's video with resume, captions, speed, the map of watched parts, and beats.
 * What it refuses (seeking ahead, speed) is a courtesy; what counts is decided by the server.
 */
import { PlayerApi } from '../player/api';
import { Captions } from '../player/captions';
import { readConfig, type PlayerConfig, type StartAnswer } from '../player/config';
import { leaveFullScreen, stores, toggleFullscreen } from '../player/device';
import { Engine, engineKind } from '../player/engine';
import { keyAction, type KeyAction } from '../player/keys';
import { BeatQueue, type FlushReport } from '../player/queue';
import { PresenceCheck } from '../player/presence';
import { Preview } from '../player/preview';
import { takeOf } from '../player/playlist';
import { Recorder, type Played } from '../player/recorder';
import { addSpan, allowedPosition, coveredMs, edgeMs, mergeSpans, type Span } from '../player/spans';
import { openStore } from '../player/store';
import { markLine, onLine } from '../player/transcript';
import { PlayerView, type Saved } from '../player/view';
import { explain, ReplacedError, tellReplaced } from '../player/trouble';
import { Watermark } from '../player/watermark';

const STEP_MS = 10_000;
const RETRY_FLUSH_MS = 20_000;

export class LmsPlayer extends HTMLElement {
  private config!: PlayerConfig;
  private view!: PlayerView;
  private api!: PlayerApi;
  private engine!: Engine;
  private captions!: Captions;
  private presence!: PresenceCheck;
  private recorder!: Recorder;
  private queue!: Promise<BeatQueue>;
  private session: StartAnswer | null = null;
  private starting: Promise<void> | null = null;
  private spans: Span[] = [];
  private verifiedMs = 0;
  private requiredMs: number | null = null;
  private completed = false;
  private opened = false;
  private held: Played[] = [];
  private lastMs = 0;
  private flushTimer = 0;
  private refreshTimer = 0;
  private retryTimer = 0;
  private leaving = false;
  private settling = false;
  private everSaved = false;
  private watermark: Watermark | null = null;

  connectedCallback(): void {
    if (this.classList.contains('is-ready')) return;
    this.config = readConfig(this);
    this.view = new PlayerView(this, this.config.strings);
    this.api = new PlayerApi(this.config);
    this.spans = mergeSpans(this.config.covered);
    this.verifiedMs = coveredMs(this.spans);
    this.requiredMs = this.config.requiredMs || null;
    this.completed = this.config.completed;
    this.recorder = new Recorder(this.config.beatSeconds * 1000);
    this.queue = openStore(stores()).then((store) => new BeatQueue(this.config.lesson, store, this.api.beats));
    const { video } = this.view;
    video.removeAttribute('controls');
    for (const source of Array.from(video.querySelectorAll('source'))) source.remove();
    this.engine = new Engine(engineKind(window, video), video, this.config.playlist, {
      expired: () => {
        void this.renewPlaylist();
      },
      waiting: (on) => {
        this.view.wait(on && !video.paused);
      },
      failed: () => {
        this.view.notice(this.view.text('broken'), this.view.text('again'), () => {
          location.reload();
        });
      },
      levels: (sizes, soundAlone) => {
        this.view.fillQualities(sizes, soundAlone);
      },
    });
    this.captions = new Captions(this.view, this.config.captions, this.engine.kind, stores().localStorage);
    new Preview(this.view, this.config, this.engine.current);
    this.presence = new PresenceCheck(this, this.api, (key) => this.view.text(key));
    if (this.isInternal) this.mark(this.config.watermark ?? '');
    this.bindVideo();
    this.bindControls();
    this.bindPage();
    this.paint();
    this.classList.add('is-ready');
    this.prepareLate();
    void this.sendLeftovers();
  }

  disconnectedCallback(): void {
    this.stopped();
    this.engine.close();
    this.watermark?.remove();
    window.clearInterval(this.flushTimer);
    window.clearTimeout(this.refreshTimer);
    window.clearTimeout(this.retryTimer);
  }

  private get isInternal(): boolean {
    return (this.config.watermark ?? '') !== '';
  }

  /** Where the picture goes without us (a small window, the device's own full screen), it would
   * go without the mark. */
  private mark(text: string): void {
    this.watermark = new Watermark(this.view.stage, text);
    this.view.video.disablePictureInPicture = true;
    this.view.video.setAttribute('controlslist', 'nodownload noremoteplayback');
  }

  private get locked(): boolean {
    return this.config.lockSeek && !this.completed;
  }

  private get edge(): number {
    return Math.max(edgeMs(this.spans), 0);
  }

  private get positionMs(): number {
    return this.opened ? this.view.video.currentTime * 1000 : this.resumeMs;
  }

  private get resumeMs(): number {
    const { resumeMs, durationMs } = this.config;
    // An address may name the second to begin at: where an answer is explained.
    const asked = Number(new URLSearchParams(window.location.search).get('t')) * 1000;
    const place = asked > 0 ? asked : (this.session?.resumeMs ?? resumeMs);
    return place >= durationMs - 3000 ? 0 : place;
  }

  // --- Starting -----------------------------------------------------------------------------

  /** The library comes after the page is there, or at the first touch: the poster comes first. */
  private prepareLate(): void {
    const prepare = (): void => {
      this.engine.prepare().catch(() => undefined);
    };
    for (const event of ['pointerdown', 'keydown', 'focusin'] as const) {
      this.addEventListener(event, prepare, { once: true, passive: true });
    }
    const idle = (): void => {
      if ('requestIdleCallback' in window) window.requestIdleCallback(prepare, { timeout: 4000 });
      else setTimeout(prepare, 1500);
    };
    if (document.readyState === 'complete') idle();
    else window.addEventListener('load', idle, { once: true });
  }

  private async play(): Promise<void> {
    const { video } = this.view;
    this.view.notice('');
    this.view.start.hidden = true;
    try {
      if (!this.opened) {
        this.view.wait(true);
        await this.ensureSession();
        if (await this.somebodyIsThere()) return;
        await this.engine.open(this.resumeMs);
        this.opened = true;
        this.captions.open(this.engine.current);
      } else {
        await this.ensureSession();
        if (await this.somebodyIsThere()) return;
      }
      await video.play();
    } catch (error) {
      this.view.wait(false);
      this.view.start.hidden = this.opened;
      explain(this.view, error, () => void this.play());
    }
  }

  /** The lecture shows another content than the page was made for. */
  private isReplaced(playlist: string): boolean {
    return takeOf(playlist) !== takeOf(this.config.playlist);
  }

  private ensureSession(): Promise<void> {
    if (this.session !== null) return Promise.resolve();
    this.starting ??= this.begin().finally(() => {
      this.starting = null;
    });
    return this.starting;
  }

  private async begin(): Promise<void> {
    const answer = await this.api.start();
    // What still waits was played of the former content, and goes out under the former ticket.
    if (this.isReplaced(answer.playlist)) throw new ReplacedError();
    const queue = await this.queue;
    if (!this.config.unrecorded) await queue.moveTo(answer.token, answer.nextSeq ?? 1);
    this.session = answer;
    for (const [from, to] of answer.covered) this.spans = addSpan(this.spans, from, to);
    this.completed = this.completed || answer.completed;
    this.engine.renew(answer.playlist);
    this.planRefresh(answer.refreshSeconds);
    const held = this.held;
    this.held = [];
    await queue.add(held);
    this.paint();
  }

  // --- Presence -----------------------------------------------------------------------------

  /** Ask if the server wants to know; true if it did, and play has been started after the answer. */
  private async somebodyIsThere(): Promise<boolean> {
    const session = this.session;
    if (session?.check !== true || session.checkUrl === undefined) return false;
    this.view.wait(false);
    this.view.video.pause();
    await leaveFullScreen(this.view.video);
    await this.presence.ask(session.checkUrl, this.view.video.muted);
    session.check = false;
    await this.flush();
    await this.play();
    return true;
  }

  // --- Playing ------------------------------------------------------------------------------

  private bindVideo(): void {
    const { video } = this.view;
    video.addEventListener('play', () => {
      if (this.presence.isOpen) {
        video.pause(); // started by a key of the device
        return;
      }
      this.view.pressed('play', true);
      window.clearInterval(this.flushTimer);
      this.flushTimer = window.setInterval(() => {
        void this.flush();
      }, this.config.beatSeconds * 1000);
    });
    video.addEventListener('playing', () => {
      this.view.wait(false);
      this.sample();
      if (!this.everSaved) this.view.saved('playing', 0, this.verifiedMs);
    });
    video.addEventListener('waiting', () => {
      this.view.wait(true);
    });
    video.addEventListener('timeupdate', () => {
      this.sample();
      this.paint();
    });
    video.addEventListener('pause', () => {
      this.view.pressed('play', false);
      window.clearInterval(this.flushTimer);
      this.sample();
      this.stopped();
      void this.flush();
    });
    video.addEventListener('seeking', () => {
      this.stopped();
      const wanted = video.currentTime * 1000;
      const allowed = allowedPosition(wanted, this.edge, this.locked);
      if (allowed !== wanted) {
        video.currentTime = allowed / 1000;
        this.view.hint(this.view.text('locked'));
      }
      this.paint();
    });
    video.addEventListener('ratechange', () => {
      if (video.playbackRate > this.config.maxRate) video.playbackRate = this.config.maxRate;
      this.view.rate.value = String(video.playbackRate);
    });
    video.addEventListener('ended', () => {
      this.stopped();
      void this.flush().then(() => this.settle());
    });
  }

  private sample(): void {
    const { video } = this.view;
    if (video.seeking || !this.opened) return;
    const position = video.currentTime * 1000;
    const finished = this.recorder.sample({
      position,
      at: performance.now(),
      rate: video.playbackRate,
      visible: document.visibilityState === 'visible',
    });
    const step = position - this.lastMs;
    if (step > 0 && step < 2000) this.spans = addSpan(this.spans, this.lastMs, position);
    this.lastMs = position;
    this.keep(finished);
    if (finished.length > 0) void this.queue.then(() => this.flush());
  }

  private stopped(): void {
    this.keep(this.recorder.finish());
    this.lastMs = this.view.video.currentTime * 1000;
  }

  private keep(played: Played[]): void {
    if (played.length === 0 || this.config.unrecorded) return;
    if (this.session === null) {
      this.held.push(...played);
      return;
    }
    void this.queue.then((queue) => {
      if (this.leaving) queue.farewell(played);
      else return queue.add(played);
      return undefined;
    });
  }

  // --- Saving -------------------------------------------------------------------------------

  /** Beats of an earlier visit that never arrived. */
  private async sendLeftovers(): Promise<void> {
    if (this.config.unrecorded) return;
    const queue = await this.queue;
    if ((await queue.waiting()) > 0) await this.flush();
    else this.view.saved('idle', 0, this.verifiedMs);
  }

  private async flush(): Promise<void> {
    if (this.config.unrecorded) return;
    const queue = await this.queue;
    // Once asked, nothing is sent before the answer: the server would hold it back.
    if (this.presence.isOpen) return;
    if (!(await this.presence.deliver())) {
      this.told({ waiting: await queue.waiting(), reached: false, expired: false, answer: null });
      return;
    }
    const report = await queue.flush();
    if (report.expired) {
      this.session = null;
      await this.ensureSession().then(
        () => this.flush(),
        (error: unknown) => {
          explain(this.view, error, () => void this.play());
        },
      );
      return;
    }
    this.told(report);
  }

  private told(report: FlushReport): void {
    const { answer } = report;
    if (answer !== null) this.verifiedMs = Math.max(this.verifiedMs, answer.coveredMs);
    if (answer !== null) this.everSaved = true;
    const unsaved: Saved = this.view.video.paused ? 'idle' : 'playing';
    const settled: Saved = this.everSaved ? 'saved' : unsaved;
    const state: Saved = !report.reached ? 'offline' : report.waiting > 0 ? 'saving' : settled;
    this.view.saved(state, report.waiting, this.verifiedMs);
    if (!report.reached) {
      window.clearTimeout(this.retryTimer);
      this.retryTimer = window.setTimeout(() => {
        void this.flush();
      }, RETRY_FLUSH_MS);
    }
    if (answer?.open === false) void this.takenOver();
    else if (answer?.check === true && this.session !== null) {
      this.session.check = true;
      if (!this.presence.isOpen) void this.somebodyIsThere();
    } else if (answer !== null && this.enoughWatched()) void this.settle();
  }

  private async takenOver(): Promise<void> {
    const before = this.session;
    this.session = null;
    this.view.video.pause();
    const fresh = before === null ? null : await this.api.playlist(before).catch(() => null);
    if (fresh !== null && this.isReplaced(fresh.playlist)) {
      tellReplaced(this.view);
      return;
    }
    this.view.notice(this.view.text('elsewhere'), this.view.text('here'), () => {
      void this.play();
    });
  }

  private enoughWatched(): boolean {
    return !this.completed && this.verifiedMs >= (this.requiredMs ?? this.config.durationMs * 0.95);
  }

  private async settle(): Promise<void> {
    const session = this.session;
    if (session === null || this.settling || this.completed) return;
    this.settling = true;
    try {
      const answer = await this.api.settle(session.settleUrl);
      this.requiredMs = answer.requiredMs;
      this.verifiedMs = Math.max(this.verifiedMs, answer.coveredMs);
      this.completed = answer.completed;
      if (answer.completed) {
        this.view.done(answer.message);
        this.dispatchEvent(new CustomEvent('lms:completed', { bubbles: true, detail: answer }));
      } else if (this.view.video.ended) {
        this.view.hint(answer.message);
      }
      this.paint();
    } catch {
      // The server settles by itself when the session closes; nothing of it is lost here.
    } finally {
      this.settling = false;
    }
  }

  private planRefresh(seconds: number): void {
    window.clearTimeout(this.refreshTimer);
    this.refreshTimer = window.setTimeout(() => {
      void this.renewPlaylist();
    }, seconds * 1000);
  }

  private async renewPlaylist(): Promise<void> {
    if (this.session === null) return;
    try {
      const fresh = await this.api.playlist(this.session);
      if (this.isReplaced(fresh.playlist)) {
        tellReplaced(this.view);
        return;
      }
      this.engine.renew(fresh.playlist);
      this.planRefresh(fresh.refreshSeconds);
    } catch {
      this.planRefresh(RETRY_FLUSH_MS / 1000);
    }
  }

  // --- The page around ------------------------------------------------------------------------

  private bindPage(): void {
    const leave = (): void => {
      this.sample();
      this.leaving = true;
      const played = this.recorder.finish();
      void this.queue.then((queue) => {
        if (!this.config.unrecorded) queue.farewell(played);
        this.leaving = false;
      });
    };
    window.addEventListener('pagehide', leave);
    onLine((milliseconds) => {
      void this.jumpTo(milliseconds);
    });
    document.addEventListener('htmx:after:swap', () => {
      this.paint();
    });
    document.addEventListener('visibilitychange', () => {
      this.sample();
      if (document.visibilityState === 'hidden' && !this.view.video.paused) {
        this.keep(this.recorder.finish());
        void this.flush();
      }
    });
    window.addEventListener('online', () => {
      void this.flush();
    });
    window.addEventListener('offline', () => {
      void this.queue
        .then((queue) => queue.waiting())
        .then((waiting) => {
          this.view.saved('offline', waiting, this.verifiedMs);
        });
    });
  }

  private bindControls(): void {
    const { view } = this;
    const { video } = view;
    view.fillRates(this.config.rates, this.config.maxRate);
    view.start.hidden = false;
    view.start.addEventListener('click', () => {
      void this.play();
    });
    view.seek.max = String(this.config.durationMs);
    view.seek.addEventListener('input', () => {
      this.moveTo(Number(view.seek.value));
    });
    view.on('play', () => {
      this.do('toggle');
    });
    view.on('back', () => {
      this.do('back');
    });
    view.on('forward', () => {
      this.do('forward');
    });
    view.on('mute', () => {
      this.do('mute');
    });
    view.on('captions', () => {
      this.do('captions');
    });
    view.on('fullscreen', () => {
      this.do('fullscreen');
    });
    view.on('pip', () => {
      void this.pictureInPicture();
    });
    view.rate.addEventListener('change', () => {
      // Also the default: attaching the lecture begins with the default speed again.
      video.defaultPlaybackRate = Number(view.rate.value);
      video.playbackRate = video.defaultPlaybackRate;
    });
    view.quality.addEventListener('change', () => {
      this.stopped();
      this.engine.choose(Number(view.quality.value)).catch((error: unknown) => {
        explain(this.view, error, () => void this.play());
      });
    });
    video.addEventListener('click', () => {
      this.do('toggle');
    });
    video.addEventListener('volumechange', () => {
      view.pressed('mute', video.muted);
    });
    const small = 'pictureInPictureEnabled' in document && document.pictureInPictureEnabled;
    view.show('pip', small && !this.isInternal);
    const alone = 'webkitEnterFullscreen' in video && !this.isInternal;
    view.show('fullscreen', 'requestFullscreen' in this || alone);
    document.addEventListener('fullscreenchange', () => {
      const full = document.fullscreenElement === this;
      this.classList.toggle('is-full', full);
      view.pressed('fullscreen', full);
    });
    this.addEventListener('keydown', (event) => {
      const action = keyAction(event);
      if (action === null) return;
      event.preventDefault();
      this.do(action);
    });
  }

  private do(action: KeyAction): void {
    const { video } = this.view;
    if (action === 'toggle') {
      if (video.paused) void this.play();
      else video.pause();
    } else if (action === 'back') this.moveTo(this.positionMs - STEP_MS);
    else if (action === 'forward') this.moveTo(this.positionMs + STEP_MS);
    else if (action === 'mute') video.muted = !video.muted;
    else if (action === 'captions') this.captions.toggle();
    else if (action === 'fullscreen') void toggleFullscreen(this, this.view.video);
    else this.changeRate(action === 'faster' ? 1 : -1);
  }

  private moveTo(wantedMs: number): void {
    if (!this.opened) {
      void this.play();
      return;
    }
    const within = Math.min(wantedMs, this.config.durationMs);
    const allowed = allowedPosition(within, this.edge, this.locked);
    if (allowed < within) this.view.hint(this.view.text('locked'));
    this.view.video.currentTime = Math.max(0, allowed) / 1000;
    this.paint();
  }

  /** From a line of the transcript, also before the first play. */
  private async jumpTo(wantedMs: number): Promise<void> {
    this.scrollIntoView({ block: 'nearest' });
    if (!this.opened) await this.play();
    if (this.opened) this.moveTo(wantedMs);
  }

  private changeRate(direction: 1 | -1): void {
    const next = this.view.rate.options[this.view.rate.selectedIndex + direction];
    if (next !== undefined) this.view.video.playbackRate = Number(next.value);
  }

  private async pictureInPicture(): Promise<void> {
    try {
      if (document.pictureInPictureElement !== null) await document.exitPictureInPicture();
      else await this.view.video.requestPictureInPicture();
    } catch {
      this.view.hint(this.view.text('no_pip'));
    }
  }

  private paint(): void {
    const { durationMs } = this.config;
    this.view.place(Math.min(this.positionMs, durationMs), durationMs);
    this.view.map(this.spans, this.edge, durationMs, this.locked);
    if (this.opened) markLine(this.positionMs);
  }
}

if (customElements.get('lms-player') === undefined) customElements.define('lms-player', LmsPlayer);
