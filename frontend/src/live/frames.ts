/**
 * The frames of a picture as they come over the line (pure): a head of 24 bytes, big-endian, then the
 * content. kind, is it a key, take, number in the take, when it came (ms since 1970), second of stream.
 */
export const BEGIN = 1;
export const FRAGMENT = 2;
export const END = 3;
const HEAD_BYTES = 24;

export interface PictureFrame {
  kind: number;
  key: boolean;
  take: number;
  number: number;
  atMs: number;
  start: number;
  content: Uint8Array;
}

export interface Beginning {
  codecs: string;
  init: Uint8Array;
}

export function readFrame(data: ArrayBuffer): PictureFrame | null {
  if (data.byteLength < HEAD_BYTES) return null;
  const view = new DataView(data);
  return {
    kind: view.getUint8(0),
    key: view.getUint8(1) === 1,
    take: view.getUint16(2),
    number: view.getUint32(4),
    atMs: view.getFloat64(8),
    start: view.getFloat64(16),
    content: new Uint8Array(data, HEAD_BYTES),
  };
}

/** What the first frame of a take holds: two bytes of length, the codecs, the init segment. */
export function readBeginning(content: Uint8Array): Beginning {
  const length = ((content[0] ?? 0) << 8) | (content[1] ?? 0);
  const named = Array.from(content.subarray(2, 2 + length), (byte) => String.fromCharCode(byte));
  return { codecs: named.join(''), init: content.subarray(2 + length) };
}
