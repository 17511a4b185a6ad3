/**
 * Camera, screen and microphone: opened, mixed, and the sentence that helps where the browser refuses.
 * The sound goes through one graph, so that muting or another microphone changes no track.
 */
import { sideBySide, withCorners, type Composed } from './compose';

export type Source = 'camera' | 'screen' | 'both' | 'sound';

export interface Quality {
  height: number;
  videoBits: number;
}

/** By what the uplink carries (Mbit/s); the picture may use half of it (pure). */
export function qualityFor(mbps: number): Quality {
  if (mbps >= 3) return { height: 720, videoBits: 1_500_000 };
  if (mbps >= 1.6) return { height: 540, videoBits: 800_000 };
  return { height: 360, videoBits: 400_000 };
}

/** Which sentence belongs to what the browser said (pure). */
export function refusalKey(error: unknown, source: Source): string {
  const name = error instanceof Error || error instanceof DOMException ? error.name : '';
  if (name === 'NotAllowedError' || name === 'SecurityError') {
    return source === 'screen' ? 'denied_screen' : 'denied';
  }
  if (name === 'NotFoundError' || name === 'OverconstrainedError') return 'not_found';
  if (name === 'NotReadableError' || name === 'AbortError') return 'busy';
  return 'refused';
}

/** Why this page cannot open a camera at all; '' if it can. */
export function obstacle(view: Window & typeof globalThis = window): '' | 'insecure' | 'no_devices' {
  if (!view.isSecureContext) return 'insecure';
  const { mediaDevices } = view.navigator as { mediaDevices?: MediaDevices };
  return mediaDevices === undefined || !('MediaRecorder' in view) ? 'no_devices' : '';
}

interface Shown {
  source: Source;
  screen: MediaStream | null;
  person: MediaStream;
  quality: Quality;
}

const WIDTHS: Readonly<Record<number, number>> = { 360: 640, 540: 960, 720: 1280 };
const MEASURED = 512;

export class Capture {
  stream = new MediaStream();
  private context: AudioContext | null = null;
  private gain: GainNode | null = null;
  private meter: AnalyserNode | null = null;
  private opened: MediaStream[] = [];
  private out: MediaStreamAudioDestinationNode | null = null;
  private own: MediaStreamAudioDestinationNode | null = null;
  private shown: Shown | null = null;
  private composed: Composed | null = null;
  private guest: MediaStream | null = null;
  private guestSource: AudioNode | null = null;
  private guestGain: GainNode | null = null;
  private guestLevel = 1;
  /** Whether the picture that goes out has the guest's in it. */
  private pictured = false;
  private readonly samples = new Uint8Array(MEASURED);

  constructor(private readonly onSourceEnded: () => void) {}

  /** What is said here, without the guest: for the guest. */
  get voice(): MediaStreamTrack | null {
    return this.own?.stream.getAudioTracks()[0] ?? null;
  }

  get hasPicture(): boolean {
    return this.stream.getVideoTracks().length > 0;
  }

  async open(source: Source, quality: Quality, cameraId: string, microphoneId: string): Promise<void> {
    const { mediaDevices } = navigator;
    const opened: MediaStream[] = [];
    try {
      const wantsScreen = source === 'screen' || source === 'both';
      // First what needs the press of a button the browser still remembers.
      const screen = wantsScreen
        ? await mediaDevices.getDisplayMedia({ video: { frameRate: 15 }, audio: true })
        : null;
      if (screen !== null) opened.push(screen);
      const wantsCamera = source === 'camera' || source === 'both';
      const person = await mediaDevices.getUserMedia({
        audio: {
          echoCancellation: true,
          noiseSuppression: true,
          ...(microphoneId === '' ? {} : { deviceId: { exact: microphoneId } }),
        },
        video: wantsCamera
          ? {
              width: { ideal: WIDTHS[quality.height] ?? 640 },
              height: { ideal: quality.height },
              frameRate: { ideal: 25 },
              ...(cameraId === '' ? {} : { deviceId: { exact: cameraId } }),
            }
          : false,
      });
      opened.push(person);
      this.close();
      this.opened = opened;
      this.shown = { source, screen, person, quality };
      const picture = await this.picture(this.shown);
      this.stream = new MediaStream([...picture, this.sound(opened)]);
      screen?.getVideoTracks()[0]?.addEventListener('ended', () => {
        if (this.opened === opened) this.onSourceEnded();
      });
    } catch (error) {
      for (const stream of opened) stop(stream);
      throw error;
    }
  }

  close(): void {
    for (const stream of this.opened) stop(stream);
    stop(this.stream);
    this.opened = [];
    this.composed?.close();
    this.composed = this.shown = null;
    void this.context?.close();
    this.context = this.gain = this.meter = this.out = this.own = null;
    this.guestSource = this.guestGain = null;
  }

  mute(muted: boolean): void {
    if (this.gain !== null) this.gain.gain.value = muted ? 0 : 1;
  }

  /** How loud it is now, 0 to 1. */
  get level(): number {
    if (this.meter === null) return 0;
    this.meter.getByteTimeDomainData(this.samples);
    const peak = this.samples.reduce((most, each) => Math.max(most, Math.abs(each - 128)), 0);
    return Math.min(1, peak / 100);
  }

  private sound(streams: MediaStream[]): MediaStreamTrack {
    const context = new AudioContext();
    const gain = context.createGain();
    const meter = context.createAnalyser();
    meter.fftSize = MEASURED;
    const out = context.createMediaStreamDestination();
    for (const stream of streams) {
      if (stream.getAudioTracks().length > 0) context.createMediaStreamSource(stream).connect(gain);
    }
    gain.connect(meter);
    gain.connect(out);
    const own = context.createMediaStreamDestination();
    gain.connect(own);
    void context.resume();
    this.context = context;
    this.gain = gain;
    this.meter = meter;
    this.out = out;
    this.own = own;
    this.connectGuest();
    return out.stream.getAudioTracks()[0] as MediaStreamTrack;
  }

  /** Mix a guest's sound in without a new track; true if the picture is another track now. */
  async seat(guest: MediaStream | null): Promise<boolean> {
    this.guest = guest;
    this.connectGuest();
    const pictured = guest !== null && guest.getVideoTracks().length > 0 && this.hasPicture;
    if (pictured === this.pictured || this.shown === null) return false;
    const sound = this.stream.getAudioTracks();
    const picture = await this.picture(this.shown);
    this.stream = new MediaStream([...picture, ...sound]);
    return true;
  }

  guestVolume(level: number): void {
    this.guestLevel = level;
    if (this.guestGain !== null) this.guestGain.gain.value = level;
  }

  private connectGuest(): void {
    this.guestSource?.disconnect();
    this.guestSource = this.guestGain = null;
    const { context, guest, out } = this;
    if (context === null || out === null || guest === null || guest.getAudioTracks().length === 0) return;
    // Beside the teacher's own gain: who mutes the own microphone still lets the guest be heard.
    this.guestSource = context.createMediaStreamSource(new MediaStream(guest.getAudioTracks()));
    this.guestGain = context.createGain();
    this.guestGain.gain.value = this.guestLevel;
    this.guestSource.connect(this.guestGain);
    this.guestGain.connect(out);
  }

  private async picture(shown: Shown): Promise<MediaStreamTrack[]> {
    const { source, screen, person, quality } = shown;
    this.composed?.close();
    this.composed = null;
    const guest = this.guest !== null && this.guest.getVideoTracks().length > 0 ? this.guest : null;
    this.pictured = guest !== null && source !== 'sound';
    if (source === 'sound') return [];
    if (source === 'camera' && guest === null) return person.getVideoTracks();
    if (source !== 'camera' && screen === null) return [];
    if (source === 'screen' && guest === null) return screen?.getVideoTracks() ?? [];
    const corners = [...(source === 'both' ? [person] : []), ...(guest === null ? [] : [guest])];
    const composed =
      source === 'camera' && guest !== null
        ? await sideBySide([person, guest], quality.height)
        : await withCorners(screen ?? person, corners, quality.height);
    this.composed = composed;
    return [composed.track];
  }
}

function stop(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}
