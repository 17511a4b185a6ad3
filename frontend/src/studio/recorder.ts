/** Recording a stream in slices of a tenth of a second, cut to what one message may hold. */
import type { Quality } from './capture';

const SLICE_MS = 100;
const MOST_BYTES = 48_000;
const SOUND_BITS = 64_000;

const PICTURE_TYPES = [
  'video/x-matroska;codecs=avc1,opus',
  'video/webm;codecs=h264,opus',
  'video/mp4;codecs=avc1.42E01F,mp4a.40.2',
  'video/mp4',
  'video/webm;codecs=vp8,opus',
];
const SOUND_TYPES = ['audio/webm;codecs=opus', 'audio/mp4'];

/** The first type this browser records (pure but for the question). */
export function recordedType(
  hasPicture: boolean,
  supported: (type: string) => boolean = (type) => MediaRecorder.isTypeSupported(type),
): string {
  return (hasPicture ? PICTURE_TYPES : SOUND_TYPES).find(supported) ?? '';
}

/** `data` in pieces of at most `most` bytes (pure). */
export function cut(data: ArrayBuffer, most: number = MOST_BYTES): ArrayBuffer[] {
  const pieces: ArrayBuffer[] = [];
  for (let at = 0; at < data.byteLength; at += most) pieces.push(data.slice(at, at + most));
  return pieces;
}

export class Recorder {
  readonly mime: string;
  private readonly recorder: MediaRecorder;
  private order: Promise<void> = Promise.resolve();

  constructor(stream: MediaStream, quality: Quality, take: (piece: ArrayBuffer) => void) {
    this.mime = recordedType(stream.getVideoTracks().length > 0);
    // A newer option than the library of types knows: a picture one can begin with every second.
    const options: MediaRecorderOptions & { videoKeyFrameIntervalDuration: number } = {
      mimeType: this.mime,
      videoBitsPerSecond: quality.videoBits,
      audioBitsPerSecond: SOUND_BITS,
      videoKeyFrameIntervalDuration: 1000,
    };
    this.recorder = new MediaRecorder(stream, options);
    this.recorder.addEventListener('dataavailable', (event) => {
      if (event.data.size === 0) return;
      const read = event.data.arrayBuffer();
      this.order = this.order.then(async () => {
        for (const piece of cut(await read)) take(piece);
      });
    });
  }

  start(): void {
    this.recorder.start(SLICE_MS);
  }

  pause(): void {
    if (this.recorder.state === 'recording') this.recorder.pause();
  }

  resume(): void {
    if (this.recorder.state === 'paused') this.recorder.resume();
  }

  /** Resolves when the last piece has been given away. */
  async stop(): Promise<void> {
    if (this.recorder.state !== 'inactive') {
      const ended = new Promise((resolve) => {
        this.recorder.addEventListener('stop', resolve, { once: true });
      });
      this.recorder.stop();
      await ended;
    }
    await this.order;
  }
}
