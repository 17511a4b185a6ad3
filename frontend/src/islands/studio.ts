/**
 * <lms-studio>: where a teacher holds a class from the browser. Before going on air the devices are
 * checked; on the air everything recorded is kept here until the server has it on its disk.
 */
import { button, make } from '../contest/elements';
import { csrfToken } from '../core/csrf';
import { fill, readConfig } from '../exam/config';
import { socketAddress, type ClassView, type StudioConfig } from '../live/config';
import { studio, type StudioDesk } from '../live/desk';
import { Capture, obstacle, refusalKey, type Quality } from '../studio/capture';
import { Side } from '../live/side';
import { Check } from '../studio/check';
import type { ObsConfig, ObsPanel } from '../studio/obs';
import { Recorder } from '../studio/recorder';
import { Sources } from '../studio/sources';
import { Stream, Upload, type Said } from '../studio/upload';

const LOOK_MS = 100;
const BEHIND_SECONDS = 2;

export class LmsStudio extends HTMLElement {
  private config!: StudioConfig;
  private check!: Check;
  private side!: Side;
  private stage!: HTMLElement;
  /** Comes later: few teach from OBS. */
  private obs: ObsPanel | null = null;
  private readonly obsPlace = make('div', 'card studio-obs');
  private sources!: Sources;
  /** What belongs to the devices of this page, and not to OBS. */
  private ofDevices: HTMLElement[] = [];
  private readonly capture = new Capture(() => {
    this.say(this.text('source_ended'), true);
  });
  private readonly video = make('video', 'live-stage__video');
  private readonly note = make('p', 'live-stage__note');
  private readonly status = make('p', 'live__status');
  private readonly meter = make('span', 'studio-meter__bar');
  private readonly figures = make('dl', 'studio-figures');
  private readonly figure: Record<string, HTMLElement> = {};
  private readonly go = button('', 'button button--primary button--main', () => void this.start());
  private readonly pauseButton = button('', 'button button--secondary', () => void this.pause());
  private readonly muteButton = button('', 'button button--secondary', () => {
    this.mute(!this.muted);
  });
  private readonly change = button('', 'button button--secondary', () => void this.changeSource());
  private readonly acts = make('div', 'cluster studio__acts');
  /** Before the class it is chosen from; during it, it is out of the way. */
  private readonly folded = make('details', 'card studio-settings');
  private upload: Upload | null = null;
  private recorder: Recorder | null = null;
  private stream: Stream | null = null;
  private opening = false;
  private onAir = false;
  private paused = false;
  private muted = false;
  private broken = false;
  /** The picture is to come from OBS; and it does. */
  private viaObs = false;
  private fromObs = false;
  private isLost = false;
  private timer = 0;

  /** For the parts of the room: somebody else is seen and heard in what goes out. */
  private readonly desk: StudioDesk = this.makeDesk();

  connectedCallback(): void {
    if (this.classList.contains('is-ready')) return;
    this.config = readConfig(this) as StudioConfig;
    this.paused = this.config.set.state === 'paused';
    this.check = new Check(this.config.strings, this.capture, this.config.uplink, () => void this.open());
    this.stage = make('div', 'live-stage', this.video, this.note);
    studio.desk = this.desk;
    // What the teacher sees is what is being recorded: there is no delay.
    this.side = new Side(this.config, {
      stage: this.stage,
      inStudio: true,
      shownAt: () => this.side.time.now,
      view: (view) => {
        this.viewed(view);
      },
      state: () => undefined,
      aside: (aside) => {
        if (aside['obs'] === true) void this.obs?.look();
      },
    });
    this.obsPlace.hidden = true;
    this.draw();
    this.viewed(this.config.set);
    this.side.open();
    const why = obstacle();
    if (why !== '') {
      this.check.refused(why, '');
      this.say(this.text(why), true);
      this.go.disabled = true;
      return;
    }
    this.timer = window.setInterval(() => {
      this.tick();
    }, LOOK_MS);
    window.addEventListener('beforeunload', this.leaving);
    void this.open();
    void this.check.measure();
  }

  disconnectedCallback(): void {
    window.clearInterval(this.timer);
    window.removeEventListener('beforeunload', this.leaving);
    this.side.close();
    studio.desk = null;
    this.upload?.close();
    this.capture.close();
  }

  /** What only this page has is not left behind without a question. */
  private readonly leaving = (event: BeforeUnloadEvent): void => {
    if (this.upload !== null && !this.upload.isEmpty && this.upload.behindSeconds > BEHIND_SECONDS) {
      event.preventDefault();
    }
  };

  private text(key: string): string {
    return this.config.strings[key] ?? '';
  }

  private say(words: string, isBad = false): void {
    this.status.textContent = words;
    this.status.hidden = words === '';
    this.status.classList.toggle('is-bad', isBad);
  }

  // --- Drawing ----------------------------------------------------------------------------------

  private draw(): void {
    this.video.muted = this.video.autoplay = this.video.playsInline = true;
    this.video.setAttribute('aria-label', this.text('preview'));
    this.note.hidden = this.status.hidden = true;
    this.status.setAttribute('role', 'status');
    this.go.textContent = this.text('go');
    this.pauseButton.textContent = this.text('pause');
    this.muteButton.textContent = this.text('mute');
    this.muteButton.setAttribute('aria-pressed', 'false');
    this.change.textContent = this.text('change');
    this.change.hidden = this.pauseButton.hidden = this.muteButton.hidden = true;
    this.go.disabled = true;
    const meter = make('div', 'studio-meter', make('span', 'studio-meter__name', this.text('microphone')), make('span', 'studio-meter__track', this.meter));
    for (const key of ['watchers', 'quality', 'uplink', 'delay']) {
      const value = make('dd', '', '–');
      this.figure[key] = value;
      this.figures.append(make('div', 'studio-figures__one', make('dt', '', this.text(key)), value));
    }
    this.figures.hidden = true;
    this.ofDevices.push(meter);
    this.acts.append(this.go, this.pauseButton, this.muteButton);
    const main = make(
      'div',
      'studio__main',
      this.stage,
      meter,
      this.figures,
      this.acts,
      this.obsPlace,
      this.check.element,
    );
    const beside = make('div', 'studio__side', this.side.element, this.settings());
    this.replaceChildren(this.status, make('div', 'studio__grid', main, beside));
    this.classList.add('is-ready');
  }

  private settings(): HTMLElement {
    const chosen = (): void => {
      if (this.viaObs) return;
      if (this.onAir) this.change.hidden = false;
      else void this.open();
    };
    this.sources = new Sources(this.config.strings, chosen, (wanted) => {
      this.useObs(wanted);
      if (wanted) this.obsPlace.scrollIntoView({ block: 'nearest' });
    });
    this.ofDevices.push(...this.sources.devices);
    const fields = make('div', 'studio-settings__fields', this.sources.element, this.change);
    this.folded.append(make('summary', 'studio-settings__title', this.text('source')), fields);
    this.folded.open = true;
    return this.folded;
  }

  // --- The devices ------------------------------------------------------------------------------

  private get quality(): Quality {
    return this.sources.quality ?? this.check.quality;
  }

  private async open(): Promise<boolean> {
    if (this.opening || this.viaObs) return false;
    this.opening = true;
    this.check.opening();
    const { source } = this.sources;
    try {
      await this.capture.open(source, this.quality, this.sources.cameraId, this.sources.microphoneId);
    } catch (error) {
      this.check.refused(refusalKey(error, source), error instanceof Error ? error.name : '');
      return false;
    } finally {
      this.opening = false;
    }
    // Chosen while the devices were being opened: OBS may need them.
    if (this.usesObs) {
      this.capture.close();
      return false;
    }
    this.check.opened();
    this.capture.mute(this.muted);
    this.desk.changed?.();
    this.video.srcObject = new MediaStream(this.capture.stream.getVideoTracks());
    this.note.textContent = source === 'sound' ? this.text('sound') : '';
    this.note.hidden = source !== 'sound';
    this.go.disabled = false;
    void this.sources.list();
    // Chosen while this one was being opened.
    if (source !== this.sources.source && !this.onAir) return this.open();
    return true;
  }

  private makeDesk(): StudioDesk {
    const { capture } = this;
    const isOnAir = (): boolean => this.onAir;
    return {
      changed: null,
      get voice() {
        return capture.voice;
      },
      get isOnAir() {
        return isOnAir();
      },
      seat: async (guest) => {
        if (await capture.seat(guest)) await this.showAnew();
      },
      volume: (level) => {
        capture.guestVolume(level);
      },
    };
  }

  /** The picture is another track: it is shown, and recorded anew. */
  private async showAnew(): Promise<void> {
    this.video.srcObject = new MediaStream(this.capture.stream.getVideoTracks());
    if (!this.onAir) return;
    await this.stopRecorder();
    this.record();
    if (this.paused) this.recorder?.pause();
  }

  private mute(muted: boolean): void {
    this.muted = muted;
    this.capture.mute(muted);
    this.muteButton.setAttribute('aria-pressed', String(muted));
    this.muteButton.textContent = this.text(muted ? 'unmute_self' : 'mute');
  }

  // --- On the air -------------------------------------------------------------------------------

  private async start(): Promise<void> {
    if (this.upload !== null) {
      // Held by somebody else, and asked for: or a first try that was refused.
      this.upload.insist();
      return;
    }
    if (this.paused && (await this.press('resume'))) this.paused = false;
    this.check.close();
    this.go.disabled = true;
    this.go.textContent = this.text('starting');
    this.upload = new Upload(socketAddress(this.config.socket), {
      state: (state, code) => {
        this.lineIs(state, code);
      },
      began: (said) => {
        this.began(said);
      },
      gone: (key) => void this.again(key),
      refused: (said) => {
        this.refused(said);
      },
      over: (said) => {
        this.over(said);
      },
      status: ({ watchers, kbps }) => {
        this.show('watchers', fill(this.text('persons'), { count: watchers }));
        this.show('uplink', fill(this.text('kbps'), { count: kbps }));
      },
    });
    this.record();
    // Pressed in full sight of what is on the air: no second press is asked for.
    if (this.fromObs) this.upload.insist();
    this.upload.open();
  }

  /** A recorder of what is open now, and its stream. */
  private record(): void {
    const quality = this.quality;
    const streams: { now: Stream | null } = { now: null };
    const recorder = new Recorder(this.capture.stream, quality, (piece) => {
      streams.now?.add(piece, performance.now());
      this.upload?.pump();
    });
    const stream = new Stream(recorder.mime);
    streams.now = stream;
    this.recorder = recorder;
    this.stream = stream;
    this.upload?.add(stream);
    recorder.start();
    this.show('quality', this.capture.hasPicture ? fill(this.text('height'), { height: quality.height }) : this.text('sound'));
  }

  private async stopRecorder(): Promise<void> {
    const { recorder, stream } = this;
    if (recorder === null || stream === null) return;
    await recorder.stop();
    this.upload?.completed(stream);
  }

  /** The server lost the stream (its ffmpeg or its process died): what is left is sent, then anew. */
  private async again(key: string): Promise<void> {
    if (this.stream?.key !== key || this.stream.complete) return;
    const stopped = this.stopRecorder();
    this.record();
    if (this.paused) this.recorder?.pause();
    await stopped;
  }

  private async changeSource(): Promise<void> {
    this.change.hidden = true;
    const stopped = this.stopRecorder();
    await stopped;
    if (!(await this.open()) && this.capture.stream.getTracks().length === 0) return;
    this.record();
    if (this.paused) this.recorder?.pause();
  }

  private began(said: Said): void {
    this.onAir = true;
    this.useObs(false);
    this.figures.hidden = this.pauseButton.hidden = this.muteButton.hidden = false;
    this.go.hidden = true;
    if (this.dataset['take'] === undefined) this.folded.open = false;
    this.dataset['take'] = String(said.take ?? 0);
    this.markOnAir();
    this.say(said.through === false ? this.text('transcoded') : '');
    this.tick();
  }

  private refused(said: Said): void {
    const { by, no, why } = said;
    if (no === 'held') {
      this.say(fill(this.text('held'), { name: by ?? '' }), true);
      this.go.textContent = this.text('take_over');
      this.go.disabled = false;
      this.go.hidden = false;
    } else this.say(no === 'disk' ? this.text('disk_full') : (why ?? this.text('failed')), true);
  }

  private over(said: Said): void {
    if (said.source === 'obs') {
      this.handOver();
      return;
    }
    const closed = said.over === 'closed';
    this.finish(closed ? this.text('ended') : fill(this.text(said.over === 'self' ? 'taken_self' : 'taken'), { name: said.by ?? '' }));
    if (closed) location.assign(this.config.page);
  }

  private finish(words: string): void {
    void this.recorder?.stop();
    this.upload?.close();
    this.onAir = false;
    this.pauseButton.hidden = this.muteButton.hidden = this.go.hidden = true;
    this.capture.close();
    this.say(words, true);
  }

  // --- OBS --------------------------------------------------------------------------------------

  /** Asked anew where something was awaited in between. */
  private get usesObs(): boolean {
    return this.viaObs;
  }

  /** The picture comes from OBS, or from this page's devices again, which OBS may need meanwhile. */
  private useObs(wanted: boolean): void {
    const had = this.viaObs;
    this.viaObs = wanted;
    if (wanted) this.sources.chooseObs();
    this.obsPlace.hidden = !wanted;
    const isAside = wanted && !this.onAir;
    for (const part of this.ofDevices) part.hidden = isAside;
    if (wanted) this.change.hidden = true;
    this.classList.toggle('is-obs', isAside);
    if (isAside) {
      this.capture.close();
      this.video.srcObject = null;
    }
    if (isAside && !had) this.say('');
    if (wanted) void this.furnishObs();
    this.check.element.hidden = isAside || this.upload !== null;
    this.drawObs();
  }

  private async furnishObs(): Promise<void> {
    if (this.obs === null) {
      const { ObsPanel } = await import('../studio/obs');
      this.obs ??= new ObsPanel(this.config.strings, this.obsConfig, (verb, body) => this.side.say(verb, body));
      this.obsPlace.replaceChildren(this.obs.element);
    }
    await this.obs.look();
  }

  private get obsConfig(): ObsConfig {
    return this.config.parts['obs'] as ObsConfig;
  }

  private markOnAir(): void {
    // What ends the class stands beside what holds it.
    const close = document.querySelector('.studio-press .studio-close');
    if (close !== null) this.acts.append(close);
    for (const part of document.querySelectorAll('.studio-press, .live-head')) part.classList.add('is-on-air');
  }

  /** OBS has taken over from this page. */
  private handOver(): void {
    void this.recorder?.stop();
    this.upload?.close();
    this.upload = this.recorder = this.stream = null;
    this.onAir = false;
    this.fromObs = true;
    this.muteButton.hidden = true;
    this.go.textContent = this.text('take_over');
    this.say('');
    this.useObs(true);
  }

  private viewed(view: ClassView): void {
    const isRunning = view.state === 'on_air' || view.state === 'paused';
    const had = this.fromObs;
    this.fromObs = isRunning && view['source'] === 'obs';
    this.isLost = view.lost;
    if (this.fromObs && !this.onAir) {
      if (!had && this.upload === null) this.useObs(true);
      this.paused = view.state === 'paused';
      this.markOnAir();
      this.show('watchers', view.people === undefined ? '–' : fill(this.text('persons'), { count: view.people }));
      this.show('quality', 'OBS');
      this.say(view.lost ? this.text('obs_lost') : '', true);
    }
    if (had && view.state === 'closed') location.assign(this.config.page);
    this.drawObs();
  }

  /** What is to be seen and pressed while this page itself sends nothing. */
  private drawObs(): void {
    const { fromObs, viaObs } = this;
    if (this.onAir || (this.upload !== null && !viaObs)) return;
    this.go.hidden = viaObs;
    this.go.textContent = this.text(fromObs ? 'take_over' : 'go');
    this.pauseButton.hidden = this.figures.hidden = !fromObs;
    this.pauseButton.textContent = this.text(this.paused ? 'resume' : 'pause');
    if (!viaObs) return;
    this.note.textContent = this.text(fromObs && !this.isLost ? 'obs_from' : this.obsConfig.server !== '' ? 'obs_waiting' : 'obs');
    this.note.hidden = false;
  }

  private lineIs(state: 'connecting' | 'open' | 'broken' | 'over', code: number): void {
    this.broken = state === 'broken';
    if (state === 'broken') this.say(this.text('line_lost'), true);
    else if (state === 'open') this.say('');
    else if (state === 'over') {
      this.finish(this.text(code === 4401 ? 'signed_out' : 'stopped'));
    }
    this.dataset['line'] = state;
  }

  private async press(what: 'pause' | 'resume'): Promise<boolean> {
    try {
      const answer = await fetch(this.config.press[what], {
        method: 'POST',
        headers: { 'X-CSRFToken': csrfToken(), Accept: 'application/json' },
      });
      const said = (await answer.json()) as { error?: string };
      if (!answer.ok) this.say(said.error ?? this.text('failed'), true);
      return answer.ok;
    } catch {
      this.say(this.text('failed'), true);
      return false;
    }
  }

  private async pause(): Promise<void> {
    const wanted = !this.paused;
    this.pauseButton.disabled = true;
    if (await this.press(wanted ? 'pause' : 'resume')) {
      this.paused = wanted;
      if (wanted) this.recorder?.pause();
      else this.recorder?.resume();
      this.pauseButton.textContent = this.text(wanted ? 'resume' : 'pause');
      this.say(wanted ? this.text('paused_self') : '');
    }
    this.pauseButton.disabled = false;
  }

  private show(key: string, words: string): void {
    const value = this.figure[key];
    if (value !== undefined && value.textContent !== words) value.textContent = words;
  }

  private tick(): void {
    const { level } = this.capture;
    this.check.heard(level);
    this.meter.style.width = `${String(Math.round(level * 100))}%`;
    const { upload } = this;
    if (upload === null || !this.onAir) return;
    this.show('delay', fill(this.text('milliseconds'), { count: Math.round(upload.rttMs) }));
    const behind = upload.behindSeconds;
    this.dataset['behind'] = behind.toFixed(1);
    this.dataset['state'] = this.paused ? 'paused' : 'on_air';
    if (!this.broken && behind > BEHIND_SECONDS) {
      this.say(fill(this.text('resending'), { seconds: Math.round(behind) }), true);
      this.classList.add('is-behind');
    } else if (this.classList.contains('is-behind') && behind < 1) {
      this.classList.remove('is-behind');
      if (!this.broken) this.say('');
    }
  }
}

/** The page around the studio: the class can be closed, and its plan is past. */
customElements.define('lms-studio', LmsStudio);
