/** The check before a class: what is opened is heard, recorded for five seconds, and the line measured. */
import { button, make } from '../contest/elements';
import { fill } from '../exam/config';
import { qualityFor, type Capture, type Quality } from './capture';
import { recordedType } from './recorder';
import { measureUplink } from './uplink';

const TRIAL_MS = 5000;
const HEARD = 0.04;
const BAD_MBPS = 0.6;
const LOW_MBPS = 1.6;

type Tone = '' | 'ok' | 'attention' | 'error';

class Row {
  readonly element: HTMLElement;
  private readonly words = make('span', 'studio-check__words');

  constructor(name: string, words: string, press: HTMLButtonElement) {
    this.words.setAttribute('role', 'status');
    this.words.textContent = words;
    this.element = make('li', 'studio-check__row', make('b', 'studio-check__name', name), this.words, press);
  }

  say(words: string, tone: Tone = ''): void {
    this.words.textContent = words;
    this.element.dataset['tone'] = tone;
  }
}

export class Check {
  readonly element = make('section', 'studio-check stack');
  /** What the measured line is good for. */
  quality: Quality = qualityFor(2);
  private readonly devices: Row;
  private readonly trial: Row;
  private readonly uplink: Row;
  private readonly played = make('video', 'studio-check__played');
  private loudest = 0;

  constructor(
    private readonly strings: Record<string, string>,
    private readonly capture: Capture,
    private readonly address: string,
    again: () => void,
  ) {
    const press = (key: string, act: () => void): HTMLButtonElement =>
      button(this.text(key), 'button button--secondary', act);
    this.devices = new Row(this.text('devices'), this.text('checking'), press('recheck', again));
    this.trial = new Row(this.text('trial'), this.text('unrecorded'), press('record', () => void this.record()));
    this.uplink = new Row(this.text('uplink_speed'), this.text('unmeasured'), press('measure', () => void this.measure()));
    this.played.controls = this.played.playsInline = true;
    this.played.hidden = true;
    this.played.setAttribute('aria-label', this.text('trial'));
    const rows = make('ul', 'studio-check__rows', this.devices.element, this.trial.element, this.uplink.element);
    this.element.append(make('h2', '', this.text('checks')), rows, this.played);
  }

  private text(key: string): string {
    return this.strings[key] ?? '';
  }

  opening(): void {
    this.devices.say(this.text('checking'));
  }

  opened(): void {
    this.devices.say(this.text('ready'), 'ok');
  }

  refused(key: string, why: string): void {
    this.devices.say(fill(this.text(key), { why }), 'error');
  }

  heard(level: number): void {
    this.loudest = Math.max(this.loudest, level);
  }

  async measure(): Promise<void> {
    this.uplink.say(this.text('uplink_testing'));
    const mbps = await measureUplink(this.address);
    if (mbps === null) {
      this.uplink.say(this.text('uplink_failed'), 'error');
      return;
    }
    this.quality = qualityFor(mbps);
    const words = { mbps: mbps >= 10 ? Math.round(mbps) : mbps.toFixed(1) };
    if (mbps < BAD_MBPS) this.uplink.say(fill(this.text('uplink_bad'), words), 'error');
    else if (mbps < LOW_MBPS) this.uplink.say(fill(this.text('uplink_low'), words), 'attention');
    else this.uplink.say(fill(this.text('uplink_good'), words), 'ok');
  }

  /** Record what would be sent, and let it be seen and heard. */
  private async record(): Promise<void> {
    const { stream, hasPicture } = this.capture;
    if (stream.getTracks().length === 0) return;
    this.loudest = 0;
    this.trial.say(this.text('recording'));
    const recorder = new MediaRecorder(stream, { mimeType: recordedType(hasPicture) });
    const parts: Blob[] = [];
    recorder.addEventListener('dataavailable', (event) => parts.push(event.data));
    const ended = new Promise((resolve) => {
      recorder.addEventListener('stop', resolve, { once: true });
    });
    recorder.start(500);
    await new Promise((resolve) => window.setTimeout(resolve, TRIAL_MS));
    if (recorder.state !== 'inactive') recorder.stop();
    await ended;
    if (this.played.src !== '') URL.revokeObjectURL(this.played.src);
    this.played.src = URL.createObjectURL(new Blob(parts, { type: recorder.mimeType }));
    this.played.hidden = false;
    if (this.loudest < HEARD) this.trial.say(this.text('silent'), 'error');
    else this.trial.say(this.text('recorded'), 'ok');
  }

  /** On the air there is nothing to check any more. */
  close(): void {
    this.played.pause();
    if (this.played.src !== '') URL.revokeObjectURL(this.played.src);
    this.played.removeAttribute('src');
    this.element.hidden = true;
  }
}
