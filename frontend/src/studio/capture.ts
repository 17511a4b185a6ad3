/**
 * Camera, screen and microphone: opened, mixed, and the sentence that helps where the browser refuses.
 * The sound goes through one graph, so that muting or another microphone changes no track.
 */
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

const WIDTHS: Readonly<Record<number, number>> = { 360: 640, 540: 960, 720: 1280 };
const FRAME_MS = 40;
const MEASURED = 512;

export class Capture {
  stream = new MediaStream();
  private context: AudioContext | null = null;
  private gain: GainNode | null = null;
  private meter: AnalyserNode | null = null;
  private opened: MediaStream[] = [];
  private ticker: Worker | null = null;
  private readonly samples = new Uint8Array(MEASURED);

  constructor(private readonly onSourceEnded: () => void) {}

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
      const picture = await this.picture(source, screen, person, quality);
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
    this.ticker?.terminate();
    this.ticker = null;
    void this.context?.close();
    this.context = this.gain = this.meter = null;
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
    void context.resume();
    this.context = context;
    this.gain = gain;
    this.meter = meter;
    return out.stream.getAudioTracks()[0] as MediaStreamTrack;
  }

  private async picture(
    source: Source,
    screen: MediaStream | null,
    person: MediaStream,
    quality: Quality,
  ): Promise<MediaStreamTrack[]> {
    if (source === 'sound') return [];
    if (source === 'camera') return person.getVideoTracks();
    if (screen === null) return [];
    if (source === 'screen') return screen.getVideoTracks();
    return [await this.composed(screen, person, quality)];
  }

  /** The screen, with the camera in its corner. */
  private async composed(
    screen: MediaStream,
    person: MediaStream,
    quality: Quality,
  ): Promise<MediaStreamTrack> {
    const [back, corner] = await Promise.all([played(screen), played(person)]);
    const canvas = document.createElement('canvas');
    canvas.height = Math.max(540, quality.height);
    canvas.width = Math.round((canvas.height * 16) / 9);
    const pen = canvas.getContext('2d', { alpha: false });
    const drawn = (): void => {
      if (pen === null) return;
      pen.fillStyle = '#000';
      pen.fillRect(0, 0, canvas.width, canvas.height);
      const scale = Math.min(canvas.width / back.videoWidth, canvas.height / back.videoHeight);
      const [width, height] = [back.videoWidth * scale, back.videoHeight * scale];
      pen.drawImage(back, (canvas.width - width) / 2, (canvas.height - height) / 2, width, height);
      const small = canvas.width / 5;
      const tall = (small * corner.videoHeight) / Math.max(1, corner.videoWidth);
      pen.drawImage(corner, canvas.width - small - 16, canvas.height - tall - 16, small, tall);
    };
    // A worker's clock goes on while this page is behind another one, as it is when a slide is shown.
    const ticker = new Worker(new URL('./ticker.ts', import.meta.url), { type: 'module' });
    ticker.postMessage(FRAME_MS);
    ticker.onmessage = drawn;
    this.ticker = ticker;
    return canvas.captureStream(25).getVideoTracks()[0] as MediaStreamTrack;
  }
}

function stop(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}

async function played(stream: MediaStream): Promise<HTMLVideoElement> {
  const video = document.createElement('video');
  video.muted = video.playsInline = true;
  video.srcObject = new MediaStream(stream.getVideoTracks());
  await video.play();
  return video;
}
