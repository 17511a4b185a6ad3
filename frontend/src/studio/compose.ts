/** Several pictures in one: a screen with persons in its corner, or two persons side by side. */
const FRAME_MS = 40;

export interface Composed {
  track: MediaStreamTrack;
  close(): void;
}

type Pen = CanvasRenderingContext2D;

/** `back` whole, and the others in its lower right corner, from the right. */
export async function withCorners(back: MediaStream, corners: MediaStream[], height: number): Promise<Composed> {
  const [behind, ...small] = await Promise.all([back, ...corners].map(played));
  return drawn(height, (pen, width, tall) => {
    if (behind === undefined) return;
    whole(pen, behind, 0, 0, width, tall);
    const each = width / 5;
    small.forEach((video, at) => {
      const high = (each * video.videoHeight) / Math.max(1, video.videoWidth);
      pen.drawImage(video, width - (each + 16) * (at + 1), tall - high - 16, each, high);
    });
  });
}

/** Each in an equal part of the width, cut at the sides as far as it has to be. */
export async function sideBySide(streams: MediaStream[], height: number): Promise<Composed> {
  const videos = await Promise.all(streams.map(played));
  return drawn(height, (pen, width, tall) => {
    const part = width / videos.length;
    videos.forEach((video, at) => {
      const { videoWidth, videoHeight } = video;
      if (videoWidth === 0) return;
      const scale = Math.max(part / videoWidth, tall / videoHeight);
      const [wide, high] = [part / scale, tall / scale];
      pen.drawImage(video, (videoWidth - wide) / 2, (videoHeight - high) / 2, wide, high, at * part, 0, part - 2, tall);
    });
  });
}

function whole(pen: Pen, video: HTMLVideoElement, left: number, top: number, width: number, tall: number): void {
  if (video.videoWidth === 0) return;
  const scale = Math.min(width / video.videoWidth, tall / video.videoHeight);
  const [wide, high] = [video.videoWidth * scale, video.videoHeight * scale];
  pen.drawImage(video, left + (width - wide) / 2, top + (tall - high) / 2, wide, high);
}

function drawn(height: number, draw: (pen: Pen, width: number, height: number) => void): Composed {
  const canvas = document.createElement('canvas');
  canvas.height = Math.max(540, height);
  canvas.width = Math.round((canvas.height * 16) / 9);
  const pen = canvas.getContext('2d', { alpha: false });
  // A worker's clock goes on while this page is behind another one, as it is when a slide is shown.
  const ticker = new Worker(new URL('./ticker.ts', import.meta.url), { type: 'module' });
  ticker.postMessage(FRAME_MS);
  ticker.onmessage = () => {
    if (pen === null) return;
    pen.fillStyle = '#000';
    pen.fillRect(0, 0, canvas.width, canvas.height);
    draw(pen, canvas.width, canvas.height);
  };
  const track = canvas.captureStream(25).getVideoTracks()[0] as MediaStreamTrack;
  return {
    track,
    close: () => {
      ticker.terminate();
      track.stop();
    },
  };
}

async function played(stream: MediaStream): Promise<HTMLVideoElement> {
  const video = document.createElement('video');
  video.muted = video.playsInline = true;
  video.srcObject = new MediaStream(stream.getVideoTracks());
  await video.play();
  return video;
}
