/** A member on the stage: the microphone, the call to the teacher, and calling again when it broke. */
import { make } from '../../contest/elements';
import type { RoomContext } from '../part';
import { Call, canCall } from './call';
import type { Signal } from './shapes';

/** No answer within this: the message may be lost, or the teacher's page is just being opened. */
const ANSWER_MS = 6000;
const LOST_MS = 4000;
const MOST_TRIES = 5;

export type Speaking = 'opening' | 'calling' | 'on' | 'lost' | 'no_answer';

/** Which sentence belongs to what the browser said of its microphone (pure). */
export function micRefusal(error: unknown): string {
  const name = error instanceof Error || error instanceof DOMException ? error.name : '';
  if (name === 'NotFoundError' || name === 'OverconstrainedError') return 'stage_not_found';
  if (name === 'NotReadableError' || name === 'AbortError') return 'stage_busy';
  return 'stage_denied';
}

/** Why nobody can speak from this page at all; '' if one can. */
export function speakingObstacle(view: Window & typeof globalThis = window): string {
  if (!view.isSecureContext) return 'stage_insecure';
  const { mediaDevices } = view.navigator as { mediaDevices?: MediaDevices };
  return mediaDevices === undefined || !canCall(view) ? 'stage_unsupported' : '';
}

export class Speaker {
  private call: Call | null = null;
  private stream: MediaStream | null = null;
  private readonly teacher = make('audio');
  private tries = 0;
  private timer = 0;
  private ended = false;
  private ice: RTCIceServer[] = [];

  constructor(
    private readonly room: RoomContext,
    private readonly changed: (state: Speaking) => void,
  ) {
    this.teacher.autoplay = true;
  }

  /** The own picture, where one is sent. */
  get picture(): MediaStream | null {
    return this.stream !== null && this.stream.getVideoTracks().length > 0 ? this.stream : null;
  }

  /** Rejects with what the browser said where it refuses. */
  async open(withPicture: boolean): Promise<void> {
    this.changed('opening');
    const stream = await navigator.mediaDevices.getUserMedia({
      audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
      video: withPicture ? { width: { ideal: 640 }, height: { ideal: 360 }, frameRate: { ideal: 20 } } : false,
    });
    if (this.isOver) {
      for (const track of stream.getTracks()) track.stop();
      return;
    }
    this.stream = stream;
  }

  start(ice: RTCIceServer[]): void {
    this.ice = ice;
    this.quiet(true);
    void this.dial();
  }

  again(): void {
    this.tries = 0;
    void this.dial();
  }

  heard(signal: Signal): void {
    void this.call?.heardOf(signal);
  }

  close(): void {
    this.ended = true;
    window.clearTimeout(this.timer);
    this.call?.close();
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.teacher.srcObject = null;
    this.quiet(false);
  }

  /** It may have been closed while something was waited for. */
  private get isOver(): boolean {
    return this.ended;
  }

  private async dial(): Promise<void> {
    const { stream } = this;
    window.clearTimeout(this.timer);
    this.call?.close();
    if (this.isOver || stream === null) return;
    this.tries += 1;
    if (this.tries > MOST_TRIES) {
      this.changed('no_answer');
      return;
    }
    this.changed(this.tries === 1 ? 'calling' : 'lost');
    const name = Array.from(crypto.getRandomValues(new Uint8Array(6)), (byte) => byte.toString(36)).join('');
    const call = new Call(this.room, name, this.ice, (state) => {
      if (call !== this.call) return;
      window.clearTimeout(this.timer);
      if (state === 'on') {
        this.tries = 0;
        this.teacher.srcObject = call.heard;
        void this.teacher.play().catch(() => undefined);
        this.changed('on');
      } else if (state === 'lost') {
        this.changed('lost');
        this.later(LOST_MS);
      }
    });
    this.call = call;
    this.later(ANSWER_MS * Math.min(2, this.tries));
    await call.offer(stream.getTracks());
  }

  private later(ms: number): void {
    this.timer = window.setTimeout(() => void this.dial(), ms);
  }

  /** What comes by the ordinary way is later than the teacher's own voice: it would be an echo. */
  private quiet(isQuiet: boolean): void {
    const video = this.room.stage.querySelector('video');
    if (video === null || this.room.inStudio) return;
    if (isQuiet) video.dataset['quieted'] = String(!video.muted);
    if (isQuiet || video.dataset['quieted'] === 'true') video.muted = isQuiet;
    if (!isQuiet) delete video.dataset['quieted'];
  }
}
