/** What the bytes of a piece hash to, and by what a file is known again after the browser was closed. */

const EDGE_BYTES = 256 * 1024;

/** Only where the page is served securely; elsewhere pieces go without a checksum. */
export function canHash(): boolean {
  return typeof crypto !== 'undefined' && (crypto as Partial<Crypto>).subtle !== undefined;
}

async function sha256(bytes: ArrayBuffer): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
}

export function base64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}

export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Size, time of change, and what the two ends hash to: gigabytes are not read for it. */
export async function fingerprintOf(file: File): Promise<string> {
  const plain = `${String(file.size)}-${String(file.lastModified)}`;
  if (!canHash()) return plain;
  const ends = new Blob([file.slice(0, EDGE_BYTES), file.slice(Math.max(0, file.size - EDGE_BYTES))]);
  return `${plain}-${hex(await sha256(await ends.arrayBuffer())).slice(0, 32)}`;
}

export interface Slice {
  value: Blob;
  done: boolean;
}

/** A file as tus-js-client reads it, each piece hashed on its way; `checksum` is the last piece's. */
export class CheckedSource {
  readonly size: number;
  checksum = '';

  constructor(private readonly file: Blob) {
    this.size = file.size;
  }

  async slice(start: number, end: number): Promise<Slice> {
    let value = this.file.slice(start, end);
    this.checksum = '';
    if (canHash()) {
      // What is hashed is what is sent, also if the file changes on the disk in between.
      const bytes = await value.arrayBuffer();
      this.checksum = `sha256 ${base64(await sha256(bytes))}`;
      value = new Blob([bytes]);
    }
    return { value, done: end >= this.size };
  }

  close(): void {
    // nothing is held open
  }
}
